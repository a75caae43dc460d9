"""The problem: the unknown cause of one or more incidents, its statuses and every transition between them."""

from datetime import date, datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from catalog.models import Person, Service
from lifecycle.models import Event, StatefulRecord
from problems import permissions
from problems.models.guards import (
    awaits_signature,
    has_outcome,
    is_alone,
    is_signed_if_waived,
    is_verified_or_waived,
    outcome_is_real,
    waiver_holds,
)
from problems.models.queries import ProblemQuerySet
from problems.models.status import CAUSE_SOUGHT, OVER, STEP_BEFORE, Outcome, Status


class Problem(StatefulRecord):
    """The cause behind incidents. It ends only with something that outlasts it (``Outcome``)."""

    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="problems", verbose_name=_("service"))
    status = FSMField(_("status"), choices=Status.choices, default=Status.LOGGED, protected=True)
    incidents = models.ManyToManyField(
        "incidents.Incident", related_name="problems", blank=True, verbose_name=_("incidents")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="problems_owned",
        verbose_name=_("owner"),
    )
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    raised_at = models.DateTimeField(db_default=Now(), editable=False)
    status_since = models.DateTimeField(db_default=Now(), editable=False)
    due_on = models.DateField(_("target date"), null=True, blank=True)
    fix = models.TextField(_("planned fix"), blank=True)
    signature = models.CharField(max_length=80, blank=True, editable=False)
    """What recurs, where the recurrence detector raised it: at most one open problem each."""

    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    outcome_text = models.TextField(_("what exactly"), blank=True)
    outcome_reference = models.CharField(_("which one"), max_length=60, blank=True)
    """Of a rule, inspection or plan that the product knows: its reference (problems/outcomes.py)."""
    outcome_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    signed_at = models.DateTimeField(null=True, editable=False)
    waiver_ends_on = models.DateField(_("the waiver holds until"), null=True, blank=True)
    """Its last day; None: without end."""
    waiver_over_at = models.DateTimeField(null=True, editable=False)
    """When it was said that the waiver of the closed problem is over; what becomes of it is then open."""
    closed_at = models.DateTimeField(null=True, editable=False)

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    objects = ProblemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status="closed", closed_at__isnull=False)
                | (~models.Q(status="closed") & models.Q(closed_at=None)),
                name="problem_closed_at_iff_closed",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="closed")
                | models.Q(outcome__in=("rule", "inspection", "plan", "import"))
                | models.Q(outcome="waiver", signed_by__isnull=False),
                name="problem_closes_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(signed_by=None) | ~models.Q(signed_by=models.F("outcome_by")),
                name="problem_waiver_signed_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="waiver") | models.Q(waiver_ends_on=None, waiver_over_at=None),
                name="problem_only_a_waiver_ends",
            ),
            models.UniqueConstraint(
                fields=["signature"],
                condition=~models.Q(signature="") & ~models.Q(status__in=OVER),
                name="problem_one_open_per_signature",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "-id"], name="problem_of_status"),
            models.Index(fields=["signature"], condition=~models.Q(signature=""), name="problem_of_signature"),
            models.Index(
                fields=["waiver_ends_on"], condition=models.Q(waiver_ends_on__isnull=False), name="problem_waiver_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("problems:problem", args=[self.pk])

    @property
    def reference(self) -> str:
        """The running number as people say it."""
        return f"PRB-{self.pk}"

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    # --- Transitions: guard and stamp only ----------------------------------------------------------

    @transition(
        field=status,
        source=Status.LOGGED,
        target=Status.INVESTIGATING,
        permission=permissions.works,
        custom={"label": _("Investigate"), "rank": 1},
    )
    def investigate(self, *, owner: Person | None, at: datetime) -> None:
        """Somebody starts to look for the cause, and becomes its owner where nobody was."""
        self.owner = self.owner or owner
        self.status_since = at

    @transition(
        field=status,
        source=Status.INVESTIGATING,
        target=Status.KNOWN_ERROR,
        permission=permissions.works,
        custom={
            "label": _("Mark as known error"),
            "rank": 1,
            "fields": ("symptom", "cause", "workaround", "affected_version"),
        },
    )
    def mark_known_error(self, *, at: datetime) -> None:
        """The cause is known, and how to live with it."""
        self.status_since = at

    @transition(
        field=status,
        source=Status.KNOWN_ERROR,
        target=Status.FIX_PLANNED,
        permission=permissions.works,
        custom={"label": _("Plan the fix"), "rank": 1, "fields": ("fix", "due_on")},
    )
    def plan_fix(self, *, fix: str, due_on: date | None, at: datetime) -> None:
        self.fix = fix
        self.due_on = due_on or self.due_on
        self.status_since = at

    @transition(
        field=status,
        source=Status.FIX_PLANNED,
        target=Status.VERIFYING,
        permission=permissions.works,
        custom={"label": _("Verify"), "rank": 1, "fields": ("note",)},
    )
    def verify(self, *, at: datetime) -> None:
        """The fix is in place; watch whether the incidents stay away."""
        self.status_since = at

    @transition(
        field=status,
        source=CAUSE_SOUGHT,
        target=None,
        permission=permissions.works,
        custom={
            "label": _("Record the outcome"),
            "rank": 3,
            "fields": ("outcome", "outcome_reference", "outcome_text", "waiver_ends_on"),
        },
    )
    def record_outcome(
        self, *, outcome: str, text: str, by: Person | None, reference: str = "", ends_on: date | None = None
    ) -> None:
        """What outlasts the problem. A new text needs a new signature."""
        self.outcome = outcome
        self.outcome_reference = reference
        self.outcome_text = text
        self.outcome_by = by
        self.waiver_ends_on = ends_on
        self.signed_by = self.signed_at = None

    @transition(
        field=status,
        source=CAUSE_SOUGHT,
        target=None,
        conditions=[awaits_signature],
        permission=permissions.signs,
        custom={"label": _("Sign the waiver"), "rank": 4},
    )
    def sign_waiver(self, *, by: Person, at: datetime) -> None:
        self.signed_by = by
        self.signed_at = at

    @transition(
        field=status,
        source=CAUSE_SOUGHT,
        target=Status.CLOSED,
        conditions=[has_outcome, outcome_is_real, is_verified_or_waived, is_signed_if_waived, waiver_holds],
        permission=permissions.works,
        custom={"label": _("Close"), "rank": 2},
    )
    def close(self, *, at: datetime) -> None:
        self.closed_at = self.status_since = at

    @transition(
        field=status,
        source=tuple(STEP_BEFORE),
        target=RETURN_VALUE(*STEP_BEFORE.values()),
        permission=permissions.works,
        custom={"label": _("Back a step"), "rank": 7, "fields": ("reason",)},
    )
    def step_back(self, *, at: datetime) -> str:
        """It was not so: the cause is another, the plan does not hold, or the fix does not help."""
        self.status_since = at
        return STEP_BEFORE[Status(self.status)]

    @transition(
        field=status,
        source=OVER,
        target=Status.INVESTIGATING,
        conditions=[is_alone],
        permission=permissions.works,
        custom={"label": _("Reopen"), "rank": 8, "fields": ("reason",)},
    )
    def reopen(self, *, at: datetime) -> None:
        """It came back. The old outcome did not hold."""
        self.outcome = self.outcome_text = self.outcome_reference = ""
        self.outcome_by = self.signed_by = self.signed_at = self.closed_at = None
        self.waiver_ends_on = self.waiver_over_at = None
        self.status_since = at

    @transition(
        field=status,
        source=(Status.LOGGED, Status.INVESTIGATING),
        target=Status.REJECTED,
        permission=permissions.works,
        custom={"label": _("Reject"), "rank": 9, "fields": ("reason",), "is_danger": True},
    )
    def reject(self, *, at: datetime) -> None:
        """There is no problem behind it, or another record holds it."""
        self.status_since = at
