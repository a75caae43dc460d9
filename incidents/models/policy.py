"""The figures of handling that belong to no level: one row that an administrator edits."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class HandlingPolicy(models.Model):
    """How long we wait for what. There is one row; ``current()`` answers it."""

    silent_days_until_close = models.PositiveSmallIntegerField(
        _("days of silence after which a resolved incident closes"), default=5
    )
    merge_undo = models.DurationField(_("a merge can be undone for"), default=timedelta(minutes=10))
    retro_approval = models.DurationField(_("approval after an emergency is due in"), default=timedelta(days=1))
    decision_target = models.DurationField(_("a decision about a solution is due in"), default=timedelta(minutes=30))
    report_due_days = models.PositiveSmallIntegerField(_("days until a major-incident report is due"), default=5)
    unset_role_reminder = models.DurationField(
        _("a reminder of an unset owner or manager comes after"), default=timedelta(minutes=10)
    )
    propose_major_at_users = models.PositiveIntegerField(
        _("affected users that propose a major incident"), null=True, blank=True
    )
    follow_up_link_days = models.PositiveSmallIntegerField(_("days that a reporter's link holds"), default=90)

    class Meta:
        verbose_name = _("handling policy")
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="handling_policy_one_row"),)

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "HandlingPolicy":
        """The one row, or its defaults where nobody has saved it yet."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
