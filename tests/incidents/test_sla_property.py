"""Whatever is done to an incident, in whatever order: its stored clocks are those that its event log tells of."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from catalog.models import Person, Role, Team
from incidents import services, sla
from incidents.models import Breach, Calendar, CauseClass, Clock, HandlingPolicy, Incident, Level, LevelTarget
from incidents.services.checking import check_all_clocks, check_clocks
from lifecycle import clock as time
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, TransitionRefused
from tests.clock import Clock as Hand
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("SLA_EXAMPLES", "15"))
MINUTE, ZERO = timedelta(minutes=1), timedelta(0)
OFFICE = {day: [["09:00", "12:30"], ["13:30", "18:00"]] for day in sla.WEEKDAYS[:5]}
AROUND_MIDNIGHT = {day: [["00:00", "02:30"], ["22:00", "24:00"]] for day in sla.WEEKDAYS}
Verdicts = dict[int, tuple[datetime, datetime]]


class World:
    """Two incidents, everybody who may do something to them, and what was once found breached."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.people: dict[str, Person] = {role: make_person(role) for role in (Role.OPERATIONS, Role.DEVELOPER)}
        self.manager = make_person(Role.INCIDENT_MANAGER)
        self.team: Team = make_team(self.people[Role.DEVELOPER])
        service = make_service(operations_team=make_team(self.people[Role.OPERATIONS]))
        self.service, self.other = service, make_incident(service=service, level=3)
        self.verdicts: Verdicts = {}

    @property
    def engineer(self) -> dict[str, Any]:
        return {"actor": self.people[Role.OPERATIONS], "via": Via.WEB}

    @property
    def developer(self) -> dict[str, Any]:
        return {"actor": self.people[Role.DEVELOPER], "via": Via.WEB}

    def open(self, level: int, *, minutes_before: int) -> Incident:
        before = time.now() - minutes_before * MINUTE
        return make_incident(service=self.service, level=level, occurred_at=before)


def approve(world: World, incident: Incident) -> None:
    """What a major incident needs before it may be resolved."""
    if incident.is_major and not incident.solutions.filter(status="approved").exists():
        solution = services.propose_solution(
            incident, **world.engineer, text="Switch over", risk="None known", rollback="Switch back"
        )
        services.approve_solution(solution, actor=world.manager, via=Via.WEB, note="Go")


def resolve(world: World, incident: Incident, _number: int) -> None:
    approve(world, incident)
    services.resolve_incident(incident, **world.engineer, resolution="Done", cause_class=CauseClass.KNOWN)


def recover_back_dated(world: World, incident: Incident, number: int) -> None:
    at = time.now() - number * MINUTE
    services.recover_incident(incident, **world.engineer, recovered_at=max(at, incident.occurred_at))


def change_level(world: World, incident: Incident, number: int) -> None:
    level = Level.objects.get(pk=number % 3 + 1)
    services.change_level(incident, **world.engineer, level=level, reason="Seen from nearer")


def edit_targets(_world: World, incident: Incident, number: int) -> None:
    """An administrator changes the rules while the incident is being handled."""
    LevelTarget.objects.filter(level=incident.level_id).update(target=timedelta(minutes=20 + number))


def lapse(world: World, _incident: Incident, number: int) -> None:
    world.hand.advance(minutes=60 * (number % 5))
    services.check_acknowledgements()


Act = Callable[[World, Incident, int], object]
ACTS: dict[str, Act] = {
    "acknowledge": lambda world, one, _: services.acknowledge_incident(one, **world.engineer),
    "recover": lambda world, one, _: services.recover_incident(one, **world.engineer),
    "recover, back-dated": recover_back_dated,
    "transfer": lambda world, one, _: services.transfer_incident(
        one, **world.engineer, team=world.team, hand_over="Please look at the gateway"
    ),
    "accept": lambda world, one, _: services.accept_incident(one, **world.developer),
    "refuse": lambda world, one, _: services.refuse_incident(one, **world.developer, reason="Not ours"),
    "hold": lambda world, one, _: services.hold_incident(one, **world.engineer, reason="Waiting for the bank"),
    "resume": lambda world, one, _: services.resume_incident(one, **world.engineer),
    "resolve": resolve,
    "reopen": lambda world, one, _: services.reopen_incident(one, **world.engineer, reason="Not over"),
    "reopen, down": lambda world, one, _: services.reopen_incident(
        one, **world.engineer, reason="Down again", is_down=True
    ),
    "change level": change_level,
    "merge": lambda world, one, _: services.merge_incident(one, **world.engineer, target=world.other),
    "unmerge": lambda world, one, _: services.unmerge_incident(one, **world.engineer),
    "cancel": lambda world, one, _: services.cancel_incident(one, **world.engineer, reason="False alarm"),
    "update": lambda world, one, _: services.post_update(one, **world.engineer, text="We are looking into it"),
    "lapse": lapse,
    "edit targets": edit_targets,
    "record breaches": lambda _world, _one, _: services.record_breaches(),
}
ANYTIME = ("change level", "update", "record breaches", "edit targets")
FITTING = {
    "reported": ("acknowledge", "acknowledge", "acknowledge", "recover", "merge", *ANYTIME),
    "acknowledged": ("recover", "recover, back-dated", "transfer", "transfer", "hold", "merge", "lapse", *ANYTIME),
    "pending": ("resume", "resume", "recover", "recover, back-dated", "merge", *ANYTIME),
    "transferred": ("accept", "accept", "refuse", "recover", "recover, back-dated", "resolve", "hold", *ANYTIME),
    "recovered": ("transfer", "resolve", "resolve", "reopen", "reopen, down", "hold", *ANYTIME),
    "resolved": ("reopen", "reopen, down", "edit targets"),
    "cancelled": ("unmerge",),
}


