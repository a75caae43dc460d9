"""The verbs of meetings, their items and hand-over notes, entered into the table that pages and API read
(incidents/commands.py)."""

from datetime import timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.commands import Command
from incidents.commands.command import register
from incidents.forms import EmptyForm, ReasonForm
from lifecycle import clock
from reports.meeting import forms as asks
from reports.meeting import permissions, services
from reports.models import AgendaItem, HandOver, HandOverStatus, Meeting, MeetingStatus

A_WEEK = timedelta(days=7)


def _is_over(meeting: Meeting) -> str | Promise:
    over = meeting.status in (MeetingStatus.ENDED, MeetingStatus.SKIPPED)
    return _("The meeting is over.") if over else ""


def _not_running(meeting: Meeting) -> str | Promise:
    return "" if meeting.is_running else _("The meeting is not running.")


def _item_not_running(item: AgendaItem) -> str | Promise:
    return _not_running(item.meeting)


def _people(meeting: Meeting) -> dict[str, Any]:
    return {"chair": meeting.chair, "attendees": list(meeting.attendees.all())}


def _note(item: AgendaItem) -> dict[str, Any]:
    return {"text": item.note, "note_version": item.note_version}


def _assignment(item: AgendaItem) -> dict[str, Any]:
    return {"title": item.title, "due_on": (clock.now() + A_WEEK).date()}


def _text(note: HandOver) -> dict[str, Any]:
    return {"text": note.text}


def _not_drafted(note: HandOver) -> str | Promise:
    return "" if note.status == HandOverStatus.DRAFTED else _("It is handed over; take it back first.")


MEETING_COMMANDS = register(
    Meeting,
    Command("start", services.start_meeting, EmptyForm, "player-play"),
    Command("end", services.end_meeting, EmptyForm, "flag"),
    Command("turn_to", services.turn_to_section, asks.SectionForm, "arrow-right", is_long=True),
    Command("skip", services.skip_meeting, ReasonForm, "status-skipped"),
    Command("reinstate", services.reinstate_meeting, EmptyForm, "arrow-forward-up"),
    Command(
        "arrange",
        services.arrange_meeting,
        asks.ArrangeForm,
        "users",
        label=_("Chair and attendees"),
        rank=21,
        permission=permissions.runs,
        blocked=_is_over,
        initial=_people,
        is_long=True,
    ),
    Command(
        "decide",
        services.record_decision,
        asks.DecideForm,
        "checkbox",
        label=_("Record a decision"),
        rank=22,
        permission=permissions.contributes,
        blocked=_not_running,
        is_long=True,
    ),
)
ITEM_COMMANDS = register(
    AgendaItem,
    Command("discuss", services.discuss_item, EmptyForm, "circle-check", key="d"),
    Command("put_off", services.put_off_item, EmptyForm, "arrow-forward-up", key="n"),
    Command("take_up", services.take_up_item, EmptyForm, "arrow-left"),
    Command(
        "assign",
        services.assign_item,
        asks.AssignForm,
        "user",
        key="a",
        label=_("Assign"),
        rank=3,
        permission=permissions.talks,
        blocked=_item_not_running,
        initial=_assignment,
        is_long=True,
    ),
    Command(
        "note",
        services.write_note,
        asks.NoteForm,
        "note",
        label=_("Save the note"),
        rank=30,
        permission=permissions.talks,
        blocked=_item_not_running,
        initial=_note,
        is_long=True,
    ),
)
HAND_OVER_COMMANDS = register(
    HandOver,
    Command("hand_over", services.hand_over, asks.HandOverForm, "send", initial=_text, is_long=True),
    Command("accept", services.accept_hand_over, EmptyForm, "circle-check", key="a"),
    Command("send_back", services.send_back_hand_over, ReasonForm, "arrow-left"),
    Command(
        "write",
        services.write_hand_over,
        asks.HandOverForm,
        "pencil",
        label=_("Save"),
        rank=20,
        permission=permissions.writes_note,
        blocked=_not_drafted,
        initial=_text,
        is_long=True,
    ),
)
