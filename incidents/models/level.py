"""Levels and their targets: data that an administrator edits (domain.md section 3 gives the shipped values)."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models.calendar import Calendar
from incidents.models.clock_kind import ClockKind
from incidents.sla_history import Target


class Level(models.Model):
    """How bad an incident is; 1 is the worst."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    criteria = models.TextField(gettext_lazy("criteria"))
    acknowledgement_lasts = models.DurationField(
        gettext_lazy("an acknowledgement without a sign of life lapses after"), null=True, blank=True
    )

    class Meta:
        ordering: ClassVar = ["number"]
        verbose_name = gettext_lazy("level")

    def __str__(self) -> str:
        return _("Level %(number)d") % {"number": self.number}

    @property
    def localised_criteria(self) -> str:
        return _(self.criteria)


class LevelTarget(models.Model):
    """The longest that a clock of a level may run, and whether waiting for somebody may pause it."""

    level = models.ForeignKey(Level, on_delete=models.CASCADE, related_name="targets")
    kind = models.CharField(max_length=12, choices=ClockKind)
    target = models.DurationField(gettext_lazy("target"))
    is_pausable = models.BooleanField(gettext_lazy("may pause"), default=False)
    calendar = models.ForeignKey(
        Calendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="targets",
        verbose_name=gettext_lazy("business calendar"),
    )
    warn_at = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        blank=True,
        verbose_name=gettext_lazy("warn at percent of the target"),
    )
    overdue_repeat = models.DurationField(gettext_lazy("repeat the warning when overdue every"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["level", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["level", "kind"], name="level_target_once"),
            models.CheckConstraint(
                condition=~models.Q(level=1, kind=ClockKind.RECOVERY, is_pausable=True),
                name="level_1_recovery_never_pauses",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.get_kind_display()}"

    def in_force(self, *, year: int) -> Target:
        """The target as a value that clocks and events keep, whatever an administrator changes later."""
        calendar = self.calendar.as_value(year=year) if self.calendar else None
        return Target(self.target, self.is_pausable, calendar, tuple(self.warn_at), self.overdue_repeat)