def install_rules(draw: st.DataObject) -> None:
    """Some targets in business hours: of an office in Berlin, and of nights in New York in which the clocks change."""
    office = Calendar.objects.create(
        name="Office", time_zone="Europe/Berlin", hours=OFFICE, holidays=["*-01-01"], holiday_country="DE"
    )
    nights = Calendar.objects.create(name="Nights", time_zone="America/New_York", hours=AROUND_MIDNIGHT)
    for target in LevelTarget.objects.exclude(kind__in=["update", "acceptance"]):
        target.calendar = draw.draw(st.sampled_from([None, office, nights]), label=str(target))
        target.is_pausable = target.is_pausable or (target.level_id > 1 and draw.draw(st.booleans()))
        target.save()
    HandlingPolicy.objects.create(pk=1, merge_undo=timedelta(days=1))


def assert_all_is_well(world: World, incident: Incident) -> None:
    now = time.now()
    fresh = Incident.objects.get(pk=incident.pk)
    rows = list(fresh.clocks.prefetch_related("pauses"))
    for row in rows:
        spans = row.account(now)
        until = min(row.stopped_at, now) if row.stopped_at else now
        assert sum(sla.totals(spans).values(), ZERO) == max(until - row.origin_at, ZERO), row
        assert row.breached_at is not None or row.pk not in world.verdicts, row
    running = [row.due_at for row in rows if row.stopped_at is None and row.due_at is not None]
    assert fresh.next_due_at == min(running, default=None)
    breaches = {row.clock_id: (row.due_at, row.recorded_at) for row in Breach.objects.all()}
    assert world.verdicts.items() <= breaches.items(), "a breach has gone or has changed"
    world.verdicts = breaches
    breached = Clock.objects.exclude(breached_at=None).values_list("pk", "breached_at")
    assert {key: due_at for key, (due_at, _recorded) in breaches.items()} == dict(breached)
    assert check_clocks(incident) == []
    assert check_clocks(world.other) == []


@settings(
    deadline=None,
    max_examples=EXAMPLES,
    print_blob=True,
    phases=[Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(draw=st.data())
def test_stored_clocks_are_those_of_the_log_and_lose_neither_a_second_nor_a_breach(
    draw: st.DataObject, clock: Hand
) -> None:
    start = draw.draw(st.sampled_from(["2027-03-12T15:00:00+00:00", "2027-10-29T09:00:00+00:00"]), label="start")
    with transaction.atomic():
        clock.set(datetime.fromisoformat(start))
        live_through(draw, clock)
        transaction.set_rollback(True)


def live_through(draw: st.DataObject, hand: Hand) -> None:
    install_rules(draw)
    world = World(hand)
    incident = world.open(draw.draw(st.integers(1, 3)), minutes_before=draw.draw(st.sampled_from([0, 7, 400])))
    assert_all_is_well(world, incident)
    for _ in range(draw.draw(st.integers(5, 14), label="steps")):
        hand.advance(minutes=draw.draw(st.sampled_from([0, 1, 11, 47, 300, 1439, 4000]), label="later"))
        incident = Incident.objects.get(pk=incident.pk)
        fitting = FITTING[incident.status]
        is_any = draw.draw(st.integers(0, 11)) == 11
        verb = draw.draw(st.sampled_from(sorted(ACTS) if is_any else fitting), label="verb")
        number = draw.draw(st.integers(0, 90), label="number")
        try:
            ACTS[verb](world, incident, number)
            event(verb)
        except (TransitionRefused, InputRefused):
            event(f"{verb}: refused")
        assert_all_is_well(world, incident)


# --- manage.py check_clocks -------------------------------------------------------------------------------------


def test_the_check_finds_nothing_where_all_is_well(clock: Hand) -> None:
    incident = make_incident(level=2)
    services.acknowledge_incident(incident, actor=make_person(), via=Via.WEB)
    out = StringIO()
    call_command("check_clocks", stdout=out)
    assert out.getvalue() == "1 incidents checked, 0 with differences.\n"


def test_the_check_names_what_differs_and_fails(clock: Hand) -> None:
    whole, broken, poor = (make_incident(level=level) for level in (1, 2, 3))
    broken.clocks.filter(kind="response").update(due_at=broken.reported_at)
    broken.clocks.filter(kind="recovery").update(ordinal=2)
    Incident.objects.filter(pk=poor.pk).update(next_due_at=None)
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("check_clocks", stdout=out)
    assert exit_.value.code == 1
    lines = out.getvalue().splitlines()
    assert not [line for line in lines if line.startswith(whole.reference)]
    assert f"{broken.reference} recovery 1: is missing, the log tells of it" in lines
    assert f"{broken.reference} recovery 2: is stored, the log knows nothing of it" in lines
    due = broken.reported_at + 30 * MINUTE
    assert f"{broken.reference} response 1: due_at is {broken.reported_at}, by the log {due}" in lines
    assert any(line.startswith(f"{poor.reference} next_due_at is None") for line in lines)
    assert lines[-1] == "3 incidents checked, 2 with differences."


def test_the_check_reads_a_batch_of_incidents_in_four_queries(
    clock: Hand, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for _ in range(3):
        make_incident()
    with django_assert_max_num_queries(5):
        assert [differences for _incident, differences in check_all_clocks()] == [[], [], []]
