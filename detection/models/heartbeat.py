"""Heartbeats: signs of life that something sends regularly, so that its silence can be heard."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy

from catalog.models import Service
from incidents.models import Level
from lifecycle.models import Event


class Heartbeat(models.Model):
    """Expected every ``interval``; silence of as long, and the grace, is an alert."""

    name = models.CharField(gettext_lazy("name"), max_length=100, unique=True)
    interval = models.DurationField(gettext_lazy("expected every"))
    grace = models.DurationField(gettext_lazy("grace"), default=timedelta)
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="heartbeats", verbose_name=gettext_lazy("service")
    )
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="+", verbose_name=gettext_lazy("level"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    is_paused = models.BooleanField(gettext_lazy("paused"), default=False)
    last_beat_at = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(null=True, editable=False)
    """When its silence becomes an alert; None while it is paused, or silent already."""
    version = models.PositiveIntegerField(default=1, editable=False)

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = gettext_lazy("heartbeat")
        verbose_name_plural = gettext_lazy("heartbeats")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(interval__gt=timedelta(0)), name="heartbeat_interval_positive"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="heartbeat_due")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("detection:heartbeat", args=[self.pk])

    @property
    def patience(self) -> timedelta:
        return self.interval + self.grace

    def status_at(self, now: datetime) -> str:
        """paused, new, ok or silent."""
        if self.is_paused:
            return "paused"
        if self.due_at is None or self.due_at <= now:
            return "silent"
        return "ok" if self.last_beat_at else "new"
