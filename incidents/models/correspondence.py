"""What passes between us and reporters who have no account: links we give out, mail that comes in."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lifecycle.models import Event


class LinkPurpose(models.TextChoices):
    FOLLOW_UP = "follow_up", _("follow-up")
    CONFIRM = "confirm", _("confirmation")


class ReporterLink(models.Model):
    """A signed link of a reporter. The token is the signed key of this row: nothing secret is stored."""

    incident = models.ForeignKey("incidents.Incident", on_delete=models.CASCADE, related_name="reporter_links")
    purpose = models.CharField(max_length=10, choices=LinkPurpose)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    """Of a confirmation, which is used once."""
    asked_from = models.CharField(max_length=32, blank=True, editable=False)
    """A keyed hash of the network address that reported by the public form, to count its reports."""

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["asked_from", "created_at"], condition=~models.Q(asked_from=""), name="reporter_link_asked_from"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.purpose}"


class MailStatus(models.TextChoices):
    RECEIVED = "received", _("received")
    ACCEPTED = "accepted", _("accepted")
    QUARANTINED = "quarantined", _("in quarantine")
    IGNORED = "ignored", _("ignored")
    FAILED = "failed", _("failed")


class InboundEmail(models.Model):
    """A mail as it came, stored before anything else is done with it."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    message_id = models.CharField(max_length=255, blank=True, db_index=True)
    sender = models.CharField(_("from"), max_length=320, blank=True)
    recipient = models.CharField(_("to"), max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    raw = models.BinaryField()
    via = models.CharField(max_length=10, choices=[("imap", "IMAP"), ("webhook", "webhook")])
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    status = models.CharField(_("status"), max_length=12, choices=MailStatus, default=MailStatus.RECEIVED)
    reason = models.TextField(_("reason"), blank=True)
    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, null=True, blank=True, related_name="inbound_emails"
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+")
    handled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["sender", "received_at"], name="mail_of_sender"),
            models.Index(fields=["id"], condition=models.Q(status="quarantined"), name="mail_in_quarantine"),
            models.Index(fields=["id"], condition=models.Q(status="received"), name="mail_unhandled"),
        ]

    def __str__(self) -> str:
        return self.subject or self.message_id
