"""Named reads of action items."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from incidents.models.incident import Incident
from incidents.models.queries import IncidentQuerySet

if TYPE_CHECKING:
    from incidents.models.action import ActionItem  # noqa: F401  (named in the annotations)


class ActionStatus(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    VERIFIED = "verified", _("Verified")
    CANCELLED = "cancelled", _("Cancelled")


OVER = (ActionStatus.VERIFIED, ActionStatus.CANCELLED)

BUCKETS: tuple[tuple[int, int | None], ...] = ((1, 7), (8, 30), (31, 90), (91, None))
"""Days overdue, from and to; None: without end."""


@dataclass(frozen=True)
class Ageing:
    """How old what is not finished is. ``overdue``: one number a bucket of BUCKETS, in their order."""

    open: int
    not_due: int
    waiting: int
    """Done, and not verified yet."""
    overdue: tuple[int, ...]
    postponed: int
    """Open ones whose due date was moved at least once."""

    @property
    def overdue_in_all(self) -> int:
        return sum(self.overdue)


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    def of_seen(self, person: Person) -> "ActionItemQuerySet":
        """For colleagues: those that are about no incident which the person may not see."""
        if not (person.is_authenticated and person.is_colleague):
            return self.none()
        return self._only_about(Incident.objects.visible_to(person))

    def public(self) -> "ActionItemQuerySet":
        """Those that every colleague may read."""
        return self._only_about(Incident.objects.public())

    def _only_about(self, incidents: IncidentQuerySet) -> "ActionItemQuerySet":
        """An item is about its own incident, and about all those of the postmortems whose issues it answers."""
        seen = incidents.order_by().values("pk")
        behind = Incident.objects.filter(postmortems__issues__action_links__action=OuterRef("pk"))
        return self.filter(Q(incident=None) | Q(incident__in=seen), ~Exists(behind.exclude(pk__in=seen)))

    def from_origin(self, record: models.Model) -> "ActionItemQuerySet":
        """Those that came out of a problem, a postmortem, a meeting, a finding."""
        return self.filter(origin_type=ContentType.objects.get_for_model(record), origin_id=record.pk)

    def open(self) -> "ActionItemQuerySet":
        return self.filter(status=ActionStatus.OPEN)

    def waiting(self) -> "ActionItemQuerySet":
        """Done, and not verified yet."""
        return self.filter(status=ActionStatus.DONE)

    def pending(self) -> "ActionItemQuerySet":
        """Everything that is not finished: verified or cancelled."""
        return self.exclude(status__in=OVER)

    def overdue(self, on: date) -> "ActionItemQuerySet":
        return self.open().filter(due_on__lt=on)

    def to_speak_of(self, at: datetime) -> "ActionItemQuerySet":
        """Open ones whose reminder is due, or about which it is due to say that they are overdue."""
        return self.open().filter(Q(remind_at__lte=at) | Q(next_nag_at__lte=at))

    def ageing(self, on: date) -> Ageing:
        """The figures of these items on that day; one query. For whoever reads them: ask ``of_seen`` before."""
        counted: dict[str, Any] = {
            "open": Q(status=ActionStatus.OPEN),
            "not_due": Q(status=ActionStatus.OPEN, due_on__gte=on),
            "waiting": Q(status=ActionStatus.DONE),
            "postponed": Q(status=ActionStatus.OPEN, due_changes__gt=0),
            **{f"over_{place}": overdue_by(on, *bucket) for place, bucket in enumerate(BUCKETS)},
        }
        found = self.order_by().aggregate(**{name: Count("pk", filter=rule) for name, rule in counted.items()})
        overdue = tuple(found.pop(f"over_{place}") for place in range(len(BUCKETS)))
        return Ageing(overdue=overdue, **found)


def overdue_by(on: date, least: int, most: int | None) -> Q:
    """Open and so many days overdue."""
    rule = Q(status=ActionStatus.OPEN, due_on__lte=on - timedelta(days=least))
    return rule if most is None else rule & Q(due_on__gte=on - timedelta(days=most))
