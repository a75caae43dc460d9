"""What an escalation will do: every step once, on time or skipped, and the page shows what the cycle then does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.services import acknowledge_incident
from lifecycle import clock as database_clock
from lifecycle.models import Event
from notifications.models import Delivery, Escalation, EscalationPolicy
from notifications.panels import paged_next
from notifications.plan import LAST_RESORT_AFTER, FrozenStep, Snapshot, choose, upcoming
from notifications.services.dispatching import dispatch_events
from notifications.services.editing.policies import PolicyValues, change_policy
from notifications.services.escalating import advance_escalations
from notifications.services.steering import escalate_now
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.scenarios.stage import Duty, make_duty

START = datetime(2026, 3, 29, 0, 55, tzinfo=UTC)
ZERO = timedelta(0)
TARGETS = st.sampled_from(["primary", "secondary", "manager"])
CHANNELS = st.sampled_from([("voice", "sms"), ("email",), ()])


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Policies as the form allows them: steps in order, several at one moment too, the round longer than the last."""
    seconds = sorted(draw(st.lists(st.integers(0, 3000), min_size=1, max_size=6)))
    length = timedelta(seconds=seconds[-1] + draw(st.integers(1, 1800)))
    steps = tuple(FrozenStep(timedelta(seconds=after), draw(TARGETS), draw(CHANNELS)) for after in seconds)
    return Snapshot("policy", None, length, draw(st.integers(0, 4)), steps)


@given(snapshots(), st.lists(st.integers(0, 2_000_000), max_size=60))
def test_every_step_fires_once_or_is_skipped_whatever_the_ticks(snapshot: Snapshot, gaps: list[int]) -> None:
    """``gaps``: milliseconds between ticks. The last tick comes long after everything."""
    fired: list[int] = []
    skipped: list[int] = []
    next_step, now, is_over = 0, START, False
    for gap in [*gaps, 10**10]:
        now += timedelta(milliseconds=gap)
        if is_over:
            break
        dues = upcoming(snapshot, started_at=START, next_step=next_step, brought_forward=ZERO)
        fire, late, following = choose(dues, now=now)
        skipped += [due.step.index for due in late]
        for entry in fire:
            assert entry.at <= now
            fired.append(entry.step.index)
        is_over = following is None
        next_step = following.step.index if following else next_step
    everything = [step.index for step in snapshot.unrolled()]
    assert sorted(fired + skipped) == everything
    assert fired == sorted(fired)


