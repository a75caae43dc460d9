"""What the phases hold: facts, issues, and the issues' links to action items."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem
from lifecycle.models import Event
from postmortems.models.postmortem import Postmortem


class Milestone(models.TextChoices):
    """What every timeline should be able to say."""

    DETECTED = "detected", _("It was detected")
    NOTIFIED = "notified", _("Somebody was notified")
    ACKNOWLEDGED = "acknowledged", _("Somebody began to handle it")
    DECIDED = "decided", _("A decision was taken")
    RECOVERED = "recovered", _("The service recovered")


class TimelineEntry(models.Model):
    """A dated fact: when, what, and which role acted. Never why, never whose fault.

    ``version`` counts the edits: a form carries it, so that two people cannot overwrite each other unseen.
    """

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="entries")
    happened_at = models.DateTimeField(_("when"))
    what = models.TextField(_("what happened"))
    role = models.CharField(_("role"), max_length=100, blank=True)
    source = models.CharField(_("source"), max_length=500)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    """The event that it cites, where it was drafted from one."""
    citation = models.CharField(max_length=100, blank=True, default="", db_default="", editable=False)
    """The other record that it was drafted from ("delivery:12"), so that it is drafted once."""
    milestone = models.CharField(
        _("it says when"), max_length=12, choices=Milestone, blank=True, default="", db_default=""
    )
    is_overridden = models.BooleanField(default=False, editable=False)
    """Somebody insisted that it is a fact although its wording reads like a cause or a fault."""
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering: ClassVar = ["happened_at", "id"]
        verbose_name = _("timeline entry")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["postmortem", "event"], condition=models.Q(event__isnull=False), name="entry_cites_event_once"
            ),
            models.UniqueConstraint(
                fields=["postmortem", "citation"], condition=~models.Q(citation=""), name="entry_cites_record_once"
            ),
            models.CheckConstraint(condition=~models.Q(source=""), name="entry_cites_a_source"),
        ]
        indexes: ClassVar = [models.Index(fields=["postmortem", "happened_at", "id"], name="entry_in_order")]

    def __str__(self) -> str:
        return self.what[:80]


class GapAnswer(models.Model):
    """Somebody says of a question of the timeline that there is nothing to enter: a milestone that was never reached,
    or a silence (``started_at`` to ``ended_at``) in which nothing happened."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="gap_answers")
    milestone = models.CharField(max_length=12, choices=Milestone, blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["postmortem", "milestone"], condition=~models.Q(milestone=""), name="milestone_answered_once"
            ),
            models.CheckConstraint(
                condition=models.Q(milestone="", started_at__isnull=False, ended_at__gt=models.F("started_at"))
                | (~models.Q(milestone="") & models.Q(started_at=None, ended_at=None)),
                name="gap_answer_of_milestone_or_silence",
            ),
        ]

    def __str__(self) -> str:
        return self.milestone or f"{self.started_at:%Y-%m-%d %H:%M} – {self.ended_at:%H:%M}"


class ParkedThought(models.Model):
    """Something about cause or fault that was written during the timeline; it waits for the issue phase."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="parked")
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    parked_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.text[:80]


class IssueKind(models.TextChoices):
    """Where an issue comes from (domain.md, postmortem)."""

    MISSING_DATA = "missing_data", _("Missing data")
    WANTED_DATA = "wanted_data", _("Wanted data")
    PEOPLE = "people", _("People")
    PROCESS = "process", _("Process")
    TRAINING = "training", _("Training")
    TECHNOLOGY = "technology", _("Technology")


class Issue(models.Model):
    """Something that is missing or wrong. It has no owner, no comments and no fix, on purpose."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="issues")
    text = models.TextField(_("issue"))
    kind = models.CharField(_("kind"), max_length=12, choices=IssueKind)
    from_entry = models.ForeignKey(
        TimelineEntry,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="issues",
        verbose_name=_("seen at"),
    )
    pass_number = models.PositiveIntegerField(default=1, editable=False)
    no_action_reason = models.TextField(_("why no action"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("issue")
        verbose_name_plural = _("issues")

    def __str__(self) -> str:
        return self.text[:80]


class IssueAction(models.Model):
    """An action item that answers an issue; one action may answer several, one issue may need several."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="action_links")
    action = models.ForeignKey(ActionItem, on_delete=models.PROTECT, related_name="issue_links")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["issue", "action"], name="issue_action_once")]

    def __str__(self) -> str:
        return f"{self.issue} → {self.action}"
