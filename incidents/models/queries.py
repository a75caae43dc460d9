"""Named reads of incidents."""

from typing import TYPE_CHECKING

from django.db import models

from catalog.models import Person
from incidents.models.status import OVER

if TYPE_CHECKING:
    from incidents.models.incident import Incident  # noqa: F401  (named in the annotations)


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, person: Person) -> "IncidentQuerySet":
        """Colleagues see every incident, a reporter the ones they reported, nobody else anything."""
        if person.is_authenticated and person.is_colleague:
            return self
        return self.filter(reporter=person.pk) if person.is_authenticated else self.none()

    def open(self) -> "IncidentQuerySet":
        return self.exclude(status__in=OVER)

    def major(self) -> "IncidentQuerySet":
        return self.filter(models.Q(level=1) | models.Q(is_declared_major=True))

    def by_next_deadline(self) -> "IncidentQuerySet":
        """The incident whose next deadline comes first stands first; those without one last, newest first."""
        return self.order_by(models.F("next_due_at").asc(nulls_last=True), "-id")
