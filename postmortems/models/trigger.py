"""When a postmortem is proposed: the policy as rows that an administrator edits, and what it said of each incident."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from postmortems.models.postmortem import Postmortem


class TriggerKind(models.TextChoices):
    """What makes an incident big enough."""

    LEVEL = "level", _("Level, or a worse one")
    MAJOR = "major", _("declared a major incident")
    USERS = "users", _("affected users")
    SHARE = "share", _("share of the users affected")
    DOWN = "down", _("minutes that the service did not work")
    SERVICE = "service", _("incidents of one service within days")
    PROBLEM = "problem", _("incidents of one problem within days")


GROUPS = (TriggerKind.SERVICE, TriggerKind.PROBLEM)


class TriggerAnswer(models.TextChoices):
    """What is done about it. A postmortem never starts by itself: it costs creative time."""

    PROPOSE = "propose", _("propose it to whoever leads postmortems")
    ASK = "ask", _("ask an incident manager, who alone decides")


class TriggerRule(models.Model):
    """One row: an incident that reaches ``threshold`` of ``kind`` is proposed. The thresholds, by kind: the number of
    the level; nothing; users; percent; minutes; incidents (within ``days``)."""

    kind = models.CharField(_("what is looked at"), max_length=10, choices=TriggerKind)
    threshold = models.PositiveIntegerField(_("from"), default=1)
    days = models.PositiveSmallIntegerField(_("within days"), null=True, blank=True)
    answer = models.CharField(_("what is done"), max_length=10, choices=TriggerAnswer, default=TriggerAnswer.PROPOSE)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("trigger of postmortems")
        verbose_name_plural = _("triggers of postmortems")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=GROUPS, threshold__gte=2, days__gte=1, days__lte=366)
                | (~models.Q(kind__in=GROUPS) & models.Q(threshold__gte=1, days=None)),
                name="trigger_has_what_its_kind_needs",
                violation_error_message=_("A group needs at least 2 incidents and 1 to 366 days; others have no days."),
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=TriggerKind.SHARE) | models.Q(threshold__lte=100),
                name="trigger_share_is_percent",
                violation_error_message=_("A share is 1 to 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        words = {"threshold": self.threshold, "days": self.days}
        return str(RULE_SENTENCES[TriggerKind(self.kind)] % words)


RULE_SENTENCES = {
    TriggerKind.LEVEL: _("Level %(threshold)s or worse"),
    TriggerKind.MAJOR: _("A declared major incident"),
    TriggerKind.USERS: _("%(threshold)s affected users or more"),
    TriggerKind.SHARE: _("%(threshold)s %% of the users affected or more"),
    TriggerKind.DOWN: _("The service did not work for %(threshold)s min or longer"),
    TriggerKind.SERVICE: _("%(threshold)s incidents of one service within %(days)s days"),
    TriggerKind.PROBLEM: _("%(threshold)s incidents of one problem within %(days)s days"),
}


class LookOutcome(models.TextChoices):
    PROPOSED = "proposed", _("a postmortem was proposed")
    JOINED = "joined", _("it became part of a postmortem")
    NONE = "none", _("no postmortem was proposed")


class TriggerLook(models.Model):
    """What the policy said when an incident ended, so that everybody can see why a postmortem was (not) proposed.

    ``findings``: {"rule", "kind", "threshold", "days", "seen", "holds", "answer"} for each row in use.
    """

    incident = models.ForeignKey("incidents.Incident", on_delete=models.CASCADE, related_name="postmortem_looks")
    verb = models.CharField(max_length=40)
    looked_at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=10, choices=LookOutcome)
    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, null=True, related_name="looks")
    findings = models.JSONField(default=list)
    merged_by = models.CharField(max_length=10, blank=True)
    """What it shares with the others of the postmortem that it joined: problem, family or group."""

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.outcome}"


class ReviewPolicy(models.Model):
    """The figures of postmortems that are no trigger. There is one row; ``current()`` answers it."""

    longest_silence = models.DurationField(
        _("a silence in the timeline is asked about from"), default=timedelta(minutes=30)
    )
    needs_second_person = models.BooleanField(
        _("signed off by somebody who did not lead or start it, where there is one"), default=True
    )
    first_look_days = models.PositiveSmallIntegerField(_("days until the first look at the effect"), default=30)
    last_look_days = models.PositiveSmallIntegerField(_("days until the last look at the effect"), default=90)

    class Meta:
        verbose_name = _("policy of postmortems")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(pk=1), name="review_policy_one_row"),
            models.CheckConstraint(
                condition=models.Q(first_look_days__gte=1, last_look_days__gt=models.F("first_look_days")),
                name="review_policy_looks_in_order",
                violation_error_message=_("The last look comes after the first."),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "ReviewPolicy":
        """The one row, or its defaults where nobody has saved it yet."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
