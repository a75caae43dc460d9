"""The incident: its fields and every transition between its statuses."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField

from catalog.models import Person, Team
from incidents import permissions
from incidents.models.classified import Classified
from incidents.models.guards import (
    awaits_acceptance,
    awaits_confirmation,
    has_approved_solution,
    has_lapsed,
    has_problem_if_needed,
    is_accepted,
    is_alone,
    is_confirmed,
    is_merged,
    is_merged_lately,
    is_not_recovered,
    is_recovered,
    was_recovered_or_over,
)
from incidents.models.queries import IncidentQuerySet
from incidents.models.staffed import Staffed
from incidents.models.status import BEFORE_RECOVERY, ENDED, OVER, CauseClass, Source, Status, WaitingFor
from incidents.models.timed import Timed
from lifecycle.fsm import transition
from lifecycle.models import Event, StatefulRecord

if TYPE_CHECKING:
    from incidents.models.major import MajorProposal


class Incident(Classified, Staffed, Timed, StatefulRecord):
    """An unplanned interruption of a service, or a fall in its quality."""

    status = FSMField(_("status"), choices=Status.choices, default=Status.REPORTED, protected=True)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    is_drill = models.BooleanField(_("drill"), default=False, editable=False)
    """An exercise: its pages go to the log, and no figure counts it."""
    dedup_key = models.CharField(max_length=255, blank=True, editable=False)
    external_reference = models.CharField(_("reference elsewhere"), max_length=100, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    merged_from_status = models.CharField(max_length=20, blank=True, editable=False)

    pending_reason = models.TextField(blank=True, editable=False)
    waiting_for = models.CharField(_("waiting for"), max_length=10, choices=WaitingFor, blank=True, editable=False)
    held_from = models.CharField(max_length=20, blank=True, editable=False)
    workaround = models.TextField(_("workaround"), blank=True)
    resolution = models.TextField(_("resolution"), blank=True)
    cause_class = models.CharField(_("cause class"), max_length=15, choices=CauseClass, blank=True)

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dedup_key"],
                condition=~models.Q(dedup_key="") & ~models.Q(status__in=OVER),
                name="incident_one_open_per_dedup_key",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=ENDED, resolved_at__isnull=False)
                | (~models.Q(status__in=ENDED) & models.Q(resolved_at=None)),
                name="incident_resolved_at_iff_resolved",
            ),
            models.CheckConstraint(
                condition=models.Q(occurred_at__lte=models.F("reported_at")), name="incident_occurs_before_report"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-id"], condition=~models.Q(status__in=OVER), name="incident_open"),
            models.Index(
                fields=["reported_at"],
                condition=~models.Q(status__in=OVER) & (models.Q(level=1) | models.Q(is_declared_major=True)),
                name="incident_open_majors",
            ),
            models.Index(fields=["service", "reported_at"], name="incident_of_service"),
            models.Index(fields=["dedup_key"], condition=~models.Q(dedup_key=""), name="incident_of_dedup_key"),
            *Classified.Meta.indexes,
            *Timed.Meta.indexes,
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("incidents:incident", args=[self.pk])

    @property
    def reference(self) -> str:
        """The running number as people say it."""
        return f"INC-{self.pk}"

    @property
    def undecided_proposal(self) -> "MajorProposal | None":
        """The proposal to treat it as a major incident that waits for a decision; read from what is prefetched."""
        return next((each for each in self.major_proposals.all() if each.status == "proposed"), None)

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    # --- Transitions: guard and stamp only; clocks and events are the services' ---------------------

    @transition(
        field=status,
        source=Status.REPORTED,
        target=Status.ACKNOWLEDGED,
        permission=permissions.responds,
        custom={"label": _("Acknowledge"), "rank": 1},
    )
    def acknowledge(self, *, handler: Person | None, at: datetime) -> None:
        """Somebody starts handling it, and becomes its owner where nobody was."""
        self.acknowledged_at = self.acknowledged_at or at
        self.handler = handler
        self.owner = self.owner or handler

    @transition(
        field=status,
        source=BEFORE_RECOVERY,
        target=RETURN_VALUE(Status.RECOVERED, Status.TRANSFERRED),
        conditions=[is_not_recovered],
        permission=permissions.resolves,
        custom={"label": _("Recover"), "rank": 2, "fields": ("workaround", "recovered_at")},
    )
    def recover(self, *, at: datetime, workaround: str = "") -> str:
        """The service works again, perhaps by a workaround. Never blocked by an approval.

        What is with the developers stays with them: they go on looking for the cause.
        """
        self.recovered_at = at
        self.workaround = workaround or self.workaround
        is_with_developers = Status.TRANSFERRED in (self.status, self.held_from if self.pending_reason else "")
        self._end_waiting()
        return Status.TRANSFERRED if is_with_developers else Status.RECOVERED

    @transition(
        field=status,
        source=(Status.ACKNOWLEDGED, Status.RECOVERED),
        target=Status.TRANSFERRED,
        permission=permissions.handles,
        custom={"label": _("Transfer"), "rank": 5, "fields": ("team", "hand_over")},
    )
    def transfer(self, *, team: Team, at: datetime) -> None:
        """Hand it to developers, who accept or refuse."""
        self.transferred_to = team
        self.transferred_at = at
        self.accepted_at = None

    @transition(
        field=status,
        source=Status.TRANSFERRED,
        target=Status.TRANSFERRED,
        conditions=[awaits_acceptance],
        permission=permissions.develops,
        custom={"label": _("Accept"), "rank": 1},
    )
    def accept(self, *, handler: Person | None, at: datetime) -> None:
        self.accepted_at = at
        self.handler = handler

    @transition(
        field=status,
        source=Status.TRANSFERRED,
        target=RETURN_VALUE(Status.ACKNOWLEDGED, Status.RECOVERED),
        conditions=[awaits_acceptance],
        permission=permissions.develops,
        custom={"label": _("Refuse"), "rank": 6, "fields": ("reason",)},
    )
    def refuse(self) -> str:
        """Send it back to O&M."""
        self.transferred_to = None
        self.transferred_at = None
        self.handler = self.owner
        return Status.RECOVERED if self.recovered_at else Status.ACKNOWLEDGED

    @transition(
        field=status,
        source=(Status.ACKNOWLEDGED, Status.TRANSFERRED, Status.RECOVERED),
        target=Status.PENDING,
        permission=permissions.resolves,
        custom={"label": _("Hold"), "rank": 7, "fields": ("reason", "waiting_for")},
    )
    def hold(self, *, reason: str, waiting_for: str = "") -> None:
        """Wait for somebody; the reason is required because it may pause clocks."""
        self.held_from = self.status
        self.pending_reason = reason
        self.waiting_for = waiting_for

    @transition(
        field=status,
        source=Status.PENDING,
        target=RETURN_VALUE(Status.ACKNOWLEDGED, Status.TRANSFERRED, Status.RECOVERED),
        permission=permissions.resolves,
        custom={"label": _("Resume"), "rank": 1},
    )
    def resume(self) -> str:
        self._end_waiting()
        return self.held_from

    @transition(
        field=status,
        source=(Status.ACKNOWLEDGED, Status.TRANSFERRED, Status.RECOVERED),
        target=Status.RESOLVED,
        conditions=[is_accepted, is_recovered, has_approved_solution],
        permission=permissions.resolves,
        custom={"label": _("Resolve"), "rank": 3, "fields": ("resolution", "cause_class")},
    )
    def resolve(self, *, at: datetime, resolution: str, cause_class: str) -> None:
        """The cause is handled."""
        self.resolved_at = at
        self.is_resolution_assumed = False
        self.resolution = resolution
        self.cause_class = cause_class
        self.ack_expires_at = None

    @transition(
        field=status,
        source=Status.RESOLVED,
        target=Status.RESOLVED,
        conditions=[awaits_confirmation],
        permission=permissions.confirms,
        custom={"label": _("Confirm"), "rank": 4, "fields": ("note",)},
    )
    def confirm(self, *, at: datetime) -> None:
        """The reporter says that it is well again."""
        self.confirmed_at = at

    @transition(
        field=status,
        source=Status.RESOLVED,
        target=Status.CLOSED,
        conditions=[is_confirmed, has_problem_if_needed],
        permission=permissions.handles,
        custom={"label": _("Close"), "rank": 3},
    )
    def close(self, *, at: datetime) -> None:
        self.closed_at = at
        self.closes_at = None

    @transition(
        field=status,
        source=(Status.TRANSFERRED, Status.RECOVERED, Status.RESOLVED, Status.CLOSED),
        target=RETURN_VALUE(Status.REPORTED, Status.ACKNOWLEDGED, Status.RECOVERED),
        conditions=[was_recovered_or_over, is_alone],
        permission=permissions.confirms,
        custom={"label": _("Reopen"), "rank": 8, "fields": ("reason", "is_down")},
    )
    def reopen(self, *, is_down: bool) -> str:
        """It was not over. ``is_down``: the service is broken again, so the recovery clock goes on and somebody has
        to take it up anew: whoever had it may be asleep by now."""
        self.resolved_at = self.confirmed_at = self.closed_at = None
        self.confirmation_asked_at = self.closes_at = None
        self.reopen_count += 1
        if is_down:
            self.recovered_at = None
            return Status.REPORTED
        if self.recovered_at is not None and self.status in ENDED:
            return Status.RECOVERED
        self.recovered_at = None
        return Status.ACKNOWLEDGED if self.acknowledged_at else Status.REPORTED

    @transition(
        field=status,
        source=(Status.REPORTED, Status.ACKNOWLEDGED, Status.PENDING, Status.RECOVERED),
        target=Status.CANCELLED,
        permission=permissions.handles,
        custom={"label": _("Cancel"), "rank": 9, "fields": ("reason",), "is_danger": True},
    )
    def cancel(self, *, at: datetime) -> None:
        """A false alarm."""
        self.cancelled_at = at
        self._end_waiting()

    @transition(
        field=status,
        source=(Status.REPORTED, Status.ACKNOWLEDGED, Status.PENDING, Status.RECOVERED),
        target=Status.CANCELLED,
        permission=permissions.handles,
        custom={"label": _("Merge"), "rank": 10, "fields": ("target",), "is_danger": True},
    )
    def merge(self, *, target: "Incident", at: datetime) -> None:
        """A duplicate: the target goes on, this one becomes read-only."""
        self.merged_into = target
        self.merged_from_status = self.status
        self.cancelled_at = at

    @transition(
        field=status,
        source=Status.CANCELLED,
        target=RETURN_VALUE(Status.REPORTED, Status.ACKNOWLEDGED, Status.PENDING, Status.RECOVERED),
        conditions=[is_merged, is_merged_lately, is_alone],
        permission=permissions.handles,
        custom={"label": _("Undo the merge"), "rank": 1},
    )
    def unmerge(self) -> str:
        """As if it had never been merged; possible for some minutes only."""
        before, self.merged_from_status = self.merged_from_status, ""
        self.merged_into = self.cancelled_at = None
        return before

    @transition(
        field=status,
        source=Status.ACKNOWLEDGED,
        target=Status.REPORTED,
        conditions=[has_lapsed],
        permission=permissions.is_mainstay,
        custom={"label": _("Lapse"), "is_system": True},
    )
    def lapse(self) -> None:
        """Nobody has followed up the acknowledgement: somebody has to take it up anew."""
        self.handler = None
        self.ack_expires_at = None

    def _end_waiting(self) -> None:
        self.pending_reason = self.waiting_for = ""
