"""Reminders: moments at which somebody has to be told that something is still to be done."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReminderKind(models.TextChoices):
    ACKNOWLEDGEMENT = "acknowledgement", _("the acknowledgement lapses soon")
    OWNER_UNSET = "owner_unset", _("nobody owns the incident")
    MANAGER_UNSET = "manager_unset", _("the major incident has no incident manager")
    SNOOZE_OVER = "snooze_over", _("the snooze is over")
    DECISION_DUE = "decision_due", _("a decision about a solution is due")
    RETRO_APPROVAL = "retro_approval", _("the approval after an emergency is due")
    REPORT_DUE = "report_due", _("the major-incident report is due soon")
    REPORT_OVERDUE = "report_overdue", _("the major-incident report is overdue")
    CLOSE_BLOCKED = "close_blocked", _("the incident cannot close by itself")


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def pending(self) -> "ReminderQuerySet":
        return self.filter(fired_at=None, cancelled_at=None)

    def due(self, at: datetime) -> "ReminderQuerySet":
        return self.pending().filter(due_at__lte=at)


class Reminder(models.Model):
    """One reminder of one incident. When it fires, the Event "remind" says what is to be done."""

    incident = models.ForeignKey("incidents.Incident", on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=20, choices=ReminderKind)
    due_at = models.DateTimeField()
    data = models.JSONField(default=dict, blank=True)
    fired_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "kind", "data"],
                condition=models.Q(fired_at=None, cancelled_at=None),
                name="reminder_one_pending",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=models.Q(fired_at=None, cancelled_at=None), name="reminder_next_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind}"
