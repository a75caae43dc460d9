"""Risk inspections: what is looked for regularly, and what each look found."""

from datetime import datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.contacts import validate_time_zone
from catalog.models import Service
from detection.inspections.cron import next_after, parse
from lifecycle.models import Event


class Risk(models.TextChoices):
    """How grave it would be."""

    HIGH = "high", pgettext_lazy("risk", "High")
    MEDIUM = "medium", pgettext_lazy("risk", "Medium")
    LOW = "low", pgettext_lazy("risk", "Low")


class Frequency(models.TextChoices):
    DAILY = "daily", gettext_lazy("daily")
    WEEKLY = "weekly", gettext_lazy("weekly")
    CRON = "cron", gettext_lazy("by a cron expression")


class Weekday(models.IntegerChoices):
    """As cron counts them."""

    MONDAY = 1, gettext_lazy("Monday")
    TUESDAY = 2, gettext_lazy("Tuesday")
    WEDNESDAY = 3, gettext_lazy("Wednesday")
    THURSDAY = 4, gettext_lazy("Thursday")
    FRIDAY = 5, gettext_lazy("Friday")
    SATURDAY = 6, gettext_lazy("Saturday")
    SUNDAY = 0, gettext_lazy("Sunday")


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def due(self) -> "InspectionQuerySet":
        """Those whose time has come, and that nobody is running."""
        running = InspectionRun.objects.filter(inspection=models.OuterRef("pk"), finished_at=None)
        return self.filter(~models.Exists(running), next_run_at__lte=Now())


class Inspection(models.Model):
    """Looks regularly for one kind of risk; ``kind`` is a key of detection/inspections/kinds."""

    name = models.CharField(gettext_lazy("name"), max_length=120, unique=True)
    purpose = models.TextField(gettext_lazy("why it is looked for"), blank=True)
    kind = models.CharField(gettext_lazy("kind"), max_length=40)
    parameters = models.JSONField(default=dict)
    service = models.ForeignKey(
        Service,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="inspections",
        verbose_name=gettext_lazy("service"),
    )
    """Of findings that name none themselves."""
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="inspections_owned",
        verbose_name=gettext_lazy("owner"),
    )
    risk = models.CharField(gettext_lazy("risk"), max_length=6, choices=Risk, default=Risk.MEDIUM)
    days_until_due = models.PositiveSmallIntegerField(gettext_lazy("days until a finding is due"), default=14)
    frequency = models.CharField(gettext_lazy("how often"), max_length=6, choices=Frequency, default=Frequency.DAILY)
    at_time = models.TimeField(gettext_lazy("at"), default=time(7))
    weekday = models.PositiveSmallIntegerField(gettext_lazy("on"), choices=Weekday, default=Weekday.MONDAY)
    cron = models.CharField(gettext_lazy("cron expression"), max_length=100, blank=True)
    time_zone = models.CharField(
        gettext_lazy("time zone"), max_length=50, default="UTC", validators=[validate_time_zone]
    )
    is_active = models.BooleanField(gettext_lazy("active"), default=True)
    next_run_at = models.DateTimeField(null=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    """Who wants it run now; forgotten once it runs."""
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        verbose_name = gettext_lazy("inspection")
        verbose_name_plural = gettext_lazy("inspections")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(is_active=False) | models.Q(next_run_at__isnull=False),
                name="inspection_active_has_a_next_run",
            ),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="inspection_weekday_is_one"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_run_at"], condition=models.Q(next_run_at__isnull=False), name="inspection_due")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inspections:inspection", args=[self.pk])

    @property
    def reference(self) -> str:
        """How outcomes of problems name it."""
        return f"INSP-{self.pk}"

    @property
    def expression(self) -> str:
        """Its schedule as cron has it."""
        if self.frequency == Frequency.CRON:
            return self.cron
        day = self.weekday if self.frequency == Frequency.WEEKLY else "*"
        return f"{self.at_time.minute} {self.at_time.hour} * * {day}"

    @property
    def schedule_words(self) -> str:
        words = {"time": f"{self.at_time:%H:%M}", "zone": self.time_zone, "cron": self.cron}
        if self.frequency == Frequency.CRON:
            return _("%(cron)s (%(zone)s)") % words
        if self.frequency == Frequency.WEEKLY:
            return _("%(day)s at %(time)s (%(zone)s)") % {**words, "day": Weekday(self.weekday).label}
        return _("daily at %(time)s (%(zone)s)") % words

    def next_after(self, moment: datetime) -> datetime:
        """The first moment of the schedule later than that. Raises NotCron."""
        return next_after(parse(self.expression), moment, ZoneInfo(self.time_zone))


class RunStatus(models.TextChoices):
    RUNNING = "running", gettext_lazy("Running")
    FINISHED = "finished", gettext_lazy("Finished")
    FAILED = "failed", gettext_lazy("Failed")


class InspectionRun(models.Model):
    """One look. What failed says nothing of any finding: none is closed by it."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="runs")
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    new = models.PositiveIntegerField(default=0)
    still = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    """What could not be judged: series of which too little is known."""
    error = models.TextField(blank=True)
    is_lost = models.BooleanField(default=False, db_default=False)
    """Whether its worker was gone before it ended."""

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["inspection"], condition=models.Q(finished_at=None), name="inspection_runs_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.inspection} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def status(self) -> RunStatus:
        if self.finished_at is None:
            return RunStatus.RUNNING
        return RunStatus.FAILED if self.error else RunStatus.FINISHED
