"""The daily incident meeting: its agenda, frozen when it starts, and what became of each item."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from catalog.contacts import validate_time_zone
from catalog.models import Person
from lifecycle import clock
from lifecycle.fsm import transition
from lifecycle.models import Event, StatefulRecord
from lifecycle.transitions import guard
from reports.meeting import permissions

if TYPE_CHECKING:
    from datetime import date


class MeetingStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    ENDED = "ended", _("Ended")
    SKIPPED = "skipped", _("Skipped")


class ItemStatus(models.TextChoices):
    OPEN = "open", _("Open")
    DISCUSSED = "discussed", _("Discussed")
    PUT_OFF = "put_off", _("Put off to the next meeting")
    NOT_REACHED = "not_reached", _("Not reached")


LEFT_OVER = (ItemStatus.PUT_OFF, ItemStatus.NOT_REACHED)
"""What the next meeting finds on its table."""


@guard(_("Its day is over."))
def is_not_over(meeting: "Meeting") -> bool:
    return clock.now() < meeting.day_ends_at


@guard(_("The meeting is not running."))
def meeting_runs(item: "AgendaItem") -> bool:
    return bool(item.meeting.status == MeetingStatus.RUNNING)


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def held_before(self, day: "date") -> "MeetingQuerySet":
        """Those that were held, the last one first."""
        return self.filter(status=MeetingStatus.ENDED, day__lt=day).order_by("-day")

    def skipped_since(self, day: "date | None", before: "date") -> int:
        """How many meetings in a row fell out before that day."""
        rows = self.filter(status=MeetingStatus.SKIPPED, day__lt=before)
        return (rows.filter(day__gt=day) if day else rows).count()


class Meeting(StatefulRecord):
    """One day's meeting. ``agenda`` is empty until it starts, and never changes afterwards.

    What an ended meeting says is a fact: a trigger refuses any change (migration 0005).
    """

    day = models.DateField(_("day"), unique=True)
    status = FSMField(_("status"), choices=MeetingStatus.choices, default=MeetingStatus.PLANNED, protected=True)
    starts_at = models.DateTimeField(_("begins at"))
    day_ends_at = models.DateTimeField(editable=False)
    """Midnight in its zone: a meeting that nobody has started by then has fallen out."""
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_time_zone])
    """Of everything that is said of the meeting, its minutes above all."""
    chair = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings_chaired",
        verbose_name=_("chair"),
    )
    attendees = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="meetings_attended", blank=True, verbose_name=_("attendees")
    )
    skip_reason = models.TextField(blank=True, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    agenda = models.JSONField(default=dict, blank=True, editable=False)
    """{"since", "frozen_at", "figures": [...], "sections": [{"slug", "minutes", "entries": [...]}]}"""
    section = models.CharField(max_length=20, blank=True, editable=False)
    """The section that is being talked about, of a running meeting."""
    section_since = models.DateTimeField(null=True, editable=False)
    spent = models.JSONField(default=dict, blank=True, editable=False)
    """Seconds that each section took."""

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-day"]
        verbose_name = _("daily meeting")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status__in=("planned", "skipped"), started_at=None, ended_at=None)
                | models.Q(status="running", started_at__isnull=False, ended_at=None)
                | models.Q(status="ended", started_at__isnull=False, ended_at__isnull=False),
                name="meeting_moments_follow_its_status",
            ),
            models.UniqueConstraint(
                fields=["status"], condition=models.Q(status="running"), name="meeting_one_running"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["day_ends_at"], condition=models.Q(status="planned"), name="meeting_planned")
        ]

    def __str__(self) -> str:
        return f"{_('Daily meeting')} {self.day:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("meetings:meeting", args=[self.day])

    @property
    def reference(self) -> str:
        return f"MTG-{self.day:%Y%m%d}"

    @property
    def is_running(self) -> bool:
        return bool(self.status == MeetingStatus.RUNNING)

    # --- Transitions: guard and stamp only ----------------------------------------------------------

    @transition(
        field=status,
        source=MeetingStatus.PLANNED,
        target=MeetingStatus.RUNNING,
        permission=permissions.starts,
        custom={"label": _("Start the meeting"), "rank": 1},
    )
    def start(self, *, chair: Person | None, at: datetime, agenda: dict[str, Any], section: str) -> None:
        """Freeze the agenda. Whoever starts it chairs it, where nobody does."""
        self.chair = self.chair or chair
        self.agenda = agenda
        self.started_at = self.section_since = at
        self.section = section

    @transition(
        field=status,
        source=MeetingStatus.RUNNING,
        target=MeetingStatus.RUNNING,
        permission=permissions.runs,
        custom={"label": _("Go to a section"), "rank": 30, "fields": ("section",)},
    )
    def turn_to(self, *, section: str, at: datetime) -> None:
        self._clock_section(at)
        self.section, self.section_since = section, at

    @transition(
        field=status,
        source=MeetingStatus.RUNNING,
        target=MeetingStatus.ENDED,
        permission=permissions.runs,
        custom={"label": _("End the meeting"), "rank": 2},
    )
    def end(self, *, at: datetime) -> None:
        self._clock_section(at)
        self.section, self.section_since = "", None
        self.ended_at = at

    @transition(
        field=status,
        source=MeetingStatus.PLANNED,
        target=MeetingStatus.SKIPPED,
        permission=permissions.runs,
        custom={"label": _("Skip this meeting"), "rank": 20, "fields": ("reason",)},
    )
    def skip(self, *, reason: str) -> None:
        self.skip_reason = reason

    @transition(
        field=status,
        source=MeetingStatus.SKIPPED,
        target=MeetingStatus.PLANNED,
        conditions=[is_not_over],
        permission=permissions.runs,
        custom={"label": _("Hold it after all"), "rank": 1},
    )
    def reinstate(self) -> None:
        self.skip_reason = ""

    def _clock_section(self, at: datetime) -> None:
        if self.section and self.section_since:
            seconds = (at - self.section_since).total_seconds()
            self.spent[self.section] = round(self.spent.get(self.section, 0) + seconds)


class AgendaItem(StatefulRecord):
    """What the meeting does with one entry of its agenda, and the notes taken about it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    subject = models.CharField(max_length=80)
    """What it is about: "incident:12"; the entry of the agenda has the same."""
    section = models.CharField(max_length=20)
    """Where it is talked about; in other sections its entry only points there."""
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=300)
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, null=True, related_name="agenda_items")
    """Decides who sees it and its notes, where it is about one."""
    times_put_off = models.PositiveSmallIntegerField(default=0)
    """How many meetings before this one came to no end with it."""
    status = FSMField(choices=ItemStatus.choices, default=ItemStatus.OPEN, protected=True)
    note = models.TextField(_("notes"), blank=True)
    note_version = models.PositiveIntegerField(default=0, editable=False)
    """Counts the savings of the note; a note typed on top of an older one overwrites nobody's."""
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    noted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering: ClassVar = ["meeting", "position", "id"]
        verbose_name = _("agenda item")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["meeting", "subject"], name="agenda_item_once_per_meeting")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meetings:item", args=[self.meeting.day, self.pk])

    @transition(
        field=status,
        source=(ItemStatus.OPEN, ItemStatus.PUT_OFF),
        target=ItemStatus.DISCUSSED,
        conditions=[meeting_runs],
        permission=permissions.talks,
        custom={"label": _("Done"), "rank": 1},
    )
    def discuss(self) -> None:
        pass

    @transition(
        field=status,
        source=(ItemStatus.OPEN, ItemStatus.DISCUSSED),
        target=ItemStatus.PUT_OFF,
        conditions=[meeting_runs],
        permission=permissions.talks,
        custom={"label": _("Next meeting"), "rank": 2},
    )
    def put_off(self) -> None:
        pass

    @transition(
        field=status,
        source=(ItemStatus.DISCUSSED, ItemStatus.PUT_OFF),
        target=ItemStatus.OPEN,
        conditions=[meeting_runs],
        permission=permissions.talks,
        custom={"label": _("Open again"), "rank": 20},
    )
    def take_up(self) -> None:
        pass

    @transition(
        field=status,
        source=ItemStatus.OPEN,
        target=ItemStatus.NOT_REACHED,
        conditions=[meeting_runs],
        permission=permissions.is_mainstay,
        custom={"label": _("Not reached"), "rank": 99, "is_system": True},
    )
    def pass_over(self) -> None:
        """The meeting ends before it."""


class Decision(models.Model):
    """What the meeting decided, about an item or in general; with an owner and a due date it is an action item too."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="decisions")
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, null=True, related_name="decisions")
    text = models.CharField(_("decision"), max_length=300)
    action = models.ForeignKey(
        "incidents.ActionItem", on_delete=models.PROTECT, null=True, related_name="meeting_decisions"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("decision")

    def __str__(self) -> str:
        return self.text
