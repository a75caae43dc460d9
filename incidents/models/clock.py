"""SLA clocks as rows: the deadline is an indexed column, so that the cycle's cost follows what is due."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from incidents import sla
from incidents.models.clock_kind import ClockKind

__all__ = ["Breach", "Clock", "ClockKind", "Pause"]

AT_RISK = 0.8
"""The used part of its target from which on a clock is at risk."""


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> "ClockQuerySet":
        return self.filter(stopped_at=None)

    def warning(self, at: datetime) -> "ClockQuerySet":
        """Whose next warning is due at that moment."""
        return self.running().filter(warn_due_at__lte=at)

    def breaching(self, at: datetime) -> "ClockQuerySet":
        """Overdue at that moment and not yet recorded as breached."""
        return self.running().filter(breached_at=None, due_at__lte=at)


class Clock(models.Model):
    """One clock of one incident. ``due_at`` is None while it is paused."""

    incident = models.ForeignKey("incidents.Incident", on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=12, choices=ClockKind)
    ordinal = models.PositiveSmallIntegerField(default=1)
    """1, 2, ...: every period of progress updates and every transfer to be accepted is a clock of its own."""
    origin_at = models.DateTimeField()
    target = models.DurationField()
    is_pausable = models.BooleanField(default=False)
    calendar = models.JSONField(null=True)
    """The business calendar as it was when the clock was aimed, so that later edits move no deadline; None: it runs
    around the clock."""
    warn_at = ArrayField(models.PositiveSmallIntegerField(), default=list)
    """Percents of the target at which somebody is warned."""
    overdue_repeat = models.DurationField(null=True)
    """After the deadline the warning comes again each time this has passed."""
    warn_due_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    is_void = models.BooleanField(default=False)
    """Stopped without a verdict, because the incident was cancelled."""
    breached_at = models.DateTimeField(null=True)
    """The deadline that was missed; set with the Breach row, never taken back."""

    objects = ClockQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "kind", "ordinal"], name="clock_once_per_ordinal")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=models.Q(stopped_at=None, breached_at=None), name="clock_next_due"
            ),
            models.Index(
                fields=["warn_due_at"],
                condition=models.Q(stopped_at=None, warn_due_at__isnull=False),
                name="clock_next_warning",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def intervals(self) -> list[sla.Interval]:
        return [sla.Interval(pause.started_at, pause.ended_at) for pause in self.pauses.all()]

    @property
    def hours(self) -> sla.Calendar | None:
        return sla.Calendar.from_json(self.calendar) if self.calendar else None

    def read(self, now: datetime) -> sla.Reading:
        return sla.read(
            calendar=self.hours,
            origin=self.origin_at,
            target=self.target,
            pauses=self.intervals,
            now=now,
            stopped_at=self.stopped_at,
        )

    def account(self, now: datetime) -> list[sla.Span]:
        """Every second from the origin to its end, or to now: running, paused or closed."""
        until = min(self.stopped_at, now) if self.stopped_at else now
        return sla.account(calendar=self.hours, origin=self.origin_at, pauses=self.intervals, until=until)


class Pause(models.Model):
    """An interval in which a clock did not run, and why."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="pauses")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField()

    class Meta:
        ordering: ClassVar = ["started_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["clock"], condition=models.Q(ended_at=None), name="pause_one_open_per_clock"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="pause_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class Breach(models.Model):
    """The fact that a deadline passed. Recorded once, never changed: a trigger refuses UPDATE and DELETE."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="breaches")
    due_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    level = models.PositiveSmallIntegerField(_("level"))

    class Meta:
        ordering: ClassVar = ["recorded_at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["clock"], name="breach_once_per_clock")]
        indexes: ClassVar = [models.Index(fields=["recorded_at"], name="breach_recorded")]

    def __str__(self) -> str:
        return f"{self.clock} {self.due_at}"
