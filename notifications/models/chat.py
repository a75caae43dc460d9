"""Chats that are told of incidents, and the chat groups made for single incidents."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Language, Team
from incidents.models import Incident


class ChatKind(models.TextChoices):
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"
    MATTERMOST = "mattermost", "Mattermost"
    FEISHU = "feishu", "飞书 Feishu"
    DINGTALK = "dingtalk", "钉钉 DingTalk"
    WECOM = "wecom", "企业微信 WeCom"


class ChatHook(models.Model):
    """The incoming webhook of a group in a chat program. Address and secret lie encrypted: who has them can write."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("chat program"), max_length=10, choices=ChatKind)
    sealed_url = models.TextField(editable=False)
    sealed_secret = models.TextField(blank=True, editable=False)
    """What messages are signed with, where the program signs them (Feishu, DingTalk)."""
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="chats", verbose_name=_("team")
    )
    """Its services' incidents are told there; None: those of every service."""
    levels = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("levels"))
    """Empty: nothing is told by itself, only steps of policies write there."""
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.ENGLISH)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("chat")

    def __str__(self) -> str:
        return self.name


class WarRoomStatus(models.TextChoices):
    WANTED = "wanted", _("being made")
    OPEN = "open", _("open")
    CLOSING = "closing", _("being ended")
    CLOSED = "closed", _("ended")
    FAILED = "failed", _("failed")


class WarRoom(models.Model):
    """The chat group of one incident. Making it is due work of the cycle, as a delivery is."""

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="war_room")
    kind = models.CharField(max_length=10, choices=ChatKind)
    status = models.CharField(max_length=10, choices=WarRoomStatus, default=WarRoomStatus.WANTED)
    external_id = models.CharField(max_length=100, blank=True)
    url = models.CharField(max_length=500, blank=True)
    invited = models.JSONField(default=list)
    """Names of who was invited."""
    missing = models.JSONField(default=list)
    """Names of who should be there and has no account in the chat program."""
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now())
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(status__in=("wanted", "closing")), name="war_room_to_do")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"
