"""The delivery outbox: one row a message to one person, reporter or chat by one channel."""

import re
import secrets
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from incidents.models import Incident
from lifecycle.models import Event
from notifications.models.channel import Channel
from notifications.models.chat import ChatHook


class Purpose(models.TextChoices):
    """Why somebody gets a message. Only a page asks to be acknowledged."""

    PAGE = "page", _("page")
    INITIAL = "initial", _("initial notice")
    PROGRESS = "progress", _("handling progress")
    RECTIFIED = "rectified", _("fault rectified")
    OVERDUE = "overdue", _("overdue")
    WARNING = "warning", _("warning")
    UPDATE_OVERDUE = "update_overdue", _("progress update overdue")
    REMINDER = "reminder", _("reminder")
    MENTION = "mention", _("mention")
    WATCHED = "watched", _("news for watchers")
    RECEIVED = "received", _("receipt for the reporter")
    ANSWER = "answer", _("news for the reporter")
    CONFIRMATION = "confirmation", _("question to the reporter")
    TEST = "test", _("test page")
    CODE = "code", _("verification code")
    DUTY = "duty", _("news about on-call duty")
    REPORT = "report", _("report or minutes")
    ACTION = "action", _("news about what is to be done")


FOR_REPORTERS = (Purpose.RECEIVED, Purpose.ANSWER, Purpose.CONFIRMATION)
"""Purposes of mails to reporters, who may have no account."""
WITHOUT_INCIDENT = (Purpose.TEST, Purpose.CODE, Purpose.DUTY, Purpose.REPORT, Purpose.ACTION)
"""Purposes of messages that speak of no incident."""


class DeliveryStatus(models.TextChoices):
    QUEUED = "queued", _("queued")
    SENDING = "sending", _("sending")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    NOT_SENT = "not_sent", _("not sent")
    BUNDLED = "bundled", _("told in another message")


# A status only ever moves to a higher rank, whatever the order in which callbacks arrive.
RANK = {
    DeliveryStatus.QUEUED: 0,
    DeliveryStatus.SENDING: 1,
    DeliveryStatus.SENT: 2,
    DeliveryStatus.DELIVERED: 3,
    DeliveryStatus.FAILED: 3,
    DeliveryStatus.CANCELLED: 3,
    DeliveryStatus.NOT_SENT: 3,
    DeliveryStatus.BUNDLED: 3,
}


FIRST_PAGE = r"^escalation:\d+:0:"
"""How the keys of a first step's pages begin (services/escalating.py)."""
PRIORITY = models.Case(
    models.When(dedup_key__regex=FIRST_PAGE, purpose=Purpose.PAGE.value, then=models.Value(0)),
    models.When(purpose__in=(Purpose.TEST.value, Purpose.CODE.value), then=models.Value(1)),
    models.When(purpose=Purpose.PAGE.value, then=models.Value(2)),
    default=models.Value(3),
    output_field=models.SmallIntegerField(),
)
"""Who goes first where more is due than can be sent at once: the first page of an incident, tests and codes, whose
reader sits and waits, other pages, notices."""


def priority_of(delivery: "Delivery") -> int:
    """The same, of a row in hand."""
    if delivery.purpose == Purpose.PAGE:
        return 0 if re.match(FIRST_PAGE, delivery.dedup_key) else 2
    return 1 if delivery.purpose in (Purpose.TEST, Purpose.CODE) else 3


def language_of_reporter(incident: Incident) -> str:
    """The language in which they reported, as far as that is known."""
    if incident.reporter is not None:
        return incident.reporter.language
    report = Event.objects.about(incident).filter(verb="report").first()
    language = report.data.get("language", "") if report else ""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def new_token() -> str:
    return secrets.token_urlsafe(24)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> "DeliveryQuerySet":
        return self.filter(status__in=(DeliveryStatus.QUEUED, DeliveryStatus.SENDING))

    def claimable(self, at: datetime) -> "DeliveryQuerySet":
        """Due, and not being sent by somebody whose lease still holds."""
        free = models.Q(lease_until=None) | models.Q(lease_until__lt=at)
        return self.waiting().filter(free, due_at__lte=at)

    def most_urgent_first(self) -> "DeliveryQuerySet":
        return self.order_by(PRIORITY, "due_at", "id")


