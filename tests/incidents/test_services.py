"""What the verbs do to clocks, events and records."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from catalog.models import Person, Role
from incidents import services
from incidents.models import Breach, Clock, Impact, Incident, Level, Pause
from incidents.services import clocks
from lifecycle import clock as time
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, VersionConflict
from tests.clock import Clock as Hand
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def clock_of(incident: Incident, kind: str) -> Clock:
    return incident.clocks.get(kind=kind)


def due(incident: Incident, kind: str) -> Any:
    return clock_of(incident, kind).due_at


def length_of(pause: Pause) -> timedelta:
    assert pause.ended_at is not None
    return pause.ended_at - pause.started_at


def by(person: Person) -> dict[str, Any]:
    return {"actor": person, "via": "web"}


# --- Origins ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "response", "recovery", "resolution"),
    [(1, 10 * MINUTE, 2 * HOUR, 7 * DAY), (2, 30 * MINUTE, 6 * HOUR, 20 * DAY), (3, HOUR, 24 * HOUR, 60 * DAY)],
)
def test_the_three_clocks_run_from_their_own_origins(
    level: int, response: timedelta, recovery: timedelta, resolution: timedelta
) -> None:
    now = time.now()
    occurred, reported = now - 20 * MINUTE, now - 5 * MINUTE
    incident = make_incident(level=level, occurred_at=occurred, reported_at=reported)
    assert due(incident, "response") == reported + response
    assert due(incident, "recovery") == occurred + recovery
    assert due(incident, "resolution") == reported + resolution


def test_a_clock_that_is_late_from_the_start_is_born_breached_and_says_by_how_much() -> None:
    now = time.now()
    incident = make_incident(level=1, occurred_at=now - 5 * HOUR)
    assert services.record_breaches() == 1
    breach = Breach.objects.get()
    assert breach.clock.kind == "recovery"
    assert breach.due_at == now - 5 * HOUR + 2 * HOUR
    reading = clock_of(incident, "recovery").read(now)
    assert reading.remaining == -3 * HOUR


@pytest.mark.parametrize("moments", [{"reported_at": 5}, {"occurred_at": 5}, {"reported_at": -9, "occurred_at": -5}])
def test_impossible_moments_are_refused(moments: dict[str, int]) -> None:
    now = time.now()
    with pytest.raises(InputRefused):
        make_incident(**{name: now + minutes * MINUTE for name, minutes in moments.items()})
    assert not Incident.objects.exists()


# --- Meeting and breaching ------------------------------------------------------------------------------------


def test_acknowledging_meets_the_response_clock_only(clock: Hand) -> None:
    incident, alice = make_incident(), make_person()
    clock.advance(minutes=7)
    services.acknowledge_incident(incident, **by(alice))
    assert clock_of(incident, "response").stopped_at == incident.acknowledged_at
    assert clock_of(incident, "recovery").stopped_at is None
    assert clock_of(incident, "resolution").stopped_at is None
    assert incident.owner == incident.handler == alice


def test_a_breach_is_recorded_once_with_the_moment_it_was_due(clock: Hand) -> None:
    incident = make_incident()
    due_at = due(incident, "response")
    clock.advance(minutes=45)
    assert services.record_breaches() == 1
    assert services.record_breaches() == 0
    services.acknowledge_incident(incident, **by(make_person()))
    breach = Breach.objects.get()
    assert (breach.due_at, breach.level) == (due_at, 2)
    assert breach.recorded_at > due_at
    event = Event.objects.get(verb="breach")
    assert event.data == {"clock": "response", "due_at": due_at.isoformat()}


def test_a_late_acknowledgement_is_a_breach_even_before_the_cycle_saw_it(clock: Hand) -> None:
    incident = make_incident()
    clock.advance(minutes=31)
    services.acknowledge_incident(incident, **by(make_person()))
    assert Breach.objects.get().clock.kind == "response"
    assert services.record_breaches() == 0


def test_one_breached_clock_never_hides_another(clock: Hand) -> None:
    make_incident(level=1)
    clock.advance(days=8)
    assert services.record_breaches() == 4
    kinds = set(Breach.objects.values_list("clock__kind", flat=True))
    assert kinds == {"response", "recovery", "resolution", "update"}


def test_a_breach_that_cannot_be_recorded_keeps_no_other_from_being_recorded(
    clock: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = make_incident(), make_incident()
    clock.advance(minutes=31)
    write = clocks._write_breach

    def fail_for_one(incident: Incident, *rest: Any) -> None:
        if incident == bad:
            raise RuntimeError("a bad row")
        write(incident, *rest)

    monkeypatch.setattr(clocks, "_write_breach", fail_for_one)
    with pytest.raises(ExceptionGroup):
        services.record_breaches()
    assert Breach.objects.get().clock.incident == good


def test_a_recorded_breach_is_never_changed_or_deleted(clock: Hand) -> None:
    make_incident()
    clock.advance(minutes=45)
    services.record_breaches()
    for tamper in (lambda: Breach.objects.update(level=3), lambda: Breach.objects.all().delete()):
        with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
            tamper()
    assert Breach.objects.get().level == 2


def test_recovering_before_acknowledging_meets_both_clocks(clock: Hand) -> None:
    incident = make_incident()
    clock.advance(minutes=3)
    services.recover_incident(incident, actor=None, via="detector")
    assert clock_of(incident, "response").stopped_at == incident.recovered_at
    assert clock_of(incident, "recovery").stopped_at == incident.recovered_at


def test_recovery_may_be_entered_after_it_happened(clock: Hand) -> None:
    incident, alice = make_incident(level=1), make_person()
    clock.advance(hours=3)
    back = incident.occurred_at + HOUR
    services.recover_incident(incident, recovered_at=back, **by(alice))
    assert clock_of(incident, "recovery").stopped_at == back
    assert not Breach.objects.filter(clock__kind="recovery").exists()
    assert Event.objects.get(verb="recover").is_backdated


def test_resolving_ends_every_clock(clock: Hand) -> None:
    incident, alice = make_incident(level=3), make_person()
    services.acknowledge_incident(incident, **by(alice))
    services.resolve_incident(incident, resolution="done", cause_class="known", **by(alice))
    assert not incident.clocks.running().exists()


def test_cancelling_gives_no_verdict(clock: Hand) -> None:
    incident = make_incident(level=1)
    clock.advance(minutes=2)
    services.cancel_incident(incident, reason="a test", **by(make_person()))
    clock.advance(days=30)
    assert services.record_breaches() == 0
    assert all(incident.clocks.values_list("is_void", flat=True))


# --- Pausing --------------------------------------------------------------------------------------------------


def held(clock: Hand, **fields: Any) -> tuple[Incident, Person]:
    incident, alice = make_incident(**fields), make_person()
    services.acknowledge_incident(incident, **by(alice))
    services.hold_incident(incident, reason="waiting for the bank", **by(alice))
    return incident, alice


@pytest.mark.parametrize("level", [1, 2, 3])
def test_only_the_resolution_clock_pauses_by_default(level: int, clock: Hand) -> None:
    incident, alice = held(clock, level=level)
    before = due(incident, "recovery")
    assert due(incident, "resolution") is None
    clock.advance(hours=2)
    services.resume_incident(incident, **by(alice))
    assert due(incident, "recovery") == before
    row = clock_of(incident, "resolution")
    pause = row.pauses.get()
    assert row.due_at == row.origin_at + row.target + length_of(pause)
    assert pause.reason == "waiting for the bank"


def test_the_database_refuses_a_level_1_recovery_that_pauses() -> None:
    target = Level.objects.get(pk=1).targets.get(kind="recovery")
    target.is_pausable = True
    with pytest.raises(DatabaseError, match="level_1_recovery_never_pauses"), transaction.atomic():
        target.save()


def test_a_paused_clock_does_not_breach(clock: Hand) -> None:
    incident, _alice = held(clock, level=3)
    clock.advance(days=90)
    services.record_breaches()
    assert not incident.clocks.get(kind="resolution").breaches.exists()


def test_an_overdue_clock_is_not_paused_any_more(clock: Hand) -> None:
    incident, alice = make_incident(level=1), make_person()
    services.acknowledge_incident(incident, **by(alice))
    clock.advance(days=8)
    services.hold_incident(incident, reason="too late", **by(alice))
    assert not clock_of(incident, "resolution").pauses.exists()


def test_holding_needs_a_reason() -> None:
    incident, alice = make_incident(), make_person()
    services.acknowledge_incident(incident, **by(alice))
    with pytest.raises(InputRefused) as refused:
        services.hold_incident(incident, reason="  ", **by(alice))
    assert set(refused.value.errors) == {"reason"}


# --- Level changes --------------------------------------------------------------------------------------------------


def test_a_worse_level_derives_every_deadline_from_its_origin(clock: Hand) -> None:
    occurred = time.now() - 30 * MINUTE
    incident, alice = make_incident(level=2, occurred_at=occurred), make_person()
    clock.advance(minutes=20)
    services.change_level(incident, level=Level.objects.get(pk=1), reason="complaints", **by(alice))
    assert due(incident, "response") == incident.reported_at + 10 * MINUTE
    assert due(incident, "recovery") == occurred + 2 * HOUR
    assert due(incident, "resolution") == incident.reported_at + 7 * DAY
    assert services.record_breaches() == 1
    assert Breach.objects.get().level == 1


def test_earned_pauses_survive_a_level_change(clock: Hand) -> None:
    incident, alice = held(clock, level=3)
    clock.advance(hours=5)
    services.resume_incident(incident, **by(alice))
    pause = clock_of(incident, "resolution").pauses.get()
    services.change_level(incident, level=Level.objects.get(pk=2), reason="worse", **by(alice))
    earned = length_of(pause)
    assert due(incident, "resolution") == incident.reported_at + 20 * DAY + earned


def test_a_better_level_does_not_take_a_breach_back(clock: Hand) -> None:
    incident, alice = make_incident(level=1), make_person()
    clock.advance(minutes=11)
    services.record_breaches()
    services.change_level(incident, level=Level.objects.get(pk=3), reason="only a question", **by(alice))
    row = clock_of(incident, "response")
    assert row.breached_at == incident.reported_at + 10 * MINUTE
    clock.advance(hours=2)
    services.record_breaches()
    assert row.breaches.count() == 1


def test_a_stopped_clock_keeps_its_verdict_after_a_level_change(clock: Hand) -> None:
    incident, alice = make_incident(level=2), make_person()
    clock.advance(minutes=20)
    services.acknowledge_incident(incident, **by(alice))
    services.change_level(incident, level=Level.objects.get(pk=1), reason="worse", **by(alice))
    assert clock_of(incident, "response").target == 30 * MINUTE
    assert not Breach.objects.exists()


def test_a_lower_level_lets_a_held_clock_pause_that_was_overdue_before(clock: Hand) -> None:
    incident, alice = make_incident(level=1), make_person()
    services.acknowledge_incident(incident, **by(alice))
    clock.advance(days=8)
    services.hold_incident(incident, reason="waiting for the bank", **by(alice))
    services.change_level(incident, level=Level.objects.get(pk=3), reason="only a question", **by(alice))
    assert clock_of(incident, "resolution").pauses.get().reason == "waiting for the bank"
    assert due(incident, "resolution") is None


def test_a_clock_that_goes_on_takes_the_target_of_the_level_that_holds_by_then(clock: Hand) -> None:
    incident, alice, dev = make_incident(level=2), make_person(), make_person(Role.DEVELOPER)
    services.acknowledge_incident(incident, **by(alice))
    services.recover_incident(incident, **by(alice))
    services.transfer_incident(incident, team=make_team(dev), hand_over="logs", **by(alice))
    services.change_level(incident, level=Level.objects.get(pk=1), reason="complaints", **by(alice))
    services.refuse_incident(incident, reason="it is the network", **by(dev))
    assert due(incident, "resolution") == incident.reported_at + 7 * DAY
    services.reopen_incident(incident, reason="down again", is_down=True, **by(alice))
    assert clock_of(incident, "recovery").target == 2 * HOUR


def test_declaring_a_major_incident_makes_the_declarer_its_manager() -> None:
    incident, boss = make_incident(level=2), make_person(Role.INCIDENT_MANAGER)
    services.declare_major(incident, reason="press is calling", **by(boss))
    assert incident.is_major
    assert incident.manager == boss
    with pytest.raises(NotPermitted):
        services.declare_major(make_incident(), reason="me too", **by(make_person()))


# --- Transfer and reopening -----------------------------------------------------------------------------------------


def test_a_transfer_ends_the_operations_clock_and_starts_the_developers(clock: Hand) -> None:
    incident, alice = make_incident(level=2), make_person()
    services.acknowledge_incident(incident, **by(alice))
    clock.advance(days=3)
    services.transfer_incident(incident, team=make_team(), hand_over="logs", **by(alice))
    assert clock_of(incident, "resolution").stopped_at == incident.transferred_at
    assert incident.transferred_at is not None
    assert due(incident, "development") == incident.transferred_at + 20 * DAY


def test_a_refused_transfer_lets_the_operations_clock_run_as_if_it_never_stopped(clock: Hand) -> None:
    incident, alice, dev = make_incident(level=2), make_person(), make_person(Role.DEVELOPER)
    before = due(incident, "resolution")
    services.acknowledge_incident(incident, **by(alice))
    services.transfer_incident(incident, team=make_team(dev), hand_over="logs", **by(alice))
    clock.advance(hours=9)
    services.refuse_incident(incident, reason="it is the network", **by(dev))
    assert due(incident, "resolution") == before
    assert clock_of(incident, "resolution").stopped_at is None
    assert clock_of(incident, "development").is_void


def test_after_a_refusal_the_next_transfer_gives_developers_their_whole_time(clock: Hand) -> None:
    incident, alice, dev = make_incident(level=2), make_person(), make_person(Role.DEVELOPER)
    services.acknowledge_incident(incident, **by(alice))
    services.transfer_incident(incident, team=make_team(dev), hand_over="logs", **by(alice))
    clock.advance(days=5)
    services.refuse_incident(incident, reason="it is the network", **by(dev))
    clock.advance(days=1)
    services.change_level(incident, level=Level.objects.get(pk=1), reason="complaints", **by(alice))
    services.transfer_incident(incident, team=make_team(), hand_over="more logs", **by(alice))
    assert incident.transferred_at is not None
    assert due(incident, "development") == incident.transferred_at + 7 * DAY
    assert not clock_of(incident, "development").is_void


def test_a_second_transfer_after_a_reopening_lets_the_developers_clock_go_on(clock: Hand) -> None:
    incident, alice, dev = make_incident(level=3), make_person(), make_person(Role.DEVELOPER)
    services.acknowledge_incident(incident, **by(alice))
    services.transfer_incident(incident, team=make_team(dev), hand_over="logs", **by(alice))
    first = due(incident, "development")
    services.accept_incident(incident, **by(dev))
    services.resolve_incident(incident, resolution="done", cause_class="known", **by(dev))
    resolved_at = incident.resolved_at
    clock.advance(days=2)
    services.reopen_incident(incident, reason="again", **by(alice))
    clock.advance(days=1)
    services.transfer_incident(incident, team=make_team(dev), hand_over="again", **by(alice))
    assert incident.transferred_at is not None
    assert resolved_at is not None
    assert due(incident, "development") == first + (incident.transferred_at - resolved_at)


def test_a_relapse_after_a_transfer_is_in_the_hands_of_operations_alone(clock: Hand) -> None:
    incident, alice = make_incident(level=2), make_person()
    services.acknowledge_incident(incident, **by(alice))
    services.transfer_incident(incident, team=make_team(), hand_over="logs", **by(alice))
    services.recover_incident(incident, **by(alice))
    clock.advance(hours=1)
    services.reopen_incident(incident, reason="down again", is_down=True, **by(alice))
    assert clock_of(incident, "development").is_void
    assert set(incident.clocks.running().values_list("kind", flat=True)) == {"recovery", "resolution", "update"}


def test_the_time_between_the_end_and_the_reopening_is_a_pause(clock: Hand) -> None:
    incident, alice = make_incident(level=3), make_person()
    services.acknowledge_incident(incident, **by(alice))
    services.recover_incident(incident, **by(alice))
    services.resolve_incident(incident, resolution="done", cause_class="known", **by(alice))
    clock.advance(days=2)
    services.reopen_incident(incident, reason="again", is_down=False, **by(alice))
    row = clock_of(incident, "resolution")
    gap = row.pauses.get()
    assert row.due_at == row.origin_at + row.target + length_of(gap)
    assert clock_of(incident, "recovery").stopped_at is not None
    assert incident.status == "recovered"


def test_reopening_a_broken_service_lets_the_recovery_clock_go_on(clock: Hand) -> None:
    incident, alice = make_incident(level=2), make_person()
    services.acknowledge_incident(incident, **by(alice))
    services.recover_incident(incident, **by(alice))
    clock.advance(hours=1)
    services.reopen_incident(incident, reason="down again", is_down=True, **by(alice))
    row = clock_of(incident, "recovery")
    assert row.stopped_at is None
    assert row.due_at is not None
    assert HOUR <= row.due_at - (row.origin_at + row.target) < HOUR + MINUTE
    assert incident.status == "reported"


# --- Records --------------------------------------------------------------------------------------------------------


def test_merging_points_at_the_one_that_goes_on() -> None:
    target, double, alice = make_incident(), make_incident(), make_person()
    services.merge_incident(double, target=target, **by(alice))
    assert double.merged_into == target
    assert double.status == "cancelled"
    for wrong in (None, make_incident(), double):
        with pytest.raises((InputRefused, TransitionRefused)):
            services.merge_incident(double, target=wrong, **by(alice))


def test_impact_does_not_begin_in_the_future() -> None:
    incident, alice = make_incident(), make_person()
    with pytest.raises(InputRefused) as refused:
        services.record_impact(incident, started_at=time.now() + HOUR, **by(alice))
    assert set(refused.value.errors) == {"started_at"}


def test_an_incident_is_not_reopened_beside_a_newer_one_of_the_same_rule() -> None:
    alice = make_person()
    first = make_incident(level=3, dedup_key="rule:1")
    services.acknowledge_incident(first, **by(alice))
    services.resolve_incident(first, resolution="done", cause_class="known", **by(alice))
    make_incident(level=3, dedup_key="rule:1")
    with pytest.raises(TransitionRefused, match="same rule") as refused:
        services.reopen_incident(first, reason="again", **by(alice))
    assert refused.value.status == "resolved"


def test_a_decision_about_a_solution_that_was_decided_meanwhile_is_refused() -> None:
    incident, alice = make_incident(level=1), make_person()
    boss, deputy = make_person(Role.INCIDENT_MANAGER), make_person(Role.INCIDENT_MANAGER)
    solution = services.propose_solution(incident, text="revert the release", **by(alice))
    seen = solution.version
    services.bypass_solution(solution, reason="every minute counts", expected_version=seen, **by(alice))
    with pytest.raises(VersionConflict):
        services.approve_solution(solution, expected_version=seen, **by(boss))
    with pytest.raises(VersionConflict):
        services.reject_solution(solution, reason="no", expected_version=seen, **by(boss))
    services.approve_solution(solution, expected_version=solution.version, **by(deputy))
    assert (solution.status, solution.decided_by) == ("approved", deputy)


def test_impact_ends_with_the_recovery(clock: Hand) -> None:
    incident, alice = make_incident(), make_person()
    services.record_impact(incident, affected_users=12, **by(alice))
    clock.advance(minutes=10)
    services.recover_incident(incident, **by(alice))
    assert Impact.objects.get().ended_at == incident.recovered_at


def test_a_note_may_not_come_from_the_future() -> None:
    incident, alice = make_incident(), make_person()
    with pytest.raises(InputRefused):
        services.add_note(incident, text="soon", occurred_at=time.now() + HOUR, **by(alice))


def test_only_somebody_of_operations_becomes_the_owner() -> None:
    incident, alice = make_incident(), make_person()
    with pytest.raises(InputRefused):
        services.assign_incident(incident, owner=make_person(Role.DEVELOPER), **by(alice))


def test_a_title_is_one_printable_line() -> None:
    assert make_incident(title="Cards\r\nBcc: all\tfail \x07").title == "Cards Bcc: all fail"


def test_an_outdated_version_is_refused_and_changes_nothing() -> None:
    incident, alice, bob = make_incident(), make_person(), make_person()
    seen = incident.version
    services.acknowledge_incident(incident, **by(alice))
    with pytest.raises(VersionConflict) as refused:
        services.hold_incident(incident, reason="x", expected_version=seen, **by(bob))
    assert "resume" not in refused.value.allowed
    incident.refresh_from_db()
    assert incident.status == "acknowledged"


# --- Eight people at once ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_acknowledge_at_once_one_wins_and_the_others_are_told() -> None:
    incident = make_incident()
    people = [make_person() for _number in range(8)]
    barrier = threading.Barrier(8)
    outcomes: list[str] = []

    def acknowledge(person: Person) -> None:
        try:
            own = Incident.objects.get(pk=incident.pk)
            barrier.wait(timeout=20)
            services.acknowledge_incident(own, actor=person, via="sms")
            outcomes.append(person.username)
        except TransitionRefused as refusal:
            outcomes.append(refusal.status)
        finally:
            connection.close()

    threads = [threading.Thread(target=acknowledge, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    incident.refresh_from_db()
    assert incident.handler is not None
    assert sorted(outcomes) == sorted(["acknowledged"] * 7 + [incident.handler.username])
    assert Event.objects.filter(verb="acknowledge").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_incidents_that_are_merged_into_each_other_at_once_do_not_both_end() -> None:
    pair = [make_incident().pk, make_incident().pk]
    alice = make_person()
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def merge(double: int, target: int) -> None:
        try:
            own, other = Incident.objects.get(pk=double), Incident.objects.get(pk=target)
            barrier.wait(timeout=20)
            services.merge_incident(own, target=other, **by(alice))
            outcomes.append("merged")
        except (InputRefused, TransitionRefused):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=merge, args=ends) for ends in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["merged", "refused"]
    assert Incident.objects.open().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_detectors_that_open_the_same_incident_one_does() -> None:
    service = make_service()
    level = Level.objects.get(pk=2)
    barrier = threading.Barrier(8)
    opened: list[tuple[int, bool]] = []

    def detect() -> None:
        try:
            barrier.wait(timeout=20)
            incident, is_new = services.open_or_find(
                title="counts fall", service=service, level=level, dedup_key="rule:1", occurred_at=time.now()
            )
            opened.append((incident.pk, is_new))
        finally:
            connection.close()

    threads = [threading.Thread(target=detect) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(opened) == 8
    assert len({pk for pk, _is_new in opened}) == 1
    assert [is_new for _pk, is_new in opened].count(True) == 1
