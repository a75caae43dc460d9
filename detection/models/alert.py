"""Alerts: what fires, from its first sight to its end, whoever saw it: a rule, another tool, a heartbeat's silence."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy

from catalog.models import Person, Service
from detection.models.group import AlertGroup
from detection.models.heartbeat import Heartbeat
from detection.models.integration import Integration
from detection.models.maintenance import MaintenanceWindow
from detection.models.metric import Series
from detection.models.rule import Rule
from incidents.models import Incident, Level


class Origin(models.TextChoices):
    """Who saw it."""

    RULE = "rule", gettext_lazy("rule")
    INTEGRATION = "integration", gettext_lazy("integration")
    HEARTBEAT = "heartbeat", gettext_lazy("heartbeat")


class Severity(models.TextChoices):
    """How bad the source calls it, in four words; its own word is kept beside it."""

    CRITICAL = "critical", gettext_lazy("Critical")
    ERROR = "error", gettext_lazy("Error")
    WARNING = "warning", gettext_lazy("Warning")
    INFO = "info", gettext_lazy("Info")
    UNKNOWN = "", gettext_lazy("not said")


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> "AlertQuerySet":
        return self.filter(ended_at=None)

    def live(self) -> "AlertQuerySet":
        """Without those of rules on trial."""
        return self.filter(is_shadow=False)

    def visible_to(self, person: Person) -> "AlertQuerySet":
        """Alerts of incidents that the person may see, and those without an incident whose service hides none."""
        without = models.Q(incident=None) & (models.Q(service=None) | models.Q(service__is_restricted=False))
        return self.filter(without | models.Q(incident__in=Incident.objects.visible_to(person).order_by().values("pk")))

    def for_list(self) -> "AlertQuerySet":
        return self.select_related(
            "rule", "series", "integration", "heartbeat", "incident", "service", "level", "suppressed_by"
        ).defer("rule__memory")


class Alert(models.Model):
    """One run of something bad. An alert that comes back after its end is another alert of the same key."""

    origin = models.CharField(
        gettext_lazy("seen by"), max_length=12, choices=Origin, default=Origin.RULE, db_default=Origin.RULE
    )
    dedup_key = models.CharField(max_length=300, blank=True, db_default="")
    """Who saw it, and its key there. One open alert carries it."""
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, null=True, related_name="alerts")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, null=True, related_name="alerts")
    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, null=True, related_name="alerts")
    heartbeat = models.ForeignKey(Heartbeat, on_delete=models.PROTECT, null=True, related_name="alerts")
    group = models.ForeignKey(AlertGroup, on_delete=models.PROTECT, null=True, related_name="alerts")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="alerts")
    suppressed_by = models.ForeignKey(MaintenanceWindow, on_delete=models.PROTECT, null=True, related_name="alerts")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="alerts")
    level = models.ForeignKey(Level, on_delete=models.PROTECT, null=True, related_name="alerts")
    title = models.CharField(gettext_lazy("title"), max_length=300, blank=True, db_default="")
    description = models.TextField(blank=True, db_default="")
    severity = models.CharField(gettext_lazy("severity"), max_length=10, choices=Severity, blank=True, db_default="")
    severity_at_source = models.CharField(max_length=100, blank=True, db_default="")
    labels = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    links = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    note = models.TextField(blank=True, db_default="")
    """What was ignored about it, and why."""
    started_at = models.DateTimeField()
    """At the source; ``opened_at`` is when we learned of it."""
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    source_at = models.DateTimeField(null=True)
    """The newest moment at the source that counts: whatever is older changes nothing any more."""
    acknowledged_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    is_shadow = models.BooleanField(gettext_lazy("in shadow"), default=False, db_default=False, editable=False)
    """Its rule was on trial: nothing came of it."""
    occurrences = models.PositiveIntegerField(default=1, db_default=1)
    peak = models.FloatField(null=True)
    expected = models.FloatField(null=True)
    is_late = models.BooleanField(default=False)
    """It opened on a frame that was judged long after its time: after an outage of the workers or of the source."""

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]
        verbose_name = gettext_lazy("alert")
        verbose_name_plural = gettext_lazy("alerts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "series"], condition=models.Q(ended_at=None), name="alert_one_open_per_series"
            ),
            models.UniqueConstraint(
                fields=["dedup_key"],
                condition=models.Q(ended_at=None) & ~models.Q(dedup_key=""),
                name="alert_one_open_per_key",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("opened_at")),
                name="alert_ends_after_opening",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["incident"], condition=models.Q(ended_at=None), name="alert_open_of_incident"),
            models.Index(fields=["dedup_key", "-id"], name="alert_of_key"),
            models.Index(
                fields=["suppressed_by"],
                condition=models.Q(ended_at=None, suppressed_by__isnull=False),
                name="alert_open_suppressed",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.rule} · {self.series}"

    def get_absolute_url(self) -> str:
        return reverse("detection:alert", args=[self.pk])

    @property
    def status(self) -> str:
        """open, acknowledged, suppressed or ended."""
        if self.ended_at:
            return "ended"
        if self.suppressed_by_id and not self.incident_id:
            return "suppressed"
        return "acknowledged" if self.acknowledged_at else "open"

    @property
    def seen_by(self) -> "Rule | Integration | Heartbeat | None":
        return self.rule or self.integration or self.heartbeat

    @property
    def lasted_from(self) -> datetime:
        return min(self.started_at, self.opened_at)