class Delivery(models.Model):
    """A message promised to somebody. ``dedup_key`` makes it single; ``attempt`` fences off late finishers."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, null=True, related_name="deliveries")
    """None: a test page, a verification code, news about duty, a report."""
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="deliveries")
    """None: a reporter without an account, whose address is the destination, or a chat."""
    chat = models.ForeignKey(ChatHook, on_delete=models.PROTECT, null=True, related_name="deliveries")
    cause = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+")
    """The event that it tells of, where it tells of one."""
    channel = models.CharField(max_length=5, choices=Channel)
    purpose = models.CharField(max_length=20, choices=Purpose)
    is_copy = models.BooleanField(default=False)
    dedup_key = models.CharField(max_length=120, unique=True)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    """Unguessable part of the callback addresses of this message."""
    destination = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=400, blank=True)
    body = models.TextField()

    status = models.CharField(max_length=10, choices=DeliveryStatus, default=DeliveryStatus.QUEUED)
    not_sent_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    wanted_at = models.DateTimeField(db_default=Now(), editable=False)
    """When the step or the notice was due: the lag of paging counts from here. It never moves."""
    due_at = models.DateTimeField(db_default=Now())
    """When it is looked at next: now, after a wait of the person's own rules, after a throttle or a failed try."""
    held_reason = models.CharField(max_length=200, blank=True)
    """Why it still waits: a throttle, or the person's own rule. An English sentence, translated where it is shown."""
    is_drill = models.BooleanField(default=False)
    """Goes to the log instead of a carrier."""
    bundled_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="bundle", db_index=False
    )
    """The message that tells of this one's incident too (services/bundling.py)."""
    attempt = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    provider = models.CharField(max_length=30, blank=True)
    """The carrier's account that took it (notifications/providers.py)."""
    provider_id = models.CharField(max_length=64, blank=True, db_index=True)
    error_code = models.CharField(max_length=20, blank=True)
    error = models.CharField(max_length=300, blank=True)
    segments = models.PositiveSmallIntegerField(null=True)
    """Of texts: how many parts the carrier bills."""
    check_at = models.DateTimeField(null=True)
    """When the carrier is asked what became of it, because no callback has told; None where nothing is open."""
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    reached_at = models.DateTimeField(null=True)
    reached_by = models.CharField(max_length=20, blank=True)
    """What proves that the person was reached: "key 4", "reply", "link"."""

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("delivery")
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=models.Q(status__in=("queued", "sending")), name="delivery_waiting"
            ),
            models.Index(
                PRIORITY,
                models.F("due_at"),
                models.F("id"),
                condition=models.Q(status__in=("queued", "sending")),
                name="delivery_most_urgent",
            ),
            models.Index(
                fields=["recipient", "channel"],
                condition=models.Q(status__in=("queued", "sending")),
                name="delivery_waiting_of_person",
            ),
            models.Index(
                fields=["bundled_into"], condition=models.Q(bundled_into__isnull=False), name="delivery_bundled"
            ),
            models.Index(fields=["created_at"], name="delivery_created"),
            models.Index(fields=["sent_at"], condition=models.Q(sent_at__isnull=False), name="delivery_sent"),
            models.Index(
                fields=["sent_at"],
                condition=models.Q(status="sent", channel__in=("voice", "sms")),
                name="delivery_unfinished",
            ),
            models.Index(fields=["sent_at"], condition=models.Q(purpose="test"), name="delivery_tests"),
            models.Index(fields=["check_at"], condition=models.Q(check_at__isnull=False), name="delivery_to_check"),
            models.Index(fields=["recipient", "channel", "-sent_at"], name="delivery_of_person"),
            models.Index(fields=["destination", "-id"], name="delivery_to_destination"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(recipient__isnull=False)
                | models.Q(purpose__in=FOR_REPORTERS, channel="email")
                | models.Q(chat__isnull=False, channel="chat"),
                name="delivery_to_a_person_a_reporter_or_a_chat",
            ),
            models.CheckConstraint(
                condition=models.Q(incident__isnull=False) | models.Q(purpose__in=WITHOUT_INCIDENT),
                name="delivery_about_an_incident",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.reader_name} {self.status}"

    @property
    def person(self) -> Person:
        """The recipient of a page or a notice; only mails to reporters go to nobody who has an account."""
        if self.recipient is None:
            raise ValueError(f"Delivery {self.pk} goes to a reporter without an account.")
        return self.recipient

    @property
    def about(self) -> Incident:
        """The incident of a page or a notice; only tests, codes, news about duty and reports have none."""
        if self.incident is None:
            raise ValueError(f"Delivery {self.pk} speaks of no incident.")
        return self.incident

    @property
    def reader_name(self) -> str:
        if self.recipient is not None:
            return self.recipient.name
        if self.chat is not None:
            return self.chat.name
        return (self.incident.reporter_name if self.incident else "") or self.destination

    @property
    def language(self) -> str:
        if self.recipient is not None:
            return self.recipient.language
        if self.chat is not None:
            return self.chat.language
        return language_of_reporter(self.incident) if self.incident else settings.LANGUAGE_CODE


class DeliveryCallback(models.Model):
    """What a carrier told us about a message, as it came; append-only."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="callbacks")
    status = models.CharField(max_length=30)
    sequence = models.IntegerField(null=True)
    error_code = models.CharField(max_length=20, blank=True)
    answered_by = models.CharField(max_length=30, blank=True, default="", db_default="")
    """Of calls: "human", "machine_start" and the like, as the carrier says it."""
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.status


class OneTimeLink(models.Model):
    """An acknowledge link in a mail: one incident, one person, one use. Only its SHA-256 is kept."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return str(self.delivery)
