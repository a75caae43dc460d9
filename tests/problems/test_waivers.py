"""Waivers that hold until a day: the day after, somebody is asked again, and nothing is forgotten."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from lifecycle import clock as time
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, TransitionRefused
from notifications.cycle import run_cycle
from notifications.models import Delivery
from problems import services
from problems.models import Problem, Status
from problems.services.waivers import end_waivers
from reports.meeting.agenda import entries_of
from tests.clock import Clock
from tests.factories import make_person
from tests.problems.makers import make_problem, problem_in
from tests.reports.meetings import make_meeting

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 12, 10, 12, tzinfo=UTC)
LAST_DAY = date(2026, 12, 12)


@pytest.fixture(autouse=True)
def at_noon(clock: Clock) -> None:
    clock.set(NOON)


def waive(problem: Problem, author: Person, signer: Person, ends_on: date | None = LAST_DAY) -> Problem:
    """Lead it from "investigating" to "closed" by a waiver."""
    text = "The old terminals are sold by then"
    who: dict[str, Any] = {"actor": author, "via": "web"}
    services.record_outcome(problem, outcome="waiver", outcome_text=text, waiver_ends_on=ends_on, **who)
    services.sign_waiver(problem, actor=signer, via="web")
    return services.close_problem(problem, **who)


def waived(owner: Person | None = None, ends_on: date | None = LAST_DAY, signer: Person | None = None) -> Problem:
    problem = make_problem(owner=owner)
    author = make_person()
    services.investigate_problem(problem, actor=author, via="web")
    return waive(problem, author, signer or make_person(Role.INCIDENT_MANAGER), ends_on)


def ended(problem: Problem) -> bool:
    return Event.objects.about(problem).filter(verb="end_waiver").exists()


def test_on_its_last_day_it_holds_and_on_the_next_it_is_over_once(clock: Clock) -> None:
    problem, other, endless = waived(), waived(ends_on=LAST_DAY + timedelta(days=30)), waived(ends_on=None)
    clock.set(datetime(2026, 12, 12, 23, 59, tzinfo=UTC))
    assert end_waivers() == 0
    clock.advance(minutes=2)
    assert (end_waivers(), end_waivers()) == (1, 0)
    assert [ended(each) for each in (problem, other, endless)] == [True, False, False]
    problem.refresh_from_db()
    assert problem.status == Status.CLOSED  # people decide, not the clock
    assert list(Problem.objects.waiver_over()) == [problem]


def test_the_owner_and_who_signed_are_asked_by_mail(clock: Clock) -> None:
    owner, signer = make_person(name="Olga Owner"), make_person(Role.INCIDENT_MANAGER, name="Sam Signer")
    problem = waived(owner, signer=signer)
    clock.advance(days=4)
    run_cycle("test")
    run_cycle("test")
    mails = {mail.recipient: mail for mail in Delivery.objects.filter(purpose="action")}
    assert set(mails) == {owner, signer}
    assert problem.title in mails[owner].subject
    for words in (problem.reference, "until 2026-12-12", "The old terminals are sold by then", "Signed by: Sam Signer"):
        assert words in mails[owner].body


def test_where_neither_is_there_any_more_the_incident_managers_are_asked(clock: Clock) -> None:
    owner, signer = make_person(language="zh-hans"), make_person()
    manager = make_person(Role.INCIDENT_MANAGER)
    waived(owner, signer=signer)
    Person.objects.filter(pk__in=[owner.pk, signer.pk]).update(is_active=False)
    clock.advance(days=4)
    end_waivers()
    assert {mail.recipient for mail in Delivery.objects.filter(purpose="action")} == {manager}


def test_every_meeting_has_it_until_it_is_reopened_and_borne_anew(client: Client, clock: Clock) -> None:
    engineer, signer = make_person(), make_person(Role.INCIDENT_MANAGER)
    problem = waived(engineer, signer=signer)
    client.force_login(engineer)
    assert "It holds until 2026-12-12." in client.get(problem.get_absolute_url()).content.decode()
    clock.advance(days=4)
    end_waivers()
    why = {}
    for day in range(2):
        meeting = make_meeting(status="ended")
        why[day] = [entry.facts["why"] for _slug, entry in entries_of(meeting.agenda) if entry.kind == "problem"]
        clock.advance(days=1)
    assert why == {0: ["waiver_over"], 1: ["waiver_over"]}
    page = client.get(problem.get_absolute_url()).content.decode()
    assert "The waiver that closed this problem ended on 2026-12-12." in page
    assert f"/problems/{problem.pk}/reopen/" in page
    table = client.get("/problems/?view=table&status=waiver_over").content.decode()
    assert problem.title in table
    assert "waiver over" in client.get("/problems/").content.decode()
    shown = client.get(f"/api/v1/problems/{problem.pk}/").json()
    assert (shown["waiver_ends_on"], shown["waiver_over_at"] is not None) == ("2026-12-12", True)
    services.reopen_problem(problem, actor=engineer, via="web", reason="The terminals are still there")
    assert (problem.waiver_ends_on, problem.waiver_over_at, problem.outcome) == (None, None, "")
    assert problem.status == Status.INVESTIGATING
    waive(problem, engineer, signer, time.now().date() + timedelta(days=7))
    assert not Problem.objects.waiver_over().exists()
    clock.advance(days=8)
    assert end_waivers() == 1  # the new one ends too


def test_only_a_waiver_has_an_end_and_it_lies_ahead(client: Client) -> None:
    engineer, problem = make_person(), problem_in(Status.INVESTIGATING)
    asked: dict[str, Any] = {"actor": engineer, "via": "web", "outcome_text": "Rule 7"}
    with pytest.raises(InputRefused, match="Only a waiver has an end"):
        services.record_outcome(problem, outcome="rule", waiver_ends_on=LAST_DAY, **asked)
    with pytest.raises(InputRefused, match="today or a later day"):
        services.record_outcome(problem, outcome="waiver", waiver_ends_on=date(2026, 12, 9), **asked)
    client.force_login(engineer)
    form = {"outcome": "waiver", "outcome_text": "Sold soon", "waiver_ends_on": "2026-12-09"}
    answer = client.post(f"/problems/{problem.pk}/record_outcome/", form)
    assert answer.status_code == 400
    for words in ("Choose today or a later day.", "Sold soon", "2026-12-09"):
        assert words in answer.content.decode()
    address = f"/api/v1/problems/{problem.pk}/record_outcome/"
    assert client.post(address, {**form, "waiver_ends_on": "soon"}, content_type="application/json").status_code == 400
    good = client.post(address, {**form, "waiver_ends_on": "2026-12-10"}, content_type="application/json")
    assert (good.status_code, good.json()["waiver_ends_on"]) == (200, "2026-12-10")


def test_a_waiver_that_is_over_before_it_was_signed_closes_nothing(clock: Clock) -> None:
    engineer, problem = make_person(), problem_in(Status.INVESTIGATING)
    services.record_outcome(
        problem, actor=engineer, via="web", outcome="waiver", outcome_text="Sold soon", waiver_ends_on=LAST_DAY
    )
    services.sign_waiver(problem, actor=make_person(), via="web")
    clock.advance(days=3)
    with pytest.raises(TransitionRefused, match="The waiver is over"):
        services.close_problem(problem, actor=engineer, via="web")
    assert end_waivers() == 0  # it closed nothing
    services.record_outcome(problem, actor=engineer, via="web", outcome="rule", outcome_text="Rule 7")
    assert problem.waiver_ends_on is None


def test_the_database_refuses_the_end_of_what_is_no_waiver() -> None:
    problem = problem_in(Status.CLOSED)
    with pytest.raises(IntegrityError, match="problem_only_a_waiver_ends"), transaction.atomic():
        Problem.objects.filter(pk=problem.pk).update(waiver_ends_on=LAST_DAY)


def test_figures_above_the_board_lead_to_their_rows(client: Client, clock: Clock) -> None:
    client.force_login(make_person())
    late, waiting, over = make_problem(title="Late one"), make_problem(title="In time"), waived()
    Problem.objects.filter(pk=late.pk).update(due_on=date(2026, 12, 1))
    clock.advance(days=4)
    end_waivers()
    board = client.get("/problems/").content.decode()
    rows = {"open": {late, waiting}, "overdue": {late}, "waiver_over": {over}}
    for word, expected in rows.items():
        assert f"status={word}" in board
        found = client.get(f"/problems/?view=table&status={word}").context["page"].object_list
        assert set(found) == expected


def count(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code == 200
    return len(captured)


def test_the_list_of_them_costs_as_many_queries_for_many_as_for_few(client: Client, clock: Clock) -> None:
    client.force_login(make_person())
    address = "/problems/?view=table&status=waiver_over"
    waived()
    clock.advance(days=4)
    end_waivers()
    client.get(address)
    few = count(lambda: client.get(address))
    for _number in range(4):
        waived(ends_on=time.now().date())
    clock.advance(days=1)
    assert end_waivers() == 4
    assert count(lambda: client.get(address)) == few
