"""Runs: due once, claimed once, fed, closed, and what a failure leaves alone."""

from datetime import timedelta
from typing import Any

import pytest

from catalog.models import Role
from detection.inspections.kinds import Fact
from detection.inspections.services import (
    edit_inspection,
    run_due_inspections,
    run_now,
    settle_finding,
    switch_inspection,
)
from detection.inspections.services.running import (
    GIVEN_UP_AFTER,
    carry_out,
    claim_next,
    give_up_lost_runs,
    keep,
)
from detection.models import Inspection, InspectionRun
from detection.sources import SourceError
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, VersionConflict
from tests.detection.inspections.makers import SHOWN, make_inspection, run, seen_by, show
from tests.factories import acting, make_person, make_service

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def nothing_else_is_due() -> None:
    Inspection.objects.update(is_active=False, next_run_at=None)
    show()


def figures(row: InspectionRun) -> tuple[int, int, int]:
    return row.new, row.still, row.gone


def test_the_same_thing_found_again_feeds_the_same_finding_until_it_is_gone() -> None:
    service = make_service()
    inspection = make_inspection(days_until_due=3, risk="high")
    show(Fact("a", "A is bad", "why", service=service.pk), Fact("b", "B\nis bad"))
    assert figures(run(inspection)) == (2, 0, 0)
    first, second = inspection.findings.order_by("title")
    today = clock.now().date()
    assert (first.owner, first.due_on, first.risk) == (service.owner, today + timedelta(days=3), "high")
    assert (second.owner, second.title, second.service) == (None, "B is bad", None)
    show(Fact("a", "A is worse", service=service.pk))
    assert figures(run(inspection)) == (0, 1, 1)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.title, first.times_seen, first.status) == ("A is worse", 2, "open")
    assert (second.status, second.periods.get().ended_at) == ("closed", second.status_since)
    show(Fact("b", "B is bad"))
    assert figures(run(inspection)) == (0, 1, 1)
    second.refresh_from_db()
    assert (second.status, second.periods.count(), second.times_seen) == ("open", 2, 2)
    assert [event.verb for event in Event.objects.about(second)] == ["find", "close", "reappear"]


def test_what_is_said_to_be_done_is_seen_again_or_closed() -> None:
    inspection = make_inspection()
    show(Fact("a", "A"), Fact("b", "B"))
    run(inspection)
    for finding in inspection.findings.all():
        settle_finding(finding, note="Done.", **acting())
    show(Fact("a", "A"))
    run(inspection)
    assert dict(inspection.findings.values_list("title", "status")) == {"A": "open", "B": "closed"}


def test_a_run_that_began_before_the_work_was_done_says_nothing_of_it() -> None:
    inspection = make_inspection()
    show(Fact("a", "A"))
    run(inspection)
    run_now(inspection, **acting())
    claimed = claim_next()
    settle_finding(inspection.findings.get(), note="Done.", **acting())
    assert claimed is not None
    carry_out(claimed)
    assert inspection.findings.get().status == "done"


def test_what_could_not_be_judged_is_left_as_it_is() -> None:
    inspection = make_inspection()
    show(Fact("a", "A"), Fact("b", "B"))
    run(inspection)
    show(unknown=("a",))
    done = run(inspection)
    assert (figures(done), done.unknown, seen_by(inspection)) == ((0, 0, 1), 1, ["A"])


@pytest.mark.parametrize(
    ("error", "words"),
    [(SourceError("The source did not answer in time."), "in time"), (ZeroDivisionError("oops"), "ZeroDivisionError")],
)
def test_a_failure_is_told_and_closes_nothing(error: Exception, words: str) -> None:
    inspection = make_inspection()
    show(Fact("a", "A"))
    run(inspection)
    SHOWN["seen"] = error
    failed = run(inspection)
    assert (failed.status, seen_by(inspection)) == ("failed", ["A"])
    assert words in failed.error
    told = Event.objects.about(inspection).get(verb="fail_run")
    assert words in told.note


def test_an_outage_is_caught_up_with_one_run_and_nobody_runs_twice() -> None:
    inspection = make_inspection(frequency="cron", cron="*/5 * * * *")
    Inspection.objects.filter(pk=inspection.pk).update(next_run_at=clock.now() - 12 * HOUR)
    claimed = claim_next()
    assert claimed is not None
    assert claim_next() is None
    inspection.refresh_from_db()
    assert inspection.next_run_at is not None
    assert clock.now() < inspection.next_run_at <= clock.now() + timedelta(minutes=5)
    carry_out(claimed)
    assert (run_due_inspections(), inspection.runs.count()) == (0, 1)


