"""Findings: a risk that was seen, from the day it was found until it is gone or somebody else bears it."""

from datetime import date, datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from catalog.models import Person, Service
from detection.inspections import permissions
from detection.models.activity import Activity
from detection.models.inspection import Inspection, Risk
from lifecycle.fsm import transition
from lifecycle.models import Event, StatefulRecord
from lifecycle.transitions import guard
from problems.models import Problem


class FindingStatus(models.TextChoices):
    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")
    CLOSED = "closed", _("Closed")
    WAIVED = "waived", _("Waived")


TO_DO = (FindingStatus.OPEN, FindingStatus.IN_PROGRESS)
STANDING = (FindingStatus.OPEN, FindingStatus.IN_PROGRESS, FindingStatus.DONE, FindingStatus.WAIVED)


@guard(_("Nobody has asked for a waiver."))
def awaits_waiver(finding: "Finding") -> bool:
    return finding.waiver_by_id is not None


@guard(_("The next run of its inspection verifies it."))
def is_of_an_activity(finding: "Finding") -> bool:
    return finding.activity_id is not None


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, person: Person) -> "FindingQuerySet":
        """Colleagues see every finding, nobody else any."""
        return self if person.is_authenticated and person.is_colleague else self.none()

    def to_do(self) -> "FindingQuerySet":
        return self.filter(status__in=TO_DO)

    def standing(self) -> "FindingQuerySet":
        """What is still so, as far as anybody knows."""
        return self.filter(status__in=STANDING)

    def overdue(self, on: date) -> "FindingQuerySet":
        return self.to_do().filter(due_on__lt=on)

    def for_list(self) -> "FindingQuerySet":
        return self.select_related("inspection", "activity", "service", "owner", "problem")