@given(snapshots(), st.timedeltas(ZERO, timedelta(milliseconds=999)))
def test_ticks_every_second_skip_nothing_and_keep_the_order(snapshot: Snapshot, offset: timedelta) -> None:
    fired, next_step, now, second = [], 0, START + offset, timedelta(seconds=1)
    while True:
        dues = upcoming(snapshot, started_at=START, next_step=next_step, brought_forward=ZERO)
        fire, late, following = choose(dues, now=now)
        assert not late
        for entry in fire:
            assert now - entry.at < second
            fired.append(entry.step.index)
        if following is None:
            break
        next_step = following.step.index
        now += -((now - following.at) // second) * second  # the ticks in between find nothing due
    assert fired == [step.index for step in snapshot.unrolled()]


@given(snapshots(), st.timedeltas(ZERO, timedelta(hours=3)))
def test_bringing_a_step_forward_moves_all_the_later_ones_by_as_much(snapshot: Snapshot, ahead: timedelta) -> None:
    plain = upcoming(snapshot, started_at=START, next_step=0, brought_forward=ZERO)
    moved = upcoming(snapshot, started_at=START, next_step=0, brought_forward=ahead)
    assert [due.at - ahead for due in plain] == [due.at for due in moved]


@given(snapshots())
def test_a_snapshot_survives_its_json(snapshot: Snapshot) -> None:
    assert Snapshot.load(snapshot.dump()) == snapshot


@given(snapshots())
def test_the_fallback_comes_one_round_after_the_last_began_and_then_the_duty_managers(snapshot: Snapshot) -> None:
    *_steps, fallback, last = snapshot.unrolled()
    assert (fallback.target, last.target) == ("fallback", "duty_managers")
    assert fallback.after == (snapshot.repeats + 1) * snapshot.round_length
    assert last.after - fallback.after == min(snapshot.round_length, LAST_RESORT_AFTER)
    assert snapshot.step(last.index) == last
    assert snapshot.step(last.index + 1) is None


def test_a_snapshot_from_before_the_new_kinds_of_steps_still_runs() -> None:
    old = {
        "policy": "old",
        "fallback": None,
        "round": 600.0,
        "repeats": 0,
        "steps": [{"after": 0.0, "target": "primary", "channels": ["voice"]}],
    }
    snapshot = Snapshot.load(old)
    assert [step.target for step in snapshot.unrolled()] == ["primary", "fallback", "duty_managers"]
    assert snapshot.steps[0] == FrozenStep(ZERO, "primary", ("voice",))


# --- On rows --------------------------------------------------------------------------------------------------------


@pytest.fixture
def duty(db: None) -> Duty:
    return make_duty()


def advance_to_the_end(clock: Clock) -> list[tuple[str, list[str]]]:
    """Let the whole escalation run; (target, people) of each step, as the timeline has them."""
    for _ in range(40):
        advance_escalations()
        escalation = Escalation.objects.get()
        if escalation.next_due_at is None:
            break
        clock.set(escalation.next_due_at)
    pages = Event.objects.filter(verb="page").order_by("id")
    return [(page.data["target"], page.data["people"]) for page in pages]


def test_what_the_page_shows_as_next_is_what_the_cycle_then_does(duty: Duty, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=1)
    dispatch_events()
    shown = 0
    for _ in range(40):
        escalation = incident.escalations.get()
        rows = paged_next(incident, escalation, now=database_clock.now())
        if not rows:
            break
        clock.set(rows[0].at - timedelta(milliseconds=500))
        assert advance_escalations() == 0, "nothing fires before the moment shown"
        clock.set(rows[0].at)
        advance_escalations()
        shown += 1
        page = Event.objects.filter(verb="page").latest("id")
        assert page.data["people"] == [person.name for person in rows[0].people]
        assert page.data["channels"] == rows[0].foreseen.channels
        assert Event.objects.filter(verb="page").count() == shown
    assert shown == 18, "four steps in four rounds, the fallback, the duty managers"
    assert not Event.objects.filter(verb="page_skipped").exists()
    assert incident.escalations.get().status == "exhausted"


def test_an_escalation_calls_in_the_order_of_its_policy(duty: Duty, clock: Clock) -> None:
    make_incident(service=duty.service, level=2)
    dispatch_events()
    one_round = [
        ("primary", ["Alice"]),
        ("primary", ["Alice"]),
        ("secondary", ["Bob"]),
        ("manager", ["Mona"]),
    ]
    assert advance_to_the_end(clock) == [*one_round * 4, ("fallback", ["Mona"]), ("duty_managers", ["Mona"])]
    assert Event.objects.filter(verb="escalation_exhausted").count() == 1


def test_the_next_person_at_once_and_then_the_plan_moved_forward(duty: Duty, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    dispatch_events()
    advance_escalations()
    clock.advance(minutes=1)
    assert escalate_now(incident, actor=duty.primary, via="web")
    assert advance_escalations() == 1
    escalation = incident.escalations.get()
    assert escalation.next_step == 2
    assert escalation.next_due_at is not None
    assert timedelta(minutes=4, seconds=55) < escalation.next_due_at - clock.now() < timedelta(minutes=5, seconds=5)


def test_an_acknowledgement_stops_the_steps_and_withdraws_what_waits(duty: Duty, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    dispatch_events()
    advance_escalations()
    acknowledge_incident(incident, actor=duty.primary, via="web")
    dispatch_events()
    clock.advance(hours=3)
    assert advance_escalations() == 0
    pages = Delivery.objects.filter(purpose="page")
    assert set(pages.values_list("status", "not_sent_reason")) == {("cancelled", "acknowledged")}
    assert incident.escalations.get().stop_reason == "acknowledged"


def test_a_step_without_anybody_goes_to_the_fallback_and_says_so(duty: Duty, clock: Clock) -> None:
    duty.primary.is_active = False
    duty.primary.save()
    incident = make_incident(service=duty.service, level=2)
    dispatch_events()
    advance_escalations()
    page = Event.objects.get(verb="page")
    assert (page.data["is_gap"], page.data["people"]) == (True, ["Mona"])
    assert paged_next(incident, incident.escalations.get(), now=database_clock.now())[0].is_gap


def test_a_policy_that_changes_leaves_running_escalations_alone(duty: Duty, clock: Clock) -> None:
    make_incident(service=duty.service, level=2)
    dispatch_events()
    policy = EscalationPolicy.objects.get(levels__contains=[2])
    changed = replace(PolicyValues.of(policy), round_length=timedelta(minutes=16), repeats=0, fallback=make_person())
    change_policy(policy, changed, actor=duty.manager)
    assert len(advance_to_the_end(clock)) == 18
