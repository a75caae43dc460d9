"""Notices that stakeholders get by the notification table, apart from the paging of the on-call handler."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from incidents.models import Incident
from lifecycle.models import Event
from notifications.models.channel import Channel


class NoticeKind(models.TextChoices):
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


TABLED = (
    NoticeKind.INITIAL,
    NoticeKind.PROGRESS,
    NoticeKind.RECTIFIED,
    NoticeKind.OVERDUE,
    NoticeKind.WARNING,
    NoticeKind.UPDATE_OVERDUE,
)
"""The notices whose recipients the notification table names; of the others they follow from the event itself."""


class Party(models.TextChoices):
    """A recipient by role, found out when the notice is sent."""

    SERVICE_OWNER = "service_owner", _("service owner")
    OPERATIONS_TEAM = "operations_team", _("O&M team")
    RD_LEADER = "rd_leader", _("R&D leader")
    OWNER = "owner", _("incident's owner")
    HANDLER = "handler", _("handler")
    MANAGER = "manager", _("incident manager")
    COMMUNICATIONS_LEAD = "communications_lead", _("communications lead")


class NotificationRule(models.Model):
    """A row of the notification table (domain.md section 4)."""

    kind = models.CharField(_("notification"), max_length=20, choices=NoticeKind)
    levels = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("levels"))
    channels = ArrayField(models.CharField(max_length=5, choices=Channel), verbose_name=_("method"))
    to = ArrayField(models.CharField(max_length=20, choices=Party), verbose_name=pgettext_lazy("recipients", "to"))
    at_percent = models.PositiveSmallIntegerField(_("at percent of the target"), null=True, blank=True)
    """Of warnings: the first percentage that the row speaks of, up to the next row's. None: every warning."""
    cc = ArrayField(models.CharField(max_length=20, choices=Party), default=list, blank=True, verbose_name=_("cc"))

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("notification rule")

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def channel_names(self) -> list[str]:
        return [str(Channel(value).label) for value in self.channels]

    @property
    def to_names(self) -> list[str]:
        return [str(Party(value).label) for value in self.to]

    @property
    def cc_names(self) -> list[str]:
        return [str(Party(value).label) for value in self.cc]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def due(self, at: datetime) -> "NoticeQuerySet":
        return self.pending().filter(due_at__lte=at)

    def pending(self) -> "NoticeQuerySet":
        return self.filter(fired_at=None, cancelled_at=None)


class Notice(models.Model):
    """One notice of one incident that is due at a moment."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    due_at = models.DateTimeField()
    cause = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+")
    fired_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "kind"],
                condition=models.Q(fired_at=None, cancelled_at=None, kind__in=("initial", "progress")),
                name="notice_one_pending_per_kind",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=models.Q(fired_at=None, cancelled_at=None), name="notice_next_due"
            ),
            models.Index(fields=["fired_at"], condition=models.Q(fired_at__isnull=False), name="notice_fired"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind}"
