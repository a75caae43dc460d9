"""When action items are spoken of: one row that an administrator edits."""

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


def three_days_before_and_on_the_day() -> list[int]:
    return [3, 0]


class ActionPolicy(models.Model):
    """How action items are reminded of and escalated, by mail. There is one row; ``current()`` answers it."""

    reminder_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("the owner is reminded so many days before the due date"),
        default=three_days_before_and_on_the_day,
        blank=True,
    )
    leader_after_days = models.PositiveSmallIntegerField(
        _("days overdue after which the owner's leader is told"), default=3
    )
    repeat_days = models.PositiveSmallIntegerField(_("days until that is said again"), default=7)
    mail_hour = models.TimeField(_("hour of these mails, in their reader's zone"), default=time(9))

    class Meta:
        verbose_name = _("rules of action items")
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="action_policy_one_row"),)

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "ActionPolicy":
        """The one row, or its defaults where nobody has saved it yet."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
