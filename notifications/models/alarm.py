"""Alarms about paging itself."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident


class AlarmKind(models.TextChoices):
    """What can be wrong with paging; each kind has one incident at a time. The first are what the auditor looks for."""

    UNPAGED = "unpaged", _("An incident that waits for somebody was not being paged")
    MISAIMED = "misaimed", _("A step stood at another moment than planned")
    LATE_STEP = "late_step", _("A step was more than a minute late")
    LATE_MESSAGE = "late_message", _("A message was more than a minute late")
    LATE_NOTICE = "late_notice", _("A notice was more than a minute late")
    LATE_DEADLINE = "late_deadline", _("A deadline passed unnoticed for more than a minute")
    LATE_ROOM = "late_room", _("A chat group was more than a minute late")
    UNDISPATCHED = "undispatched", _("Paging did not hear of an event for more than a minute")
    OLD_LEASE = "old_lease", _("A message was held by a sender that is gone")
    UNFINISHED = "unfinished", _("A carrier has not said for ten minutes what became of a message")
    STANDSTILL = "standstill", _("The cycle stands still")
    QUEUE_DEAD = "queue_dead", _("A queue of the worker does not answer")
    CLOCK_SKEW = "clock_skew", _("A machine's clock is wrong")
    DEAD_MAN = "dead_man", _("The outside monitor does not take our sign of life")
    BREAKER_OPEN = "breaker_open", _("A carrier does not take messages")
    ACCOUNT_SUSPENDED = "account_suspended", _("A carrier has locked our account")
    TEXTS_FILTERED = "texts_filtered", _("Carriers filter out our texts")
    NUMBER_FLAGGED = "number_flagged", _("A number of ours is flagged")
    SPEND_CAP = "spend_cap", _("The cap of a day's texts or calls is reached")
    DUTY_GAP = "duty_gap", _("Nobody stood where a step wanted to page")
    UNREACHABLE = "unreachable", _("A fallback contact cannot be reached")


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def open(self) -> "AlarmQuerySet":
        return self.filter(ended_at=None)

    def unsettled(self) -> "AlarmQuerySet":
        return self.filter(settled_at=None)


class Alarm(models.Model):
    """Something is wrong with paging. The row is the promise that somebody is told; the cycle keeps it
    (services/alarming.py). It ends when the cause is gone, and is settled when it stayed away for a while."""

    kind = models.CharField(max_length=20, choices=AlarmKind)
    about = models.CharField(max_length=100, blank=True)
    """Which queue, carrier, machine, team: one alarm each."""
    detail = models.CharField(max_length=300, blank=True)
    is_quiet = models.BooleanField(default=False)
    """It came up while an incident about paging itself was paged: shown on the health page, never an incident of its
    own, so that the trouble of telling of a trouble does not breed more of it."""
    times = models.PositiveIntegerField(default=1)
    raised_at = models.DateTimeField(db_default=Now(), editable=False)
    seen_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    incident = models.ForeignKey(Incident, on_delete=models.SET_NULL, null=True, related_name="paging_alarms")

    objects = AlarmQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "about", "is_quiet"],
                condition=models.Q(settled_at=None),
                name="alarm_once_unsettled",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
