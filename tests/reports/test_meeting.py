"""The daily meeting: its statuses, its frozen agenda, what becomes of items, notes and decisions, and its minutes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from catalog.models import Role
from incidents import services as handling
from incidents.models import ActionItem, Incident
from lifecycle import clock as time
from lifecycle.models import Event, StatefulRecord
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, VersionConflict, declared, perform
from notifications.models import ChatHook, ChatKind, Delivery
from problems.services import raise_problem
from reports.meeting import services
from reports.meeting.agenda import entries_of
from reports.meeting.keeping import keep_meetings
from reports.meeting.reading import read_meeting
from reports.models import AgendaItem, HandOver, Meeting, MeetingPolicy, MeetingStatus
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service
from tests.reports.meetings import item_about, make_item, make_meeting, make_note, make_rota

pytestmark = pytest.mark.django_db

TABLES: list[tuple[type[StatefulRecord], Any, dict[str, set[str]]]] = [
    (
        Meeting,
        make_meeting,
        {
            "start": {"planned"},
            "turn_to": {"running"},
            "end": {"running"},
            "skip": {"planned"},
            "reinstate": {"skipped"},
        },
    ),
    (
        AgendaItem,
        make_item,
        {
            "discuss": {"open", "put_off"},
            "put_off": {"open", "discussed"},
            "take_up": {"discussed", "put_off"},
            "pass_over": {"open"},
        },
    ),
    (
        HandOver,
        make_note,
        {"hand_over": {"drafted"}, "accept": {"handed_over"}, "send_back": {"handed_over"}},
    ),
]
STATUSES: dict[type[StatefulRecord], list[str]] = {
    Meeting: ["planned", "running", "ended", "skipped"],
    AgendaItem: ["open", "discussed", "put_off", "not_reached"],
    HandOver: ["drafted", "handed_over", "accepted"],
}


@pytest.mark.parametrize(("model", "_make", "table"), TABLES)
def test_the_declared_transitions_equal_the_table(model: Any, _make: Any, table: dict[str, set[str]]) -> None:
    found: dict[str, set[str]] = {}
    for transition in declared(model):
        found.setdefault(transition.name, set()).add(str(transition.source))
    assert found == table


@pytest.mark.parametrize(
    ("model", "make", "status", "verbs"),
    [
        (model, make, status, [verb for verb, sources in table.items() if status not in sources])
        for model, make, table in TABLES
        for status in STATUSES[model]
    ],
)
def test_every_other_pair_of_verb_and_status_is_refused(model: Any, make: Any, status: str, verbs: list[str]) -> None:
    record = make(status=status)
    for verb in verbs:
        with pytest.raises(TransitionRefused) as refused:
            perform(record, verb, actor=None, via="web")
        assert refused.value.status == status
        assert verb not in refused.value.allowed
    record.refresh_from_db()
    assert record.status == status


def test_who_may_run_a_meeting() -> None:
    manager, chair, engineer, developer = (
        make_person(Role.MANAGER),
        make_person(Role.DEVELOPER),
        make_person(),
        make_person(Role.DEVELOPER),
    )
    with pytest.raises(NotPermitted):
        services.plan_meeting(time.now().date(), actor=engineer, via="web")
    meeting = make_meeting(actor=manager, chair=chair, attendees=[engineer])
    for person in (engineer, developer, make_person(Role.REPORTER)):
        with pytest.raises(NotPermitted):
            services.start_meeting(meeting, actor=person, via="web")
    services.start_meeting(meeting, actor=chair, via="web")
    with pytest.raises(NotPermitted):
        services.end_meeting(meeting, actor=engineer, via="web")
    services.end_meeting(meeting, actor=manager, via="web")
    assert set(meeting.attendees.all()) == {engineer, chair}


def test_where_nobody_chairs_an_engineer_may_take_the_chair() -> None:
    engineer = make_person()
    meeting = services.start_meeting(make_meeting(), actor=engineer, via="web")
    assert meeting.chair == engineer
    other = services.plan_meeting(time.now().date() + timedelta(days=1), actor=None, via="system")
    with pytest.raises(TransitionRefused, match="still running"):
        services.start_meeting(other, actor=engineer, via="web")


def story() -> dict[str, Incident]:
    """A major, one at risk of nothing, one breached, and a late acknowledgement."""
    engineer = make_person()
    now = time.now()
    major = make_incident(level=1, title="Cards fail")
    calm = make_incident(level=3, title="A question")
    handling.acknowledge_incident(calm, actor=engineer, via="web")
    breached = make_incident(
        level=2, title="Login slow", occurred_at=now - timedelta(hours=9), reported_at=now - timedelta(hours=8)
    )
    late = make_incident(level=3, title="Refunds off", reported_at=now - timedelta(hours=3))
    handling.record_breaches()
    handling.acknowledge_incident(late, actor=engineer, via="web")
    return {"major": major, "calm": calm, "breached": breached, "late": late}


def subjects(meeting: Meeting, section: str) -> list[str]:
    return [entry.subject for slug, entry in entries_of(meeting.agenda) if slug == section]


def test_every_section_finds_what_belongs_there(clock: Clock) -> None:
    found = story()
    problem = raise_problem(
        actor=make_person(), via="web", title="Pool too small", description="", service=make_service()
    )
    meeting = make_meeting(status=MeetingStatus.RUNNING)
    names = {key: f"incident:{incident.pk}" for key, incident in found.items()}
    assert set(subjects(meeting, "numbers")) == set(names.values())
    assert subjects(meeting, "majors") == [names["major"]]
    assert names["breached"] in subjects(meeting, "clocks")
    assert names["calm"] not in subjects(meeting, "clocks")
    assert set(subjects(meeting, "late")) == {names["breached"], names["late"]}
    assert subjects(meeting, "backlog") == [f"problem:{problem.pk}"]
    figures = {each["name"]: each["count"] for each in meeting.agenda["figures"]}
    assert figures["reported"] == 4
    assert figures["major"] == 1
    assert figures["late"] == 2
    # One item a subject, at home where it is talked about.
    assert item_about(meeting, found["major"]).section == "majors"
    assert item_about(meeting, found["calm"]).section == "numbers"
    assert item_about(meeting, found["late"]).section == "late"


def test_the_frozen_agenda_does_not_move_and_says_what_changed_since() -> None:
    incident, engineer = make_incident(level=1, title="Cards fail"), make_person()
    meeting = make_meeting(status=MeetingStatus.RUNNING)
    frozen = Meeting.objects.get(pk=meeting.pk).agenda
    handling.acknowledge_incident(incident, actor=engineer, via="web")
    handling.edit_incident(incident, actor=engineer, via="web", title="Cards fail at one gateway")
    make_incident(level=1, title="Another")
    meeting = Meeting.objects.get(pk=meeting.pk)
    assert meeting.agenda == frozen
    shown = next(each for each in read_meeting(meeting, engineer).sections if each.slug == "majors").entries
    assert [each.entry.title for each in shown] == ["Cards fail"]
    assert any(change.startswith("status: Reported → Acknowledged") for change in shown[0].changes)
    services.end_meeting(meeting, actor=meeting.chair, via="web")
    assert Meeting.objects.get(pk=meeting.pk).agenda == frozen


def test_what_is_put_off_comes_again_and_counts(clock: Clock) -> None:
    incident, other = make_incident(level=1, title="Cards fail"), make_incident(level=3, title="A question")
    manager = make_person(Role.INCIDENT_MANAGER)
    acting: dict[str, Any] = {"actor": manager, "via": "web"}
    for times in (0, 1):
        meeting = make_meeting(status=MeetingStatus.RUNNING, actor=manager)
        item = item_about(meeting, incident)
        assert item.times_put_off == times
        if times == 0:
            services.put_off_item(item, **acting)
            assert item_about(meeting, other).section == "numbers"
        else:
            assert f"incident:{other.pk}" not in subjects(meeting, "carried")  # it was only in the news
        services.end_meeting(meeting, **acting)
        clock.advance(days=1)
    make_meeting(status=MeetingStatus.SKIPPED, actor=manager)
    clock.advance(days=1)
    meeting = make_meeting(status=MeetingStatus.RUNNING, actor=manager)
    assert item_about(meeting, incident).times_put_off == 3  # put off, not reached, and the meeting itself was skipped
    assert f"incident:{incident.pk}" in subjects(meeting, "carried")
    assert meeting.agenda["skipped"] == 1
    services.end_meeting(meeting, **acting)
    mail = Delivery.objects.filter(dedup_key__startswith=f"minutes:{meeting.pk}:").get()
    assert "put off again" in mail.subject
    assert "put off 3 times" in mail.body


def test_notes_of_two_writers_are_both_kept() -> None:
    item, ana, ben = make_item("open"), make_person(name="Ana"), make_person(name="Ben")
    services.write_note(item, actor=ana, via="web", text="Ana was here", note_version=0)
    with pytest.raises(services.NoteConflict, match="Ana wrote here") as conflict:
        services.write_note(item, actor=ben, via="web", text="Ben was here", note_version=0)
    assert conflict.value.item.note == "Ana was here"
    services.write_note(item, actor=ben, via="web", text="Ana was here\nBen was here", note_version=1)
    services.write_note(item, actor=ben, via="web", text="Ana was here\nBen was here", note_version=0)  # the same again
    item.refresh_from_db()
    assert item.note_version == 2
    told = dict(Event.objects.about(item).values_list("verb", "note"))
    assert told == {"keep_note": "Ben was here", "replace_note": "Ana was here"}


def test_an_item_becomes_an_action_and_decisions_come_again(clock: Clock) -> None:
    incident, owner = make_incident(level=1, title="Cards fail"), make_person()
    meeting = make_meeting(status=MeetingStatus.RUNNING)
    acting: dict[str, Any] = {"actor": owner, "via": "web"}
    due_on = time.now().date() + timedelta(days=3)
    item = item_about(meeting, incident)
    decision = services.assign_item(item, **acting, title="Drain the pool", owner=owner, due_on=due_on)
    assert decision.action is not None
    assert (decision.action.owner, decision.action.due_on, decision.action.incident) == (owner, due_on, incident)
    services.record_decision(meeting, **acting, text="No release on Friday")
    with pytest.raises(InputRefused):
        services.record_decision(meeting, **acting, text="Half an action", owner=owner)
    with pytest.raises(InputRefused):
        services.record_decision(meeting, **acting, text=" ")
    assert ActionItem.objects.count() == 1
    services.end_meeting(meeting, actor=meeting.chair, via="web")
    for refused in (
        lambda: services.record_decision(meeting, **acting, text="Too late"),
        lambda: services.write_note(item, **acting, text="Too late"),
        lambda: services.discuss_item(item, **acting),
    ):
        with pytest.raises(TransitionRefused):
            refused()
    clock.advance(days=1)
    later = make_meeting(status=MeetingStatus.RUNNING)
    assert subjects(later, "decisions") == [f"action:{decision.action.pk}"]


def test_minutes_go_to_each_reader_as_far_as_they_may_see(clock: Clock) -> None:
    insider, outsider = make_person(name="Ines"), make_person(name="Otto", language="zh-hans")
    manager, subscriber = make_person(Role.INCIDENT_MANAGER), make_person(Role.MANAGER)
    secret = make_incident(level=1, title="Salaries leak")
    handling.acknowledge_incident(secret, actor=insider, via="web")
    handling.restrict_incident(secret, actor=insider, via="web", is_restricted=True, participants=[])
    make_incident(level=1, title="Cards <b>fail</b> [here](http://x)")
    policy = MeetingPolicy.current()
    policy.subscribers.add(subscriber)
    policy.chats.add(ChatHook.objects.create(name="ops", kind=ChatKind.SLACK, sealed_url="x"))
    meeting = make_meeting(status=MeetingStatus.RUNNING, actor=manager, chair=manager, attendees=[insider, outsider])
    item = item_about(meeting, secret)
    for person in (outsider, make_person(Role.REPORTER)):
        with pytest.raises(NotPermitted):
            services.write_note(item, actor=person, via="web", text="x")
    services.write_note(item, actor=insider, via="web", text="Payroll only")
    services.assign_item(
        item, actor=insider, via="web", title="Lock it", owner=insider, due_on=time.now().date() + timedelta(days=1)
    )
    services.end_meeting(meeting, actor=manager, via="web")
    mails = {mail.reader_name: mail for mail in Delivery.objects.filter(purpose="report")}
    assert set(mails) == {insider.name, outsider.name, manager.name, subscriber.name, "ops"}
    for name in (insider.name, manager.name):
        assert "Salaries leak" in mails[name].body
        assert "Payroll only" in mails[name].body
    for name in (outsider.name, subscriber.name, "ops"):
        for word in ("Salaries", "Payroll", "Lock it"):
            assert word not in mails[name].body
    assert "UTC" in mails[insider.name].body
    assert not any(part in mails[insider.name].body for part in ("\\<", "\\["))


def test_ended_minutes_are_facts() -> None:
    make_incident(level=1)
    meeting = make_meeting(status=MeetingStatus.ENDED)
    for change in (
        lambda: Meeting.objects.filter(pk=meeting.pk).update(time_zone="Asia/Shanghai"),
        lambda: meeting.items.update(note="x"),
        lambda: meeting.items.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="has ended"), transaction.atomic():
            change()


def test_sections_have_their_clock(clock: Clock) -> None:
    meeting = make_meeting(status=MeetingStatus.RUNNING)
    assert meeting.section == "numbers"
    clock.advance(minutes=4)
    services.turn_to_section(meeting, actor=meeting.chair, via="web", section="majors")
    clock.advance(minutes=2)
    with pytest.raises(InputRefused):
        services.turn_to_section(meeting, actor=meeting.chair, via="web", section="nonsense")
    with pytest.raises(VersionConflict):
        services.end_meeting(meeting, actor=meeting.chair, via="web", expected_version=1)
    services.end_meeting(meeting, actor=meeting.chair, via="web")
    assert {slug: round(seconds, -1) for slug, seconds in meeting.spent.items()} == {"numbers": 240, "majors": 120}


def test_the_cycle_plans_meetings_and_closes_what_nobody_came_to(clock: Clock) -> None:
    clock.set(clock.now().replace(year=2026, month=12, day=4, hour=8, minute=0))  # a Friday
    keep_meetings()
    meeting = Meeting.objects.get()
    assert (meeting.day.isoformat(), meeting.starts_at.hour) == ("2026-12-04", 9)
    assert keep_meetings() == 0
    clock.advance(days=1, hours=1)
    keep_meetings()
    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.SKIPPED
    assert Meeting.objects.latest("day").day.isoformat() == "2026-12-07"


def test_a_note_is_drafted_before_the_shift_changes(clock: Clock) -> None:
    clock.set(clock.now().replace(year=2026, month=12, day=4, hour=8, minute=30))
    leaving, arriving = make_person(name="Lea"), make_person(name="Ari")
    schedule = make_rota(leaving, arriving)
    keep_meetings()
    note = HandOver.objects.get()
    assert {note.leaving, note.arriving} == {leaving, arriving}
    assert (note.changes_at.hour, note.schedule) == (9, schedule)
    clock.advance(minutes=2)
    keep_meetings()
    assert HandOver.objects.count() == 1
    assert Delivery.objects.filter(purpose="duty", recipient=note.leaving).count() == 1
