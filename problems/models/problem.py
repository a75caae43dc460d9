"""The problem: the unknown cause of one or more incidents, its statuses and every transition between them."""

from datetime import date, datetime, timedelta
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
from lifecycle.transitions import guard
from problems import permissions


class Status(models.TextChoices):
    LOGGED = "logged", _("Logged")
    INVESTIGATING = "investigating", _("Investigating")
    KNOWN_ERROR = "known_error", _("Known error")
    FIX_PLANNED = "fix_planned", _("Fix planned")
    VERIFYING = "verifying", _("Verifying")
    CLOSED = "closed", _("Closed")
    REJECTED = "rejected", _("Rejected")


OVER = (Status.CLOSED, Status.REJECTED)
CAUSE_SOUGHT = (Status.INVESTIGATING, Status.KNOWN_ERROR, Status.FIX_PLANNED, Status.VERIFYING)
STEP_BEFORE = {
    Status.KNOWN_ERROR: Status.INVESTIGATING,
    Status.FIX_PLANNED: Status.KNOWN_ERROR,
    Status.VERIFYING: Status.FIX_PLANNED,
}


class Outcome(models.TextChoices):
    """What makes a recurrence impossible, or seen at once, or short; or that nothing is done about it."""

    RULE = "rule", _("Detection rule")
    INSPECTION = "inspection", _("Risk inspection")
    PLAN = "plan", _("Emergency plan")
    WAIVER = "waiver", _("Waiver")


@guard(_("Write the outcome down first: a detection rule, a risk inspection, an emergency plan or a waiver."))
def has_outcome(problem: "Problem") -> bool:
    return bool(problem.outcome and problem.outcome_text)


@guard(_("Somebody other than its author must sign the waiver first."))
def is_signed_if_waived(problem: "Problem") -> bool:
    return problem.outcome != Outcome.WAIVER or problem.signed_by_id is not None


@guard(_("Verify the fix first. Only a waiver closes a problem without one."))
def is_verified_or_waived(problem: "Problem") -> bool:
    return problem.status == Status.VERIFYING or problem.outcome == Outcome.WAIVER


@guard(_("There is no waiver that waits for a signature."))
def awaits_signature(problem: "Problem") -> bool:
    return problem.outcome == Outcome.WAIVER and problem.signed_by_id is None


class ProblemQuerySet(models.QuerySet["Problem"]):
    def visible_to(self, person: Person) -> "ProblemQuerySet":
        """Colleagues see every problem, nobody else any."""
        return self if person.is_authenticated and person.is_colleague else self.none()

    def open(self) -> "ProblemQuerySet":
        return self.exclude(status__in=OVER)

    def overdue(self, on: date) -> "ProblemQuerySet":
        return self.open().filter(due_on__lt=on)

    def with_incident_figures(self, at: datetime) -> "ProblemQuerySet":
        """Adds ``incidents_of_30_days``, ``incidents_in_all`` and ``last_seen_at`` (the last occurrence)."""
        recent = models.Q(incidents__occurred_at__gt=at - timedelta(days=30))
        return self.annotate(
            incidents_in_all=models.Count("incidents"),
            incidents_of_30_days=models.Count("incidents", filter=recent),
            last_seen_at=models.Max("incidents__occurred_at"),
        )


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

    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    outcome_text = models.TextField(_("what exactly"), blank=True)
    outcome_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    signed_at = models.DateTimeField(null=True, editable=False)
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
                | models.Q(outcome__in=("rule", "inspection", "plan"))
                | models.Q(outcome="waiver", signed_by__isnull=False),
                name="problem_closes_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(signed_by=None) | ~models.Q(signed_by=models.F("outcome_by")),
                name="problem_waiver_signed_by_another",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["status", "-id"], name="problem_of_status")]

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
        custom={"label": _("Record the outcome"), "rank": 3, "fields": ("outcome", "outcome_text")},
    )
    def record_outcome(self, *, outcome: str, text: str, by: Person | None) -> None:
        """What outlasts the problem. A new text needs a new signature."""
        self.outcome = outcome
        self.outcome_text = text
        self.outcome_by = by
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
        conditions=[has_outcome, is_verified_or_waived, is_signed_if_waived],
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
        permission=permissions.works,
        custom={"label": _("Reopen"), "rank": 8, "fields": ("reason",)},
    )
    def reopen(self, *, at: datetime) -> None:
        """It came back. The old outcome did not hold."""
        self.outcome = self.outcome_text = ""
        self.outcome_by = self.signed_by = self.signed_at = self.closed_at = None
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
