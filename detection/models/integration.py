"""Other tools that send us what they see, and the bodies that they sent."""

from datetime import datetime
from typing import ClassVar

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from catalog.models import Service
from detection.models.group import RecoverOn
from incidents.models import Level
from lifecycle.models import Event


class Kind(models.TextChoices):
    """What its bodies look like."""

    JSON = "json", gettext_lazy("JSON of any tool")
    ALERTMANAGER = "alertmanager", gettext_lazy("Alertmanager or Grafana")
    PAGERDUTY = "pagerduty", gettext_lazy("PagerDuty events, version 2")
    MAPPED = "mapped", gettext_lazy("JSON with the fields named here")


class Integration(models.Model):
    """An address with a key, and what becomes of what arrives there."""

    name = models.CharField(gettext_lazy("name"), max_length=100, unique=True)
    kind = models.CharField(gettext_lazy("kind"), max_length=12, choices=Kind, default=Kind.JSON)
    mapping = models.JSONField(default=dict, blank=True)
    """Field of a signal -> path in the body; for the kind "mapped"."""
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="integrations", verbose_name=gettext_lazy("service")
    )
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="+", verbose_name=gettext_lazy("level"))
    """Where no route says otherwise."""
    recover_on = models.CharField(gettext_lazy("recovers"), max_length=5, choices=RecoverOn, default=RecoverOn.ALL)
    most_per_minute = models.PositiveIntegerField(gettext_lazy("bodies taken in a minute"), default=20_000)
    is_active = models.BooleanField(gettext_lazy("active"), default=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    """SHA-256 of its key; the key itself is shown once and kept nowhere."""
    old_digest = models.CharField(max_length=64, blank=True, editable=False)
    old_digest_until = models.DateTimeField(null=True, editable=False)
    last_received_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = gettext_lazy("integration")
        verbose_name_plural = gettext_lazy("integrations")
        indexes: ClassVar = [
            models.Index(fields=["old_digest"], condition=~models.Q(old_digest=""), name="integration_of_old_digest")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("detection:integration", args=[self.pk])


class ReceiptStatus(models.TextChoices):
    WAITING = "waiting", gettext_lazy("Waiting")
    DONE = "done", gettext_lazy("Done")
    IGNORED = "ignored", gettext_lazy("No alert")
    QUARANTINED = "quarantined", gettext_lazy("Not understood")


OTHERS = {
    "handshake": gettext_noop("a handshake of the tool"),
    "chat command": gettext_noop("a command out of a chat"),
    "not an alert": gettext_noop("news of something else"),
}


def translated(reason: str) -> str:
    """Why a body was not understood, for its reader: the first line is translated, the detail behind it is not."""
    text, _newline, detail = reason.partition("\n")
    return f"{gettext(OTHERS.get(text, text))} {detail}".strip() if text else ""


class Receipt(models.Model):
    """One body as it came. Stored before the sender hears 2xx, worked off by the cycle, once."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="receipts")
    received_at = models.DateTimeField(db_default=Now())
    body = models.BinaryField()
    status = models.CharField(max_length=12, choices=ReceiptStatus, default=ReceiptStatus.WAITING)
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True)
    signals = models.PositiveIntegerField(default=0)
    is_sanitised = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = gettext_lazy("received body")
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(status="waiting"), name="receipt_waiting"),
            models.Index(fields=["integration", "-id"], name="receipt_of_integration"),
            models.Index(fields=["received_at"], name="receipt_by_moment"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def reason_words(self) -> str:
        return translated(self.reason)

    @property
    def text(self) -> str:
        """The body for people's eyes."""
        return bytes(self.body).decode("utf-8", "replace")

    @property
    def at(self) -> datetime:
        return self.received_at


class Tally(models.Model):
    """How many bodies an integration received in a minute: the limit is counted here."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="tallies")
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["integration", "minute"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["integration", "minute"], name="tally_once_per_minute"),
        ]
