"""What GoAlert's smoke tests check (oncall_dev.json): each behaviour as a story of ours, or by name elsewhere."""

import importlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from incidents.models import Incident, Level
from incidents.services import (
    acknowledge_incident,
    cancel_incident,
    change_level,
    close_incident,
    confirm_incident,
    open_or_find,
    recover_incident,
    resolve_incident,
)
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import Delivery, NotificationRule, Override, OverrideKind
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.scenarios.stage import Duty, assert_nothing_but_reminders, make_duty, tick
from tests.scenarios.test_faults import paged

pytestmark = pytest.mark.django_db
PEER_CASES = Path(__file__).resolve().parents[3] / "shared/data/peer_cases/oncall_dev.json"
HERE = "tests.scenarios.test_peer_behaviours"
RUNS, CRASHES = "tests.chaos.test_seeded_runs", "tests.chaos.test_crashes"
BEHAVIOURS: dict[str, list[tuple[str, str]]] = {
    "escalation: step delay passed and not acknowledged": [
        ("tests.scenarios.test_shipped_policies", "test_nobody_acknowledges_and_every_step_pages_in_its_minute")
    ],
    "escalation stops on acknowledge and on close": [(HERE, "test_the_end_of_an_incident_ends_its_paging")],
    "deduplication": [
        ("tests.scenarios.test_faults", "test_f7_a_repeated_report_pages_once"),
        (HERE, "test_after_the_end_the_same_key_opens_and_pages_anew"),
    ],
    "policy reassignment": [(HERE, "test_a_new_policy_starts_over_while_nobody_has_acknowledged")],
    "override": [
        (HERE, "test_an_override_pages_somebody_else_inside_its_window_and_nobody_else_after_it"),
    ],
    "rotation": [
        ("tests.notifications.duty.test_rotation", "test_it_hands_over_when_its_peers_do"),
        ("tests.notifications.duty.test_rotation", "test_shifts_tile_time"),
    ],
    "acknowledged alert is not notified again; in-progress escalation survives a restart": [
        (HERE, "test_what_is_acknowledged_is_not_paged_again"),
        (CRASHES, "test_f2_paging_goes_on_while_worker_beat_web_and_redis_lie_dead"),
        (RUNS, "test_a_run_loses_nothing"),
    ],
}
"""How the behaviour begins -> the tests that show it."""
ABSENT = {
    "service maintenance mode": "There is none: an incident that is expected is snoozed or cancelled by a person.",
    "heartbeat missed": "Detection calls a minute without data unknown; it has no heartbeats of other systems.",
}


@pytest.fixture
def duty() -> Duty:
    NotificationRule.objects.all().delete()
    return make_duty()


def end_by_cancelling(incident: Incident, duty: Duty) -> None:
    cancel_incident(incident, actor=duty.manager, via="web", reason="A drill of the bank.")


def end_by_resolving(incident: Incident, duty: Duty) -> None:
    recover_incident(incident, actor=None, via="detector")
    resolve_incident(incident, actor=duty.primary, via="web", resolution="A false alarm.", cause_class="known")


def end_by_closing(incident: Incident, duty: Duty) -> None:
    end_by_resolving(incident, duty)
    confirm_incident(incident, actor=duty.primary, via="web", note="By phone.")
    close_incident(incident, actor=duty.manager, via="web")


@pytest.mark.parametrize("end", [end_by_cancelling, end_by_resolving, end_by_closing])
def test_the_end_of_an_incident_ends_its_paging(end: Any, duty: Duty, one_way: FakeCarrier, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    tick()
    paged(one_way, duty.primary)
    end(incident, duty)
    clock.advance(minutes=30)
    tick()
    assert not incident.escalations.filter(status="running").exists()
    assert Delivery.objects.filter(purpose="page").count() == 3


def test_after_the_end_the_same_key_opens_and_pages_anew(duty: Duty, one_way: FakeCarrier, clock: Clock) -> None:
    first = make_incident(service=duty.service, level=2, dedup_key="cards down")
    tick()
    paged(one_way, duty.primary)
    end_by_cancelling(first, duty)
    clock.advance(minutes=2)
    second, is_new = open_or_find(
        title="Cards down", service=duty.service, level=first.level, dedup_key="cards down", occurred_at=clock.now()
    )
    assert is_new
    assert second != first
    tick()
    paged(one_way, duty.primary)


def test_a_new_policy_starts_over_while_nobody_has_acknowledged(duty: Duty, one_way: FakeCarrier, clock: Clock) -> None:
    """The level decides the policy; raised from 3 to 2, the first step pages again, now by every channel."""
    incident = make_incident(service=duty.service, level=3)
    tick()
    one_way.inbox(duty.primary.email).expect_email("please acknowledge")
    clock.advance(minutes=11)
    tick()
    one_way.inbox(duty.secondary.email).expect_email("please acknowledge")
    change_level(incident, actor=duty.manager, via="web", level=Level.objects.get(pk=2), reason="It spreads.")
    tick()
    paged(one_way, duty.primary)


def test_an_override_pages_somebody_else_inside_its_window_and_nobody_else_after_it(
    duty: Duty, one_way: FakeCarrier, clock: Clock
) -> None:
    """Instead of, in addition to, and taken off: each for ten minutes."""
    schedule, now = duty.service.operations_team.schedule, clock.now()
    window = {"schedule": schedule, "starts_at": now, "ends_at": now + timedelta(minutes=10)}
    stand_in, helper = make_person(name="Sam"), make_person(name="Hanna")
    cases = [
        ({"kind": OverrideKind.REPLACE, "replaces": duty.primary, "person": stand_in}, [stand_in]),
        ({"kind": OverrideKind.ADD, "person": helper}, [duty.primary, helper]),
        ({"kind": OverrideKind.REMOVE, "person": duty.primary}, [duty.manager]),
    ]
    for change, whom in cases:
        override = Override.objects.create(**window | change)
        page_once(duty, one_way, clock, *whom)
        override.delete()
    Override.objects.create(**window | cases[0][0])
    clock.advance(minutes=11)
    page_once(duty, one_way, clock, duty.primary)


def page_once(duty: Duty, carrier: FakeCarrier, clock: Clock, *people: Any) -> None:
    """An incident whose first step pages exactly these people; it is cancelled and a minute passes."""
    incident = make_incident(service=duty.service, level=2)
    tick()
    paged(carrier, *people)
    end_by_cancelling(incident, duty)
    clock.advance(minutes=1, seconds=10)


def test_what_is_acknowledged_is_not_paged_again(duty: Duty, one_way: FakeCarrier, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    tick()
    paged(one_way, duty.primary)
    acknowledge_incident(incident, actor=duty.primary, via="web")
    for _ in range(5):
        clock.advance(minutes=5)
        tick()
    assert_nothing_but_reminders(one_way)


def test_every_behaviour_of_the_list_has_a_test_or_a_reason() -> None:
    for module, name in (pair for pairs in BEHAVIOURS.values() for pair in pairs):
        assert callable(getattr(importlib.import_module(module), name))
    if not PEER_CASES.exists():
        pytest.skip(f"{PEER_CASES.name} is not here")
    listed = json.loads(PEER_CASES.read_text())["goalert_behaviours"]["list"]
    known = [*BEHAVIOURS, *ABSENT]
    assert [text for text in listed if not any(text.startswith(start) for start in known)] == []
