"""The demo's meetings: yesterday's was held and decided something, today's is planned; a shift change lies between."""

from datetime import timedelta
from typing import Any

from config.demo.company import Company
from incidents.models.action import ActionType
from lifecycle import clock
from lifecycle.models import Via
from notifications.models import Schedule
from reports.meeting import services
from reports.models import AgendaItem, ItemStatus, Meeting, MeetingPolicy

A_DAY_AGO = timedelta(days=1, hours=1)
"""More than a day: the demo's history lies in the past."""


def hold_meetings(company: Company) -> None:
    """After the history is told, so that the agenda has something to say."""
    people, now = company.people, clock.now()
    mona: dict[str, Any] = {"actor": people["mona"], "via": Via.WEB}
    attendees = [people[name] for name in ("alice", "bob", "carol", "dave")]
    services.set_meeting_policy(**mona, chair=people["mona"], attendees=attendees, weekdays=list(range(7)))
    begun = now - A_DAY_AGO
    with clock.rehearse(begun):
        _hand_over(company)
        meeting = services.plan_meeting(begun.date(), **mona)
        services.start_meeting(meeting, **mona)
    for minutes, section in enumerate(("majors", "clocks", "backlog", "oncall", "decisions"), start=1):
        with clock.rehearse(begun + timedelta(minutes=3 * minutes)):
            services.turn_to_section(meeting, **mona, section=section)
    with clock.rehearse(begun + timedelta(minutes=17)):
        _talk(company, meeting)
    with clock.rehearse(begun + timedelta(minutes=19)):
        services.end_meeting(meeting, **mona)
    services.plan_meeting(now.date(), **mona)
    MeetingPolicy.objects.update(keep_due_at=None)


def _talk(company: Company, meeting: Meeting) -> None:
    """The first item is done with a note, the second is put off, the third becomes an action."""
    alice: dict[str, Any] = {"actor": company.people["alice"], "via": Via.WEB}
    due_on = (clock.now() + timedelta(days=5)).date()
    items = list(AgendaItem.objects.filter(meeting=meeting, status=ItemStatus.OPEN).exclude(section="oncall")[:3])
    for place, item in enumerate(items):
        if place == 0:
            services.write_note(item, **alice, text="The bank has confirmed: their certificate is renewed tonight.")
            services.discuss_item(item, **alice)
        elif place == 1:
            services.put_off_item(item, **alice)
        else:
            services.assign_item(
                item,
                **alice,
                title="Ask the gateway for its deployment calendar",
                owner=company.people["bob"],
                due_on=due_on,
            )
    services.record_decision(
        meeting,
        **alice,
        text="No release of the checkout before the weekend",
        owner=company.people["dave"],
        due_on=due_on,
        type=ActionType.PREVENT,
    )


def _hand_over(company: Company) -> None:
    """The shift that changes next has its note, handed over early."""
    schedule = Schedule.objects.get(team=company.operations)
    note = services.draft_hand_over(schedule, actor=None, via=Via.SYSTEM)
    text = "The second gateway is slow since noon; the bank is on it.\nTraffic may be moved back after 22:00."
    services.hand_over(note, actor=note.leaving, via=Via.WEB, text=text)
