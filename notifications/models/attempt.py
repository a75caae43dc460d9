"""What carriers did with what we handed them: every attempt, and whom we trust at the moment."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from notifications.models.channel import Channel
from notifications.models.delivery import Delivery


class AttemptOutcome(models.TextChoices):
    TAKEN = "taken"
    ADOPTED = "adopted"
    REFUSED = "refused"
    """The message is the cause: a bad number, somebody who opted out. Says nothing against the carrier."""
    UNAVAILABLE = "unavailable"
    """The carrier is the cause: errors, time-outs, a locked account."""


class DeliveryAttempt(models.Model):
    """One try to hand a message to a carrier; append-only."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    provider = models.CharField(max_length=30)
    channel = models.CharField(max_length=5, choices=Channel)
    outcome = models.CharField(max_length=12, choices=AttemptOutcome)
    is_unsure = models.BooleanField(default=False, db_default=False)
    """The carrier gave no clear answer: it may have taken the message."""
    error_code = models.CharField(max_length=20, blank=True)
    error = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["provider", "channel", "-ended_at"], name="attempt_of_provider"),
            models.Index(fields=["ended_at"], name="attempt_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}.{self.number} {self.provider} {self.outcome}"


class Breaker(models.Model):
    """The circuit breaker of one provider on one channel; no row means closed."""

    provider = models.CharField(max_length=30)
    channel = models.CharField(max_length=5, choices=Channel)
    failures = models.PositiveSmallIntegerField(default=0)
    """Consecutive ones."""
    opened_at = models.DateTimeField(null=True)
    """None: closed."""
    probe_at = models.DateTimeField(null=True)
    """When one message may try it again."""

    class Meta:
        ordering: ClassVar = ["provider", "channel"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "channel"], name="breaker_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.channel}"