def test_a_run_that_lost_its_worker_is_repeated_and_its_late_answer_is_not_kept() -> None:
    inspection = make_inspection()
    run_now(inspection, **acting())
    lost = claim_next()
    assert lost is not None
    InspectionRun.objects.filter(pk=lost.pk).update(started_at=clock.now() - GIVEN_UP_AFTER - HOUR)
    show(Fact("a", "A"))
    assert run_due_inspections() == 1
    assert [row.status for row in inspection.runs.all()] == ["finished", "failed"]
    show()
    keep(lost, SHOWN["seen"], today=clock.now().date())
    assert (seen_by(inspection), give_up_lost_runs()) == (["A"], 0)


def test_an_inspection_that_loses_worker_after_worker_waits_for_its_schedule() -> None:
    inspection = make_inspection(frequency="cron", cron="0 3 * * *")
    run_now(inspection, **acting())
    for _time in range(2):
        lose()
        assert give_up_lost_runs() == 1
        assert Inspection.objects.due().get() == inspection
    lose()
    assert give_up_lost_runs() == 1
    inspection.refresh_from_db()
    assert not Inspection.objects.due().exists()
    assert inspection.next_run_at is not None
    assert inspection.next_run_at > clock.now()
    assert "for the last 3 times" in inspection.runs.first().error  # type: ignore[union-attr]
    run_now(inspection, **acting())
    lose()
    give_up_lost_runs()
    assert not Inspection.objects.due().exists(), "it has not run well since"
    run(inspection)
    Inspection.objects.filter(pk=inspection.pk).update(next_run_at=clock.now())
    lose()
    give_up_lost_runs()
    assert Inspection.objects.due().get() == inspection, "it has run well since"


def lose() -> None:
    """What is due is claimed by a worker that is gone long since."""
    lost = claim_next()
    assert lost is not None
    InspectionRun.objects.filter(pk=lost.pk).update(started_at=clock.now() - GIVEN_UP_AFTER - HOUR)


def test_a_disabled_one_runs_only_when_it_is_asked_to() -> None:
    inspection = make_inspection()
    switch_inspection(inspection, is_active=False, **acting())
    assert inspection.next_run_at is None
    run_now(inspection, **acting())
    assert run_due_inspections() == 1
    inspection.refresh_from_db()
    assert (inspection.next_run_at, inspection.asked_by) == (None, None)
    switch_inspection(inspection, is_active=True, **acting())
    assert inspection.next_run_at is not None


def test_too_much_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detection.inspections.services.running.MOST_FINDINGS", 2)
    inspection = make_inspection()
    show(*(Fact(str(number), "X") for number in range(3)))
    assert "more than 2" in run(inspection).error


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"frequency": "cron", "cron": "often"}, "cron"),
        ({"frequency": "hourly"}, "frequency"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"days_until_due": 5000}, "days_until_due"),
        ({"is_active": True, "status": "x"}, "status"),
        ({"parameters": []}, "parameters"),
        ({"parameters": {"surprise": 1}}, "parameters"),
        ({"kind": "nothing"}, "kind"),
    ],
)
def test_what_cannot_be_is_refused_by_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputRefused) as refused:
        make_inspection(**changes)
    assert set(refused.value.errors) == {field}


def test_changes_are_kept_with_who_made_them() -> None:
    alice = make_person()
    inspection = make_inspection(kind="problem_overdue", parameters={"days": 3})
    edit_inspection(inspection, parameters={"days": "5"}, frequency="weekly", weekday=1, **acting(alice))
    assert (inspection.parameters, inspection.expression) == ({"days": 5}, "0 7 * * 1")
    assert inspection.next_run_at is not None
    assert inspection.next_run_at.isoweekday() == 1
    told = Event.objects.about(inspection).get(verb="edit")
    assert (told.actor, told.data) == (alice, {"changed": ["frequency", "parameters"]})
    with pytest.raises(VersionConflict):
        edit_inspection(inspection, name="Other", expected_version=1, **acting(alice))
    for role in (Role.DEVELOPER, Role.MANAGER, Role.REPORTER):
        with pytest.raises(NotPermitted):
            edit_inspection(inspection, name="Other", **acting(make_person(role)))
