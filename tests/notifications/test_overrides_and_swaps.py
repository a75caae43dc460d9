"""Duty changes hands by layers, overrides and swaps: who may, what is refused, and who is told."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from catalog.models import Person, Role
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, declared
from notifications.cycle import CYCLE
from notifications.models import Delivery, DutyRole, EscalationPolicy, Override, OverrideKind, SwapRequest, SwapStatus
from notifications.plan import Snapshot
from notifications.recipients import on_call, step_recipients
from notifications.services.overriding import make_override, step_in, withdraw_override
from notifications.services.scheduling import Plan, add_layer, change_layer, move_layer, remove_layer
from notifications.services.swapping import expire_swaps, offer_swap, take_swap, withdraw_swap
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service
from tests.notifications.rotas import HOUR, NOW, Turns, make_turns

pytestmark = pytest.mark.django_db


@pytest.fixture
def turns(clock: Clock) -> Turns:
    clock.set(NOW)
    return make_turns()


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def primary(turns: Turns, hours: float = 0) -> list[str]:
    return [person.name for person in on_call(turns.schedule, at(hours)).primary]


def secondary(turns: Turns, hours: float = 0) -> list[str]:
    return [person.name for person in on_call(turns.schedule, at(hours)).secondary]


def change(turns: Turns, kind: str = OverrideKind.REPLACE, **fields: Any) -> Override:
    fields.setdefault("actor", turns.manager)
    fields.setdefault("starts_at", at(1))
    fields.setdefault("ends_at", at(5))
    return make_override(turns.schedule, kind=kind, **fields)


def told(person: Person) -> list[str]:
    mails = Delivery.objects.filter(recipient=person, purpose="duty", channel="email").order_by("id")
    return [mail.body for mail in mails]


def history(turns: Turns) -> list[str]:
    return list(Event.objects.about(turns.schedule).order_by("id").values_list("verb", flat=True))


# --- Overrides ------------------------------------------------------------------------------------------------------


def test_an_override_holds_inside_its_window_and_only_there(turns: Turns) -> None:
    change(turns, person=turns.bob, replaces=turns.alice)
    assert [primary(turns, hour) for hour in (0.99, 1, 4.99, 5)] == [["Alice"], ["Bob"], ["Bob"], ["Alice"]]
    assert secondary(turns, 2) == ["Carol"]
    assert "you are on call as primary from 2026-11-30 14:00" in told(turns.bob)[0]
    assert "you are not on call as primary" in told(turns.alice)[0]
    assert told(turns.carol) == []
    assert history(turns)[-1] == "make_override"


def test_add_puts_a_second_person_beside_and_remove_takes_one_away(turns: Turns) -> None:
    change(turns, OverrideKind.ADD, person=turns.carol)
    assert primary(turns, 2) == ["Alice", "Carol"]
    assert secondary(turns, 2) == ["Bob"]
    change(turns, OverrideKind.REMOVE, person=turns.alice, starts_at=at(2), ends_at=at(3))
    assert primary(turns, 2) == ["Carol"]
    assert on_call(turns.schedule, at(0)).until == at(1)


def test_a_step_pages_everybody_who_is_on_call(turns: Turns) -> None:
    change(turns, OverrideKind.ADD, person=turns.carol)
    incident = make_incident(service=make_service(operations_team=turns.schedule.team))
    snapshot = Snapshot.of(EscalationPolicy.objects.get(levels__contains=[2]))
    step = next(snapshot.unrolled())
    assert step_recipients(incident, snapshot, step, at(2)) == [turns.alice, turns.carol]


def test_an_inactive_primary_is_a_gap_and_an_inactive_secondary_is_passed_over(turns: Turns) -> None:
    for person in (turns.alice, turns.bob):
        person.is_active = False
        person.save()
    duty = on_call(turns.schedule, at(0))
    assert (duty.primary, duty.secondary, duty.is_gap) == ([], [turns.carol], True)


def test_a_temporary_schedule_stands_in_for_whoever_it_would_be(turns: Turns) -> None:
    change(turns, person=turns.carol, starts_at=at(-1), ends_at=at(48))
    assert [primary(turns, hour) for hour in (0, 24, 47, 49)] == [["Carol"], ["Carol"], ["Carol"], ["Carol"]]
    assert primary(turns, 72) == ["Alice"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"person": "bob", "replaces": "alice"}, {"person": "carol", "replaces": "alice"}),
        ({"person": "bob"}, {"person": "carol"}),
        ({"person": "bob"}, {"kind": "remove", "person": "bob"}),
        ({"kind": "add", "person": "bob"}, {"kind": "add", "person": "bob"}),
        ({"kind": "remove", "person": "alice"}, {"person": "carol"}),
    ],
)
def test_two_changes_of_the_same_duty_are_refused_with_the_other_named(
    turns: Turns, first: dict[str, str], second: dict[str, str]
) -> None:
    def made(fields: dict[str, str], **window: Any) -> Override:
        people = {name: getattr(turns, fields[name]) for name in ("person", "replaces") if name in fields}
        return change(turns, fields.get("kind", "replace"), **people, **window)

    made(first)
    with pytest.raises(InputRefused, match=r"contradicts another change: .*2026-11-30 14:00 to 2026-11-30 18:00"):
        made(second, starts_at=at(4), ends_at=at(6))
    assert Override.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"ends_at": at(1)}, "ends after"),
        ({"starts_at": at(-5), "ends_at": at(-1)}, "over already"),
        ({"ends_at": at(24 * 400)}, "At most a year"),
        ({"starts_at": at(24 * 800), "ends_at": at(24 * 801)}, "two years"),
        ({"person": None}, "Name somebody"),
        ({"replaces": "carol"}, "Carol is not on call in that time"),
        ({"person": "alice", "replaces": "alice"}, "themselves"),
    ],
)
def test_an_override_that_cannot_be_is_refused(turns: Turns, fields: dict[str, Any], sentence: str) -> None:
    people = {name: getattr(turns, value) for name, value in fields.items() if isinstance(value, str)}
    with pytest.raises(InputRefused, match=sentence):
        change(turns, **{"person": turns.bob, **fields, **people})
    assert not Override.objects.exists()


def test_members_speak_for_themselves_and_strangers_not_at_all(turns: Turns) -> None:
    step_in(turns.schedule, actor=turns.bob, length=4 * HOUR)
    assert (primary(turns, 0.1), primary(turns, 4.1)) == (["Bob"], ["Alice"])
    outsider = make_person(Role.OPERATIONS)
    with pytest.raises(NotPermitted):
        step_in(turns.schedule, actor=outsider, length=HOUR)
    with pytest.raises(NotPermitted):
        change(turns, actor=turns.bob, person=turns.carol, replaces=turns.alice)
    with pytest.raises(NotPermitted):
        change(turns, OverrideKind.REMOVE, actor=turns.alice, person=turns.alice)


def test_a_withdrawn_override_leaves_what_has_been_as_it_was(turns: Turns, clock: Clock) -> None:
    begun = change(turns, person=turns.bob, replaces=turns.alice)
    later = change(turns, person=turns.carol, starts_at=at(30), ends_at=at(31))
    clock.set(at(2))
    with pytest.raises(NotPermitted):
        withdraw_override(begun, actor=turns.carol)
    for override in (begun, later):
        withdraw_override(override, actor=turns.manager)
    assert (primary(turns, 1), primary(turns, 2.1), primary(turns, 30)) == (["Bob"], ["Alice"], ["Bob"])
    with pytest.raises(InputRefused, match="over or withdrawn"):
        withdraw_override(later, actor=turns.manager)


# --- Swaps ----------------------------------------------------------------------------------------------------------


def offer(turns: Turns, **fields: Any) -> SwapRequest:
    fields.setdefault("actor", turns.alice)
    fields.setdefault("starts_at", at(1))
    fields.setdefault("ends_at", at(5))
    return offer_swap(turns.schedule, **fields)


def test_a_swap_that_is_taken_changes_who_is_on_call(turns: Turns) -> None:
    swap = offer(turns)
    assert "Alice offers duty" in told(turns.bob)[0]
    take_swap(swap, actor=turns.bob)
    assert swap.status == SwapStatus.TAKEN
    assert [primary(turns, hour) for hour in (0, 1, 5)] == [["Alice"], ["Bob"], ["Alice"]]
    assert "Bob takes your duty" in told(turns.alice)[-1]
    handed_on = offer(turns, actor=turns.bob, starts_at=at(2), ends_at=at(3), asked_of=turns.carol)
    take_swap(handed_on, actor=turns.carol)
    assert [primary(turns, hour) for hour in (1, 2, 3, 5)] == [["Bob"], ["Carol"], ["Bob"], ["Alice"]]


def test_an_offer_that_nobody_takes_expires_and_the_asker_is_told(turns: Turns, clock: Clock) -> None:
    assert expire_swaps in CYCLE
    swap = offer(turns)
    assert expire_swaps() == 0
    clock.set(at(1))
    assert (expire_swaps(), expire_swaps()) == (1, 0)
    swap.refresh_from_db()
    assert swap.status == SwapStatus.EXPIRED
    assert "nobody took your duty" in told(turns.alice)[-1]


def test_the_declared_transitions_of_a_swap_are_these() -> None:
    table = {(transition.source, transition.name, transition.target) for transition in declared(SwapRequest)}
    assert table == {
        ("offered", "take", "taken"),
        ("offered", "withdraw", "withdrawn"),
        ("offered", "expire", "expired"),
    }


@pytest.mark.parametrize("status", [SwapStatus.TAKEN, SwapStatus.WITHDRAWN, SwapStatus.EXPIRED])
def test_a_swap_that_is_over_can_do_nothing_more(turns: Turns, status: str) -> None:
    swap = offer(turns)
    SwapRequest.objects.filter(pk=swap.pk).update(status=status)
    with pytest.raises(TransitionRefused):
        take_swap(swap, actor=turns.bob)
    with pytest.raises(TransitionRefused):
        withdraw_swap(swap, actor=turns.alice)
    assert not Override.objects.exists()


def test_only_who_is_asked_takes_and_only_the_asker_withdraws(turns: Turns) -> None:
    swap = offer(turns, asked_of=turns.carol)
    for person in (turns.bob, turns.alice, make_person()):
        with pytest.raises(NotPermitted):
            take_swap(swap, actor=person)
    with pytest.raises(NotPermitted):
        withdraw_swap(swap, actor=turns.carol)
    withdraw_swap(swap, actor=turns.alice)
    assert "Alice keeps the duty" in told(turns.carol)[-1]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"starts_at": at(0)}, "begins in the future"),
        ({"ends_at": at(1)}, "ends after"),
        ({"ends_at": at(30)}, "not on call in all"),
    ],
)
def test_an_offer_that_cannot_be_is_refused(turns: Turns, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputRefused, match=sentence):
        offer(turns, **fields)


def test_the_same_time_is_offered_once_and_taken_only_while_it_is_the_askers(turns: Turns) -> None:
    swap = offer(turns)
    with pytest.raises(InputRefused, match="offered that time already"):
        offer(turns, starts_at=at(4), ends_at=at(6))
    change(turns, person=turns.carol, replaces=turns.alice)
    with pytest.raises(InputRefused, match="Alice is not on call any more"):
        take_swap(swap, actor=turns.bob)


# --- Layers ---------------------------------------------------------------------------------------------------------


def nights(turns: Turns, *members: Person, **fields: Any) -> Plan:
    windows = [{"weekdays": [], "from": "22:00", "to": "06:00"}]
    stated: dict[str, Any] = {"starts_on": NOW.date(), "handover_at": NOW.time(), "windows": windows}
    return Plan(members=members, **(stated | fields))


def test_the_highest_layer_wins_where_it_covers_and_can_be_moved_below(turns: Turns) -> None:
    layer = add_layer(turns.schedule, actor=turns.manager, plan=nights(turns, turns.carol, name="Nights"))
    assert [primary(turns, hour) for hour in (8, 9, 16, 17)] == [["Alice"], ["Carol"], ["Carol"], ["Alice"]]
    assert move_layer(layer, actor=turns.manager, up=False)
    assert primary(turns, 10) == ["Alice"]
    assert not move_layer(layer, actor=turns.manager, up=False)
    remove_layer(layer, actor=turns.manager)
    assert history(turns)[-3:] == ["add_layer", "move_layer", "remove_layer"]


def test_a_secondary_layer_takes_the_place_of_the_next_in_the_rotation(turns: Turns) -> None:
    assert secondary(turns) == ["Bob"]
    add_layer(turns.schedule, actor=None, plan=nights(turns, turns.carol, role=DutyRole.SECONDARY, windows=[]))
    assert secondary(turns, 1) == ["Carol"]


def test_a_change_of_a_layer_is_kept_with_what_was_before(turns: Turns) -> None:
    layer = turns.schedule.layers.get()
    with pytest.raises(NotPermitted):
        change_layer(layer, actor=turns.alice, plan=nights(turns, turns.bob))
    change_layer(layer, actor=turns.manager, plan=nights(turns, turns.bob, name="One"))
    event = Event.objects.about(turns.schedule).latest("id")
    assert event.actor == turns.manager
    assert event.data["before"]["members"] == ["Alice", "Bob", "Carol"]
    assert event.data["after"] | {"name": "One", "members": ["Bob"]} == event.data["after"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"every": 0}, "from 1 to"),
        ({"starts_on": NOW.date() + timedelta(days=400)}, "more than a year ahead"),
        ({"starts_on": NOW.date().replace(year=1890)}, "too long ago"),
        ({"ends_on": NOW.date()}, "ends after it has begun"),
        ({"windows": [{"from": "25:00", "to": "08:00"}]}, "such as 18:00"),
        ({"windows": [{"weekdays": [7], "from": "20:00", "to": "08:00"}]}, "numbers from 0"),
        ({"windows": ["night"]}, "such as 18:00"),
    ],
)
def test_a_layer_that_cannot_be_is_refused(turns: Turns, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputRefused, match=sentence):
        add_layer(turns.schedule, actor=turns.manager, plan=nights(turns, turns.bob, **fields))
