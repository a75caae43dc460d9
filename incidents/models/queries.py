"""Named reads of incidents."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, Q

from catalog.models import Person, Role, Service
from incidents.models.status import OVER

if TYPE_CHECKING:
    from incidents.models.incident import Incident  # noqa: F401  (named in the annotations)


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, person: Person) -> "IncidentQuerySet":
        """The rule of ``permissions.sees`` as a query: colleagues see every incident but the restricted ones they have
        nothing to do with, reporters the ones they reported, nobody else anything."""
        if not (person.is_authenticated and person.is_active):
            return self.none()
        if person.has_role(Role.INCIDENT_MANAGER, Role.ADMINISTRATOR):
            return self
        teams: Any = person.teams.values("pk")
        own = _has_to_do_with(person, teams)
        if not person.is_colleague:
            return self.filter(own)
        closed_services = Service.objects.filter(is_restricted=True).exclude(
            Q(operations_team__in=teams) | Q(development_team__in=teams)
        )
        return self.filter(own | Q(is_restricted=False) & ~Q(service__in=closed_services.values("pk")))

    def public(self) -> "IncidentQuerySet":
        """Those that every colleague sees: what is read without asking who reads takes nothing from any other."""
        return self.filter(is_restricted=False, service__is_restricted=False)

    def confidential(self) -> "IncidentQuerySet":
        """All the others (``permissions.is_confidential`` as a query)."""
        return self.filter(Q(is_restricted=True) | Q(service__is_restricted=True))

    def fewest_readers_first(self) -> "IncidentQuerySet":
        """The restricted ones, those of restricted services, then all the others; the newest first."""
        return self.order_by("-is_restricted", "-service__is_restricted", "-pk")

    def open(self) -> "IncidentQuerySet":
        return self.exclude(status__in=OVER)

    def major(self) -> "IncidentQuerySet":
        return self.filter(Q(level=1) | Q(is_declared_major=True))

    def by_next_deadline(self) -> "IncidentQuerySet":
        """The incident whose next deadline comes first stands first; those without one last, newest first."""
        return self.order_by(models.F("next_due_at").asc(nulls_last=True), "-id")


def is_about_some_of(links: "models.QuerySet[Any]", incidents: IncidentQuerySet) -> Q:
    """For records above incidents that are about several: about none at all, or about one of ``incidents`` at least.
    ``links``: the rows between the record and its incidents, for ``OuterRef("pk")``."""
    seen = incidents.order_by().values("pk")
    return ~Q(Exists(links)) | Q(Exists(links.filter(incident__in=seen)))


def _has_to_do_with(person: Person, teams: Any) -> Q:
    """Reporter, owner and leader of the service, whoever has a role on it, participants, the developers it is with."""
    shared = person.incidents_shared.through.objects.filter(person=person.pk).values("incident")
    owned = Service.objects.filter(Q(owner=person.pk) | Q(rd_leader=person.pk)).values("pk")
    return (
        Q(reporter=person.pk)
        | Q(owner=person.pk)
        | Q(handler=person.pk)
        | Q(manager=person.pk)
        | Q(communications_lead=person.pk)
        | Q(service__in=owned)
        | Q(pk__in=shared)
        | Q(transferred_to__in=teams)
    )
