"""A hundred people at once: one winner, clean refusals, one event (S21)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from catalog.models import Person, Role
from incidents import services
from incidents.models import Incident, Solution, Status
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, TransitionRefused
from tests.factories import make_incident, make_person

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 100
AT_ONCE = 40
"""Connections held at a time, below the server's limit: the others wait at the door."""


def all_at_once(act: Callable[[int], Any], times: int = CROWD) -> tuple[list[Any], list[Exception]]:
    """(answers, refusals) of that many threads that start together; any other error fails the test."""
    gate, door = threading.Barrier(AT_ONCE), threading.BoundedSemaphore(AT_ONCE)
    answers: list[Any] = []
    refusals: list[Exception] = []
    faults: list[Exception] = []

    def run(number: int) -> None:
        with door:
            try:
                if number < AT_ONCE:
                    connection.ensure_connection()
                    gate.wait(timeout=30)
                answers.append(act(number))
            except (TransitionRefused, InputRefused) as refusal:
                refusals.append(refusal)
            except Exception as fault:
                faults.append(fault)
            finally:
                connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not faults, faults
    assert len(answers) + len(refusals) == times
    return answers, refusals


def fresh(incident: Incident) -> Incident:
    return Incident.objects.get(pk=incident.pk)


def engineers(count: int = 5) -> list[Person]:
    return [make_person() for _ in range(count)]


def test_a_hundred_acknowledge_and_one_has_it() -> None:
    incident, people = make_incident(), engineers()
    answers, refusals = all_at_once(
        lambda number: services.acknowledge_incident(fresh(incident), actor=people[number % 5], via="web")
    )
    assert (len(answers), len(refusals)) == (1, CROWD - 1)
    assert Event.objects.about(incident).filter(verb="acknowledge").count() == 1
    assert fresh(incident).handler == answers[0].handler


def test_a_hundred_approve_and_one_decides() -> None:
    incident, proposer = make_incident(level=1), make_person()
    managers = [make_person(Role.INCIDENT_MANAGER) for _ in range(5)]
    solution = services.propose_solution(incident, actor=proposer, via="web", text="revert")

    def decide(number: int) -> Solution:
        row, manager = Solution.objects.get(pk=solution.pk), managers[number % 5]
        if number % 2:
            return services.reject_solution(row, actor=manager, via="web", reason="no")
        return services.approve_solution(row, actor=manager, via="web")

    answers, refusals = all_at_once(decide)
    assert (len(answers), len(refusals)) == (1, CROWD - 1)
    decided = ["approve_solution", "reject_solution"]
    assert Event.objects.about(incident).filter(verb__in=decided).count() == 1
    assert Event.objects.about(solution).filter(verb__in=["approve", "reject"]).count() == 1


def test_a_hundred_merge_in_every_direction_and_one_incident_goes_on() -> None:
    who, incidents = make_person(), [make_incident() for _ in range(4)]

    def merge(number: int) -> Incident:
        source, target = incidents[number % 4], incidents[(number + 1 + number % 3) % 4]
        return services.merge_incident(fresh(source), actor=who, via="web", target=fresh(target))

    answers, _refusals = all_at_once(merge)
    open_ones = Incident.objects.open().filter(pk__in=[incident.pk for incident in incidents])
    assert len(answers) == 3
    assert open_ones.count() == 1
    assert Event.objects.filter(verb="merge").count() == 3
    assert {services.surviving(fresh(incident)) for incident in incidents} == {open_ones.get()}


def test_resolving_and_reopening_at_once_never_leaves_half_a_transition() -> None:
    incident, who = make_incident(level=3), make_person()
    services.acknowledge_incident(incident, actor=who, via="web")

    def act(number: int) -> Incident:
        if number % 2:
            return services.reopen_incident(fresh(incident), actor=who, via="web", reason="again")
        return services.resolve_incident(fresh(incident), actor=who, via="web", resolution="done", cause_class="known")

    answers, _refusals = all_at_once(act, 40)
    told = Event.objects.about(incident).filter(verb__in=["resolve", "reopen"])
    assert told.count() == len(answers)
    assert fresh(incident).version == Event.objects.about(incident).exclude(verb="report").count() + 1
    kinds = list(told.order_by("pk").values_list("verb", flat=True))
    assert kinds == ["resolve", "reopen"] * (len(kinds) // 2) + ["resolve"] * (len(kinds) % 2), "they take turns"
    is_over = fresh(incident).status == Status.RESOLVED
    assert fresh(incident).clocks.filter(kind="resolution", stopped_at=None).exists() is not is_over


def test_parents_and_children_handled_at_once_do_not_deadlock() -> None:
    who, parent, children = make_person(), make_incident(), [make_incident() for _ in range(3)]
    for each in (parent, *children):
        services.acknowledge_incident(each, actor=who, via="web")
    for child in children:
        services.set_parent(child, actor=who, via="web", parent=parent)

    def act(number: int) -> Incident:
        chosen = [parent, *children][number % 4]
        if number % 8 < 4:
            return services.hold_incident(fresh(chosen), actor=who, via="web", reason="the bank looks")
        return services.resume_incident(fresh(chosen), actor=who, via="web")

    all_at_once(act)
    for each in (parent, *children):
        row = fresh(each)
        is_paused = row.clocks.get(kind="resolution").pauses.filter(ended_at=None).exists()
        assert is_paused is (row.status == Status.PENDING)
