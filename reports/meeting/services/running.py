"""Holding a meeting: start it, go through its sections, end it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle import clock
from lifecycle.snapshot import at_one_moment
from lifecycle.transitions import InputRefused, lock, perform, refuse
from reports.meeting.agenda import build_agenda, homes_of
from reports.meeting.entries import Facts, in_order
from reports.meeting.services.mailing import send_minutes
from reports.models import AgendaItem, ItemStatus, Meeting, MeetingStatus

GENERAL = "general:notes"
"""The item for notes about the meeting as a whole; it stands under the decisions."""


@at_one_moment
def start_meeting(meeting: Meeting, *, actor: Person | None, via: str, expected_version: int | None = None) -> Meeting:
    """Freeze the agenda, all of it as it is at one moment, and begin with its first section."""
    lock(meeting, expected_version=expected_version)
    _refuse_second(meeting)
    agenda = build_agenda(meeting)
    arguments = {"chair": actor, "at": clock.now(), "agenda": agenda, "section": in_order()[0].slug}
    data = {"sections": {each["slug"]: len(each["entries"]) for each in agenda["sections"]}}
    perform(meeting, "start", actor=actor, via=via, data=data, arguments=arguments)
    _make_items(meeting, agenda)
    if actor is not None:
        meeting.attendees.add(actor)
    return meeting


def _refuse_second(meeting: Meeting) -> None:
    other = Meeting.objects.filter(status=MeetingStatus.RUNNING).exclude(pk=meeting.pk).first()
    if other is not None:
        words = {"day": f"{other.day:%Y-%m-%d}"}
        raise refuse(meeting, "start", _("The meeting of %(day)s is still running: end it first.") % words)


def _make_items(meeting: Meeting, agenda: Facts) -> None:
    items = [
        AgendaItem(
            meeting=meeting,
            subject=subject,
            section=section,
            position=position,
            title=entry.title[:300],
            incident_id=entry.incident,
            times_put_off=entry.times,
        )
        for position, (subject, (section, entry)) in enumerate(homes_of(agenda).items())
    ]
    general = AgendaItem(
        meeting=meeting, subject=GENERAL, section=in_order()[-1].slug, position=len(items), title="General notes"
    )
    AgendaItem.objects.bulk_create([*items, general])


@transaction.atomic
def turn_to_section(
    meeting: Meeting, *, actor: Person | None, via: str, section: str, expected_version: int | None = None
) -> Meeting:
    """The meeting talks about that section now; the clock of its time box begins."""
    if section not in {each.slug for each in in_order()}:
        raise InputRefused(section=_("There is no such section."))
    arguments = {"section": section, "at": clock.now()}
    data = {"section": section}
    perform(
        meeting,
        "turn_to",
        actor=actor,
        via=via,
        data=data,
        expected_version=expected_version,
        arguments=arguments,
    )
    return meeting


@transaction.atomic
def end_meeting(meeting: Meeting, *, actor: Person | None, via: str, expected_version: int | None = None) -> Meeting:
    """What was not reached goes to the next meeting; the minutes stand, and are sent."""
    at: datetime = clock.now()
    lock(meeting, expected_version=expected_version)
    if meeting.is_running:
        _pass_over(meeting, via)
    perform(meeting, "end", actor=actor, via=via, arguments={"at": at})
    send_minutes(meeting)
    return meeting


def _pass_over(meeting: Meeting, via: str) -> None:
    for item in meeting.items.filter(status=ItemStatus.OPEN).exclude(subject=GENERAL):
        item.meeting = meeting
        perform(item, "pass_over", actor=None, via=via)