class Finding(StatefulRecord):
    """Of an inspection or of an activity. The same thing seen again is the same finding, whatever became of it."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, null=True, blank=True, related_name="findings")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="findings")
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    """What makes it the same thing next time; empty for that of an activity."""
    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    link = models.CharField(max_length=500, blank=True, editable=False)
    """The page of ours that it is about."""
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("service")
    )
    risk = models.CharField(_("risk"), max_length=6, choices=Risk, default=Risk.MEDIUM)
    status = FSMField(_("status"), choices=FindingStatus.choices, default=FindingStatus.OPEN, protected=True)
    status_since = models.DateTimeField(db_default=Now(), editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="findings_owned",
        verbose_name=_("owner"),
    )
    due_on = models.DateField(_("due on"))
    first_seen_at = models.DateTimeField(db_default=Now(), editable=False)
    last_seen_at = models.DateTimeField(db_default=Now(), editable=False)
    times_seen = models.PositiveIntegerField(default=1, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    waiver_reason = models.TextField(_("why the risk is borne"), blank=True)
    waiver_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("problem")
    )

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(inspection__isnull=False, activity=None)
                | models.Q(inspection=None, activity__isnull=False),
                name="finding_is_of_one",
            ),
            models.UniqueConstraint(
                fields=["inspection", "fingerprint"],
                condition=models.Q(inspection__isnull=False),
                name="finding_once_per_fingerprint",
            ),
            models.CheckConstraint(
                condition=models.Q(status="waived", waived_by__isnull=False)
                | (~models.Q(status="waived") & models.Q(waived_by=None)),
                name="finding_waived_by_iff_waived",
            ),
            models.CheckConstraint(
                condition=models.Q(waived_by=None) | ~models.Q(waived_by=models.F("waiver_by")),
                name="finding_waived_by_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "due_on"], name="finding_of_status"),
            models.Index(fields=["service", "first_seen_at"], name="finding_of_service"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("inspections:finding", args=[self.pk])

    @property
    def reference(self) -> str:
        return f"FND-{self.pk}"

    @property
    def origin(self) -> Inspection | Activity | None:
        return self.inspection or self.activity

    def is_overdue_on(self, day: date) -> bool:
        return self.status in TO_DO and self.due_on < day

    # --- Transitions: guard and stamp only ----------------------------------------------------------

    @transition(
        field=status,
        source=FindingStatus.OPEN,
        target=FindingStatus.IN_PROGRESS,
        permission=permissions.works,
        custom={"label": _("Take it up"), "rank": 1},
    )
    def take_up(self, *, owner: Person | None, at: datetime) -> None:
        """Somebody sees to it, and becomes its owner where nobody was."""
        self.owner = self.owner or owner
        self.status_since = at

    @transition(
        field=status,
        source=TO_DO,
        target=FindingStatus.DONE,
        permission=permissions.works,
        custom={"label": _("Done"), "rank": 2, "fields": ("note",)},
    )
    def settle(self, *, by: Person | None, at: datetime) -> None:
        """Whoever did it says so; whether it is gone is for the next run, or for somebody else, to see."""
        self.done_by = by
        self.status_since = at
        self._forget_waiver()

    @transition(
        field=status,
        source=FindingStatus.DONE,
        target=FindingStatus.CLOSED,
        conditions=[is_of_an_activity],
        permission=permissions.verifies,
        custom={"label": _("Confirm that it is gone"), "rank": 1, "fields": ("note",)},
    )
    def confirm(self, *, at: datetime) -> None:
        """Another person has looked: it is gone."""
        self.status_since = at

    @transition(
        field=status,
        source=STANDING,
        target=FindingStatus.CLOSED,
        custom={"label": _("Close"), "is_system": True},
    )
    def close(self, *, at: datetime) -> None:
        """A run no longer finds it."""
        self.status_since = at
        self._forget_waiver()

    @transition(
        field=status,
        source=(FindingStatus.DONE, FindingStatus.CLOSED),
        target=FindingStatus.OPEN,
        custom={"label": _("Reappear"), "is_system": True},
    )
    def reappear(self, *, due_on: date, at: datetime) -> None:
        """A run finds it, though it was said to be done, or was gone."""
        self.done_by = None
        self.due_on = due_on
        self.status_since = at

    @transition(
        field=status,
        source=TO_DO,
        target=None,
        permission=permissions.works,
        custom={"label": _("Ask for a waiver"), "rank": 20, "fields": ("reason",)},
    )
    def request_waiver(self, *, reason: str, by: Person | None) -> None:
        self.waiver_reason = reason
        self.waiver_by = by

    @transition(
        field=status,
        source=TO_DO,
        target=FindingStatus.WAIVED,
        conditions=[awaits_waiver],
        permission=permissions.waives,
        custom={"label": _("Waive"), "rank": 3, "fields": ("note",)},
    )
    def waive(self, *, by: Person, at: datetime) -> None:
        """Somebody else bears the risk too."""
        self.waived_by = by
        self.status_since = at

    @transition(
        field=status,
        source=(FindingStatus.DONE, FindingStatus.WAIVED, FindingStatus.CLOSED),
        target=FindingStatus.OPEN,
        permission=permissions.works,
        custom={"label": _("Reopen"), "rank": 21, "fields": ("reason",)},
    )
    def reopen(self, *, due_on: date, at: datetime) -> None:
        """It was not done after all, or is borne no longer."""
        self.done_by = None
        self.due_on = max(self.due_on, due_on)
        self.status_since = at
        self._forget_waiver()

    def _forget_waiver(self) -> None:
        self.waiver_reason = ""
        self.waiver_by = self.waived_by = None


class FindingPeriod(models.Model):
    """From when to when a finding stood: what its warnings are held against."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="periods")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["began_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["finding"], condition=models.Q(ended_at=None), name="finding_stands_once_at_a_time"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["began_at"], name="finding_period_by_beginning")]

    def __str__(self) -> str:
        return f"{self.finding} {self.began_at:%Y-%m-%d}"
