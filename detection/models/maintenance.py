"""Maintenance: times in which alerts are recorded and nobody is told."""

from datetime import datetime
from typing import ClassVar

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy

from catalog.models import BusinessLine, Person, Service
from detection.matching import Matcher
from detection.recurrence import Repeat, current, upcoming
from lifecycle.models import Event


class Repeats(models.TextChoices):
    NEVER = Repeat.NEVER, gettext_lazy("once")
    DAILY = Repeat.DAILY, gettext_lazy("every day")
    WEEKLY = Repeat.WEEKLY, gettext_lazy("every week")


class MaintenanceWindow(models.Model):
    """When, and for what: alerts of these services, of services under these business lines, with these labels."""

    name = models.CharField(gettext_lazy("name"), max_length=100)
    reason = models.TextField(gettext_lazy("reason"), blank=True)
    starts_at = models.DateTimeField(gettext_lazy("from"))
    ends_at = models.DateTimeField(gettext_lazy("to"))
    """Of the first time, where it repeats."""
    repeats = models.CharField(gettext_lazy("repeats"), max_length=6, choices=Repeats, default=Repeats.NEVER)
    repeats_until = models.DateTimeField(gettext_lazy("for the last time before"), null=True, blank=True)
    services = models.ManyToManyField(
        Service, blank=True, related_name="maintenance_windows", verbose_name=gettext_lazy("services")
    )
    business_lines = models.ManyToManyField(
        BusinessLine, blank=True, related_name="maintenance_windows", verbose_name=gettext_lazy("business lines")
    )
    matchers = models.JSONField(default=list, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    class Meta:
        ordering: ClassVar = ["-starts_at", "-id"]
        verbose_name = gettext_lazy("maintenance window")
        verbose_name_plural = gettext_lazy("maintenance windows")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="maintenance_ends_after_its_start"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("detection:maintenance_window", args=[self.pk])

    @property
    def conditions(self) -> list[Matcher]:
        return [Matcher.of(stored) for stored in self.matchers]

    @property
    def conditions_text(self) -> str:
        return "\n".join(str(matcher) for matcher in self.conditions)

    def occurrence(self, at: datetime) -> tuple[datetime, datetime] | None:
        """From when to when it holds at this moment; None where it does not."""
        if self.ended_at is not None and at >= self.ended_at:
            return None
        return current(self.starts_at, self.ends_at, self.repeats, self.repeats_until, at)

    def next_occurrence(self, at: datetime) -> tuple[datetime, datetime] | None:
        if self.ended_at is not None:
            return None
        return upcoming(self.starts_at, self.ends_at, self.repeats, self.repeats_until, at)
