"""A running escalation of one incident."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from notifications.models.policy import EscalationPolicy


class EscalationStatus(models.TextChoices):
    RUNNING = "running", _("running")
    STOPPED = "stopped", _("stopped")
    EXHAUSTED = "exhausted", _("exhausted")


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def due(self, at: datetime) -> "EscalationQuerySet":
        return self.filter(status=EscalationStatus.RUNNING, next_due_at__lte=at)


class Escalation(models.Model):
    """Pages one incident's people step by step. ``snapshot`` is the policy as it was at the start: later edits of
    the policy change new escalations only (shape: see notifications.plan.Snapshot)."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="escalations")
    policy = models.ForeignKey(EscalationPolicy, on_delete=models.SET_NULL, null=True, related_name="+")
    """Where the snapshot came from; an incident may run several policies side by side, each once."""
    snapshot = models.JSONField()
    status = models.CharField(max_length=10, choices=EscalationStatus, default=EscalationStatus.RUNNING)
    started_at = models.DateTimeField(db_default=Now())
    next_step = models.PositiveSmallIntegerField(default=0)
    next_due_at = models.DateTimeField(null=True)
    brought_forward = models.DurationField(null=True)
    """By how much the remaining steps come earlier, because somebody asked for the next person at once."""
    stopped_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=40, blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "policy"],
                condition=models.Q(status="running"),
                nulls_distinct=False,
                name="escalation_one_running_per_policy",
            ),
            models.CheckConstraint(
                condition=models.Q(status="running", next_due_at__isnull=False)
                | (~models.Q(status="running") & models.Q(next_due_at=None)),
                name="escalation_due_iff_running",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_due_at"], condition=models.Q(status="running"), name="escalation_next_due"),
            models.Index(fields=["incident"], condition=models.Q(status="exhausted"), name="escalation_unanswered"),
        ]

    def __str__(self) -> str:
        return f"{self.incident.reference} {self.status}"

    @property
    def next_target_text(self) -> str:
        """Whom the next step pages, for lists; empty where there is none."""
        from notifications.plan import Snapshot

        step = Snapshot.load(self.snapshot).step(self.next_step) if self.status == EscalationStatus.RUNNING else None
        return step.target_text if step else ""
