"""A plan at an incident: attached, run as a checklist, finished or aborted."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from catalog.models import Person
from incidents.models import Incident
from lifecycle.fsm import transition
from lifecycle.models import Event, StatefulRecord
from lifecycle.transitions import guard
from problems import permissions
from problems.models.plan import Plan, PlanStep, PlanVersion


class RunStatus(models.TextChoices):
    ATTACHED = "attached", _("Attached")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    ABORTED = "aborted", _("Aborted")
    DETACHED = "detached", _("Detached")


class StepStatus(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Skipped")


@guard(_("Some steps are still open: tick or skip them, or abort the plan."))
def has_no_open_step(run: "PlanRun") -> bool:
    return not run.steps.filter(status=StepStatus.OPEN).exists()


@guard(_("No version of this plan is published."))
def is_published(run: "PlanRun") -> bool:
    return run.plan.published is not None


class PlanRunQuerySet(models.QuerySet["PlanRun"]):
    def of_seen(self, person: Person) -> "PlanRunQuerySet":
        """Those of incidents that the person may see; for colleagues only."""
        if not (person.is_authenticated and person.is_colleague):
            return self.none()
        return self.filter(incident__in=Incident.objects.visible_to(person).order_by().values("pk"))

    def current(self) -> "PlanRunQuerySet":
        return self.filter(status__in=(RunStatus.ATTACHED, RunStatus.RUNNING))


class PlanRun(StatefulRecord):
    """What became of a plan at an incident. ``version`` is frozen at the start: a later edit changes no run."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="plan_runs")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="runs")
    plan_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, null=True, related_name="runs")
    status = FSMField(_("status"), choices=RunStatus.choices, default=RunStatus.ATTACHED, protected=True)
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    """None where a condition of the plan attached it."""
    attached_at = models.DateTimeField(db_default=Now(), editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    started_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True, editable=False
    )
    ended_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(null=True, editable=False)

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    objects = PlanRunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("run of a plan")
        verbose_name_plural = _("runs of plans")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "plan"],
                condition=models.Q(status__in=("attached", "running")),
                name="plan_attached_once",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=("attached", "detached"))
                | models.Q(started_at__isnull=False, plan_version__isnull=False),
                name="plan_run_that_began_has_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} · {self.incident.reference}"

    def get_absolute_url(self) -> str:
        return reverse("problems:plan-run", args=[self.pk])

    # --- Transitions: guard and stamp only ----------------------------------------------------------

    @transition(
        field=status,
        source=RunStatus.ATTACHED,
        target=RunStatus.RUNNING,
        conditions=[is_published],
        permission=permissions.runs_plans,
        custom={"label": _("Start the plan"), "rank": 1},
    )
    def start(self, *, version: PlanVersion, by: Person | None, at: datetime) -> None:
        self.plan_version = version
        self.started_by, self.started_at = by, at

    @transition(
        field=status,
        source=RunStatus.RUNNING,
        target=RunStatus.FINISHED,
        conditions=[has_no_open_step],
        permission=permissions.runs_plans,
        custom={"label": _("Finish the plan"), "rank": 1, "fields": ("note",)},
    )
    def finish(self, *, at: datetime) -> None:
        self.ended_at = at

    @transition(
        field=status,
        source=RunStatus.RUNNING,
        target=RunStatus.ABORTED,
        permission=permissions.runs_plans,
        custom={"label": _("Abort the plan"), "rank": 30, "fields": ("reason",), "is_danger": True},
    )
    def abort(self, *, at: datetime) -> None:
        self.ended_at = at

    @transition(
        field=status,
        source=RunStatus.ATTACHED,
        target=RunStatus.DETACHED,
        permission=permissions.runs_plans,
        custom={"label": _("Detach the plan"), "rank": 30, "fields": ("reason",)},
    )
    def detach(self, *, at: datetime) -> None:
        """It does not fit this incident; no condition attaches it again."""
        self.ended_at = at


class RunStep(models.Model):
    """A step of a run; those of plans within the plan stand in line with the others ("2.1")."""

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="steps")
    step = models.ForeignKey(PlanStep, on_delete=models.PROTECT, related_name="runs")
    position = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=StepStatus, default=StepStatus.OPEN, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    ended_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(null=True, editable=False)
    took: "models.DurationField[timedelta | None, timedelta | None]" = models.DurationField(null=True, editable=False)
    """Since the step that ended before it, or since the start."""
    note = models.TextField(blank=True, editable=False)
    calling_since: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True, editable=False
    )
    """While an HTTP call of it is on its way."""
    answer_status = models.PositiveSmallIntegerField(null=True, editable=False)
    answer = models.TextField(blank=True, editable=False)
    """How long the answer took, or why there was none; never what it said."""

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "position"], name="run_step_once"),
            models.CheckConstraint(
                condition=models.Q(status="open", ended_at=None)
                | models.Q(~models.Q(status="open"), ended_at__isnull=False),
                name="run_step_ended_iff_not_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.step.title}"
