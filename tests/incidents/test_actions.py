"""Action items: what may happen to them and by whom, what it leaves behind, and when they speak up."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType

from catalog.models import Person, Role
from incidents import services
from incidents.models import ActionItem, ActionPolicy, Incident
from incidents.models.action_queries import ActionStatus
from incidents.presentation.timeline import entries_of
from incidents.services.actions import change_due, set_reminder
from lifecycle import clock as time_of
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, declared, perform
from notifications.cycle import run_steps
from notifications.models import Delivery
from problems.services import raise_problem
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db

TABLE = {
    "complete": {("open", "done")},
    "verify": {("done", "verified")},
    "send_back": {("done", "open")},
    "cancel": {("open", "cancelled")},
}
ELSE: dict[str, dict[str, Any]] = {
    "complete": {"by": None, "at": None, "proof": "x", "proof_url": ""},
    "verify": {"by": None, "at": None},
    "send_back": {},
    "cancel": {"at": None},
}


def soon(days: int = 14) -> date:
    return time_of.now().date() + timedelta(days=days)


def make_action(**fields: Any) -> ActionItem:
    fields.setdefault("title", "Make the load test mandatory")
    fields.setdefault("type", "prevent")
    fields.setdefault("due_on", soon())
    if "owner" not in fields:
        fields["owner"] = make_person(Role.DEVELOPER)
    return services.open_action(**{"actor": None, "via": "web", **fields})


def action_in(status: str, **fields: Any) -> ActionItem:
    action = make_action(**fields)
    if status in ("done", "verified"):
        services.complete_action(action, actor=action.owner, via="web", proof="It runs nightly")
    if status == "verified":
        services.verify_action(action, actor=make_person(), via="web")
    if status == "cancelled":
        services.cancel_action(action, actor=make_person(Role.INCIDENT_MANAGER), via="web", reason="Sold")
    assert action.status == status
    return action


# --- Transitions --------------------------------------------------------------------------------------


def test_the_declared_transitions_equal_the_table_and_all_others_are_refused() -> None:
    found: dict[str, set[tuple[str, str]]] = {}
    for transition in declared(ActionItem):
        found.setdefault(transition.name, set()).add((str(transition.source), str(transition.target)))
    assert found == TABLE
    for status in ActionStatus.values:
        action = action_in(status)
        for verb, ways in TABLE.items():
            if status not in {source for source, _target in ways}:
                with pytest.raises(TransitionRefused):
                    perform(action, verb, actor=None, via="web", arguments=ELSE[verb])
        assert ActionItem.objects.get(pk=action.pk).status == status


def test_what_is_not_open_moves_no_more() -> None:
    manager = make_person(Role.INCIDENT_MANAGER)
    as_manager: dict[str, Any] = {"actor": manager, "via": "web"}
    for status in ("done", "verified", "cancelled"):
        action = action_in(status)
        for verb, values in (
            (services.change_due, {"due_on": soon(20), "reason": "later"}),
            (services.reassign_action, {"owner": make_person(), "reason": "ill"}),
            (services.set_reminder, {"on": soon(1)}),
        ):
            with pytest.raises(TransitionRefused):
                verb(action, **as_manager, **values)


# --- Who ----------------------------------------------------------------------------------------------


def test_who_may_do_what() -> None:
    opener, owner, other = make_person(), make_person(Role.DEVELOPER), make_person()
    manager, reporter = make_person(Role.INCIDENT_MANAGER), make_person(Role.REPORTER)
    people = {"opener": opener, "owner": owner, "other": other, "manager": manager, "reporter": reporter}
    verbs: dict[str, tuple[str, Callable[[ActionItem, Person], Any], set[str]]] = {
        "complete": (
            "open",
            lambda action, person: services.complete_action(action, actor=person, via="web", proof="seen"),
            {"owner", "manager"},
        ),
        "verify": (
            "done",
            lambda action, person: services.verify_action(action, actor=person, via="web"),
            {"opener", "other", "manager"},
        ),
        "send_back": (
            "done",
            lambda action, person: services.send_back_action(action, actor=person, via="web", reason="not so"),
            {"opener", "other", "manager"},
        ),
        "cancel": (
            "open",
            lambda action, person: services.cancel_action(action, actor=person, via="web", reason="sold"),
            {"manager"},
        ),
        "change_due": (
            "open",
            lambda action, person: change_due(action, actor=person, via="web", due_on=soon(20), reason="later"),
            {"opener", "owner", "manager"},
        ),
        "reassign": (
            "open",
            lambda action, person: services.reassign_action(action, actor=person, via="web", owner=other, reason="ill"),
            {"opener", "owner", "manager"},
        ),
        "set_reminder": (
            "open",
            lambda action, person: set_reminder(action, actor=person, via="web", on=soon(2)),
            {"opener", "owner", "manager"},
        ),
    }
    for verb, (status, act, allowed) in verbs.items():
        for name, person in people.items():
            action = action_in(status, actor=opener, owner=owner)
            if name in allowed:
                act(action, person)
                continue
            with pytest.raises(NotPermitted):
                act(action, person)
            assert ActionItem.objects.get(pk=action.pk).version == action.version, (verb, name)


def test_whoever_completed_it_for_the_owner_does_not_verify_it() -> None:
    manager, action = make_person(Role.INCIDENT_MANAGER), make_action()
    services.complete_action(action, actor=manager, via="web", proof_url="https://ci.example.com/42")
    with pytest.raises(NotPermitted):
        services.verify_action(action, actor=manager, via="web")
    services.verify_action(action, actor=make_person(), via="web", note="seen")
    assert action.verified_by is not None


def test_a_restricted_incident_keeps_its_items_to_itself() -> None:
    insider, stranger = make_person(), make_person()
    service = make_service(operations_team=make_team(insider))
    incident = make_incident(service=service)
    services.acknowledge_incident(incident, actor=insider, via="web")
    services.restrict_incident(incident, is_restricted=True, participants=[], actor=insider, via="web")
    action = make_action(incident=incident, owner=insider, actor=insider)
    assert list(ActionItem.objects.of_seen(insider)) == [action]
    assert not ActionItem.objects.of_seen(stranger).exists()
    with pytest.raises(InputRefused) as refused:
        make_action(incident=incident, owner=stranger, actor=insider)
    assert set(refused.value.errors) == {"owner"}
    with pytest.raises(InputRefused, match="no such incident"):
        make_action(incident=incident, owner=insider, actor=stranger)
    with pytest.raises(InputRefused) as refused:
        services.reassign_action(action, owner=stranger, reason="ill", actor=insider, via="web")
    assert set(refused.value.errors) == {"owner"}
    services.complete_action(action, actor=insider, via="web", proof="It runs")
    with pytest.raises(NotPermitted):
        services.verify_action(action, actor=stranger, via="web")


# --- What is asked for, and what it leaves ------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"title": "  "}, "title"),
        ({"type": "punish"}, "type"),
        ({"owner": None}, "owner"),
        ({"due_on": None}, "due_on"),
        ({"due_on": date(2020, 1, 1)}, "due_on"),
        ({"remind_on": date(2099, 1, 1)}, "remind_on"),
    ],
)
def test_an_item_needs_one_owner_and_a_due_date(fields: dict[str, Any], fault: str) -> None:
    with pytest.raises(InputRefused) as refused:
        make_action(**fields)
    assert set(refused.value.errors) == {fault}


def test_nothing_is_done_without_proof_nor_moved_without_a_reason() -> None:
    action = make_action()
    by_owner: dict[str, Any] = {"actor": action.owner, "via": "web"}
    cases: list[tuple[Callable[..., ActionItem], dict[str, Any]]] = [
        (services.complete_action, {"proof": "  "}),
        (change_due, {"due_on": soon(20), "reason": " "}),
        (change_due, {"due_on": action.due_on, "reason": "as it is"}),
        (services.reassign_action, {"owner": action.owner, "reason": "again"}),
        (services.reassign_action, {"owner": make_person(Role.REPORTER), "reason": "him"}),
        (set_reminder, {"on": soon(15)}),
    ]
    for verb, values in cases:
        with pytest.raises(InputRefused):
            verb(action, **by_owner, **values)
    assert (action.status, action.due_changes) == ("open", 0)


def test_its_history_tells_the_whole_way_and_how_often_it_was_postponed() -> None:
    owner, second = make_person(name="Ada"), make_person(name="Bo")
    incident = make_incident()
    action = make_action(incident=incident, owner=owner, actor=make_person(name="Cy"), due_on=date(2099, 5, 1))
    change_due(action, actor=owner, via="web", due_on=date(2099, 6, 1), reason="No machine yet")
    change_due(action, actor=owner, via="web", due_on=date(2099, 7, 1), reason="Still none")
    services.reassign_action(action, actor=owner, via="api", owner=second, reason="Parental leave")
    services.complete_action(action, actor=second, via="web", proof="It runs", proof_url="https://ci.example.com/1")
    services.send_back_action(action, actor=owner, via="web", reason="It ran once")
    assert (action.proof, action.completed_by, action.due_changes) == ("", None, 2)
    services.complete_action(action, actor=second, via="web", proof="It runs nightly")
    services.verify_action(action, actor=owner, via="web")
    entries = entries_of(Event.objects.about(action).order_by("pk"), owner)
    assert [(entry.actor, entry.text) for entry in entries] == [
        ("Cy", "opened it for Ada, due on 2099-05-01"),
        ("Ada", "moved the due date from 2099-05-01 to 2099-06-01"),
        ("Ada", "moved the due date from 2099-06-01 to 2099-07-01"),
        ("Ada", "gave it from Ada to Bo"),
        ("Bo", "said that it is done, with this proof"),
        ("Ada", "sent it back: it is not done yet"),
        ("Bo", "said that it is done, with this proof"),
        ("Ada", "verified that it is done"),
    ]
    assert entries[4].note == "It runs\nhttps://ci.example.com/1"
    told = Event.objects.about(incident).filter(data__action=action.pk).order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["open_action", "complete_action", "send_back_action", "complete_action", "verify_action"]


def test_the_figures_of_ageing_count_what_is_not_finished() -> None:
    today = soon(0)
    for days in (0, 3, 5, 12, 45, 200):
        action = make_action()
        ActionItem.objects.filter(pk=action.pk).update(due_on=today - timedelta(days=days), due_changes=days % 2)
    action_in("done"), action_in("verified"), action_in("cancelled")
    ageing = ActionItem.objects.ageing(today)
    assert (ageing.open, ageing.not_due, ageing.waiting, ageing.postponed) == (6, 1, 1, 3)
    assert (ageing.overdue, ageing.overdue_in_all) == ((2, 1, 1, 1), 5)


# --- Speaking up --------------------------------------------------------------------------------------


def at_noon(clock: Clock, day: date) -> None:
    clock.set(datetime.combine(day, time(12), tzinfo=time_of.now().tzinfo))


def sent() -> list[tuple[str, str]]:
    """(who, what) of the mails so far, without those that say an item is new."""
    mails = Delivery.objects.filter(purpose="action").order_by("pk").select_related("recipient")
    told = [(mail.person.name, mail.subject.partition(":")[0]) for mail in mails if mail.channel == "email"]
    assert len(told) == Delivery.objects.filter(purpose="action").count()  # mails only
    return [(name, what) for name, what in told if not what.startswith("An action item")]


def sweep() -> None:
    """The step of the cycle, twice: nothing is said twice."""
    assert run_steps([services.remind_of_actions, services.remind_of_actions])


def test_the_owner_is_reminded_and_what_is_overdue_reaches_the_leader_week_after_week(clock: Clock) -> None:
    owner, leader = make_person(Role.DEVELOPER, name="Ada"), make_person(Role.RD_LEADER, name="Lea")
    make_team(owner, leader, leader=leader)
    action = make_action(owner=owner, due_on=soon(10), incident=make_incident())
    due_on, said = action.due_on, list[tuple[int, list[tuple[str, str]]]]()
    for days in range(-4, 19):
        at_noon(clock, due_on + timedelta(days=days))
        before = sent()
        sweep()
        if news := sent()[len(before) :]:
            said.append((days, news))
    assert said == [
        (-3, [("Ada", "Due in 3 days")]),
        (0, [("Ada", "Due today")]),
        (1, [("Ada", "Overdue by 1 day")]),
        (3, [("Ada", "Overdue by 3 days"), ("Lea", "Overdue by 3 days")]),
        (10, [("Ada", "Overdue by 10 days"), ("Lea", "Overdue by 10 days")]),
        (17, [("Ada", "Overdue by 17 days"), ("Lea", "Overdue by 17 days")]),
    ]
    services.complete_action(action, actor=owner, via="web", proof="It runs")
    assert sent()[-1] == ("Lea", "Waits to be verified")
    count = len(sent())
    at_noon(clock, due_on + timedelta(days=40))
    sweep()
    assert len(sent()) == count


def test_a_standstill_is_made_up_for_with_one_mail_in_the_readers_language_and_hours(clock: Clock) -> None:
    manager = make_person(Role.INCIDENT_MANAGER, name="Max")
    owner = make_person(name="Wang Wei", language="zh-hans", time_zone="Asia/Shanghai")
    action = make_action(owner=owner, due_on=soon(5), remind_on=soon(1))
    assert action.remind_at is not None
    assert action.remind_at.hour == 1
    at_noon(clock, action.due_on + timedelta(days=8))  # eight in the evening in Shanghai
    sweep()
    assert Delivery.objects.filter(purpose="action").count() == 1
    clock.advance(hours=14)
    sweep()
    mails = Delivery.objects.filter(purpose="action", recipient=owner).order_by("pk")
    assert len(mails) == 2  # that it is new, and that it is overdue
    assert Delivery.objects.filter(purpose="action", recipient=manager).count() == 1
    action.refresh_from_db()
    assert action.remind_at is None
    assert action.next_nag_at is not None
    assert (action.next_nag_at.hour, action.next_nag_at.minute) == (1, 0)


def test_a_moved_date_another_owner_and_other_rules_move_the_moments(clock: Clock) -> None:
    ActionPolicy.objects.create(pk=1, reminder_days=[1], leader_after_days=2, repeat_days=5, mail_hour=time(8, 30))
    action = make_action(due_on=soon(10))
    assert action.remind_at is not None
    assert action.next_nag_at is not None
    assert (action.remind_at.date(), action.remind_at.time()) == (soon(9), time(8, 30))
    change_due(action, actor=action.owner, via="web", due_on=soon(20), reason="later")
    assert (action.remind_at.date(), action.next_nag_at.date()) == (soon(19), soon(21))
    set_reminder(action, actor=action.owner, via="web", on=soon(3))
    assert action.remind_at.date() == soon(3)
    services.reassign_action(
        action, actor=action.owner, via="web", owner=make_person(time_zone="Asia/Tokyo"), reason="ill"
    )
    assert action.remind_at.time() == time(23, 30)


def test_a_leader_who_may_not_see_the_incident_is_not_told(clock: Clock) -> None:
    insider, leader = make_person(name="Ines"), make_person(Role.RD_LEADER, name="Lea")
    manager = make_person(Role.INCIDENT_MANAGER, name="Max")
    make_team(insider, leader=leader)
    incident: Incident = make_incident(service=make_service(operations_team=make_team(insider)))
    services.acknowledge_incident(incident, actor=insider, via="web")
    services.restrict_incident(incident, is_restricted=True, participants=[], actor=insider, via="web")
    action = make_action(incident=incident, owner=insider, actor=insider, due_on=soon(1))
    at_noon(clock, action.due_on + timedelta(days=4))
    sweep()
    assert sent() == [("Ines", "Overdue by 4 days"), (manager.name, "Overdue by 4 days")]


def test_an_item_of_a_problem_knows_where_it_comes_from() -> None:
    problem = raise_problem(actor=make_person(), via="web", title="Queue fills", service=make_service())
    action = make_action(origin=problem)
    assert list(ActionItem.objects.from_origin(problem)) == [action]
    assert action.origin_type == ContentType.objects.get_for_model(problem)
    assert not ActionItem.objects.from_origin(raise_problem(actor=None, via="web", title="x", service=make_service()))
