"""The moments of an incident's life, and the deadlines that the cycle reads."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models.status import OVER, Status


class Timed(models.Model):
    """Moments that transitions stamp, and moments that are still to come."""

    occurred_at = models.DateTimeField(_("occurred at"))
    reported_at = models.DateTimeField(_("reported at"))
    acknowledged_at = models.DateTimeField(null=True, editable=False)
    transferred_at = models.DateTimeField(null=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    recovered_at = models.DateTimeField(null=True, editable=False)
    resolved_at = models.DateTimeField(null=True, editable=False)
    is_resolution_assumed = models.BooleanField(default=False, db_default=False, editable=False)
    """The system it was imported from knows no resolution; another moment stands in, and no figure times it."""
    confirmation_asked_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField(null=True, editable=False)
    """The moment of its latest event; written where events are recorded (lifecycle.transitions)."""
    reopen_count = models.PositiveIntegerField(default=0, editable=False)

    next_due_at = models.DateTimeField(null=True, editable=False)
    """The first deadline of the running clocks: what lists sort by. Written with the clocks."""
    at_risk_at = models.DateTimeField(null=True, editable=False)
    """When the first running clock has used most of its target. Written with the clocks."""
    ack_expires_at = models.DateTimeField(null=True, editable=False)
    """When an acknowledgement that nobody follows up lapses, and paging begins anew."""
    closes_at = models.DateTimeField(null=True, editable=False)
    """When a reporter's silence closes it."""
    snoozed_until = models.DateTimeField(null=True, editable=False)
    snooze_reason = models.TextField(blank=True, editable=False)

    class Meta:
        abstract = True
        indexes: ClassVar = [
            models.Index(fields=["reported_at"], name="incident_reported"),
            models.Index(
                fields=["resolved_at"], condition=models.Q(resolved_at__isnull=False), name="incident_resolved"
            ),
            models.Index(fields=["closed_at"], condition=models.Q(closed_at__isnull=False), name="incident_closed"),
            models.Index(
                fields=["reported_at"], condition=models.Q(closed_at=None, cancelled_at=None), name="incident_unclosed"
            ),
            models.Index(fields=["next_due_at", "-id"], condition=~models.Q(status__in=OVER), name="incident_next_due"),
            models.Index(fields=["at_risk_at"], condition=~models.Q(status__in=OVER), name="incident_at_risk"),
            models.Index(
                fields=["ack_expires_at"], condition=models.Q(status=Status.ACKNOWLEDGED), name="incident_ack_lapses"
            ),
            models.Index(
                fields=["snoozed_until"], condition=models.Q(snoozed_until__isnull=False), name="incident_snoozed"
            ),
            models.Index(fields=["closes_at"], condition=models.Q(status=Status.RESOLVED), name="incident_closes"),
        ]
