"""When meetings are held, and who is told: one row that incident managers edit."""

from datetime import time
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.contacts import validate_time_zone


def working_days() -> list[int]:
    return [0, 1, 2, 3, 4]


class MeetingPolicy(models.Model):
    """The calendar of the daily meeting and of hand-over notes. There is one row; ``current()`` answers it."""

    is_active = models.BooleanField(_("meetings are planned by themselves"), default=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("held on"), default=working_days)
    """0 is Monday."""
    begins_at = models.TimeField(_("begins at"), default=time(9, 30))
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_time_zone])
    chair = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("usual chair"),
    )
    attendees = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", blank=True, verbose_name=_("usual attendees")
    )
    subscribers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", blank=True, verbose_name=_("get the minutes too")
    )
    chats = models.ManyToManyField(
        "notifications.ChatHook", related_name="+", blank=True, verbose_name=_("chats that get the minutes")
    )
    minutes = models.JSONField(default=dict, blank=True)
    """Section -> minutes of its time box, where they differ from the shipped ones."""
    loud_after = models.PositiveSmallIntegerField(_("times put off after which incident managers are told"), default=3)
    draft_before = models.PositiveSmallIntegerField(
        _("minutes before a shift change that a note is drafted"), default=60
    )
    keep_due_at = models.DateTimeField(null=True, editable=False)
    """When it is looked at next whether a meeting or a note has to be planned."""

    class Meta:
        verbose_name = _("meeting policy")
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="meeting_policy_one_row"),)

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "MeetingPolicy":
        """The one row; made by the first who asks, since others refer to it."""
        return cls.objects.filter(pk=1).first() or cls.objects.get_or_create(pk=1)[0]

    def minutes_of(self, section: str, shipped: int) -> int:
        asked: Any = self.minutes.get(section)
        return int(asked) if isinstance(asked, int) and asked > 0 else shipped
