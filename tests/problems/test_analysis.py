"""Why it happened, where the fix is made, and how much it matters."""

from datetime import timedelta
from typing import Any

import pytest

from catalog.models import Role
from incidents.models import Impact as ImpactInterval
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from problems.models import Cause, ChangeLink, Factor, Problem, Why
from problems.ranking import Impact, impact_of
from problems.services import analysis
from tests.factories import acting, make_incident, make_person
from tests.problems.makers import make_problem, problem_in

pytestmark = pytest.mark.django_db


def test_five_whys_lead_to_a_root_cause() -> None:
    problem, who, above = make_problem(), acting(), None
    cause = Cause.objects.get(slug="process-missing-review")
    for text in ("The page hung", "A query was slow", "It had no index", "Nobody looked at it", "Reviews are optional"):
        is_root = text.startswith("Reviews")
        analysis.add_why(problem, text=text, parent=above, cause=cause if is_root else None, is_root=is_root, **who)
        above = Why.objects.get(text=text)
    assert Why.objects.get(is_root=True).cause == cause
    told = Event.objects.about(problem).filter(verb="add_why")
    assert [event.note for event in told][-1] == "Reviews are optional"
    assert told.last().data["is_root"] is True  # type: ignore[union-attr]


def test_taking_an_answer_away_takes_those_below_it() -> None:
    problem, who = make_problem(), acting()
    analysis.add_why(problem, text="One", **who)
    top = Why.objects.get()
    analysis.add_why(problem, text="Two", parent=top, **who)
    analysis.remove_why(problem, why=top, **who)
    assert not Why.objects.exists()
    assert Event.objects.about(problem).get(verb="remove_why").note == "One"


def test_a_tree_is_ten_deep_at_most_and_stays_within_its_problem() -> None:
    problem, who, above = make_problem(), acting(), None
    for number in range(10):
        analysis.add_why(problem, text=str(number), parent=above, **who)
        above = Why.objects.get(text=str(number))
    with pytest.raises(InputRefused, match="deep"):
        analysis.add_why(problem, text="11", parent=above, **who)
    with pytest.raises(InputRefused, match="another problem"):
        analysis.add_why(make_problem(), text="x", parent=above, **who)
    with pytest.raises(InputRefused, match="another problem"):
        analysis.remove_why(make_problem(), why=Why.objects.earliest("pk"), **who)


def test_factors_are_classed_and_an_idle_cause_is_refused() -> None:
    problem, who = make_problem(), acting()
    cause = Cause.objects.get(slug="capacity-unexpected-load")
    analysis.add_factor(problem, cause=cause, text="A sale", **who)
    analysis.remove_factor(problem, factor=Factor.objects.get(), **who)
    assert not Factor.objects.exists()
    Cause.objects.filter(pk=cause.pk).update(is_active=False)
    with pytest.raises(InputRefused, match="no longer offered"):
        analysis.add_factor(problem, cause=Cause.objects.get(pk=cause.pk), text="A sale", **who)
    with pytest.raises(InputRefused):
        analysis.add_factor(problem, cause=Cause.objects.exclude(pk=cause.pk)[0], text="  ", **who)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.com/1",
        "//example.com/1",
        "https://user:secret@example.com/1",
        "https://",
        "example.com/1",
        "",
        "https://example.com/" + "a" * 500,
        "https://exa mple.com/",
        "https://example.com/\n1",
    ],
)
def test_only_web_addresses_are_linked(url: str) -> None:
    with pytest.raises(InputRefused) as refused:
        analysis.link_change(make_problem(), kind="change", url=url, **acting())
    assert set(refused.value.errors) == {"url"}
    assert not ChangeLink.objects.exists()


def test_a_pull_request_is_linked_once_and_can_be_unlinked() -> None:
    problem, who = make_problem(), acting()
    url = "https://git.example.com/pay/pulls/12"
    analysis.link_change(problem, kind="pull_request", url=f" {url} ", title="Add the\nindex", **who)
    assert (ChangeLink.objects.get().url, ChangeLink.objects.get().title) == (url, "Add the index")
    with pytest.raises(InputRefused, match="already"):
        analysis.link_change(problem, kind="change", url=url, **who)
    with pytest.raises(InputRefused, match="kinds"):
        analysis.link_change(problem, kind="poem", url=f"{url}3", **who)
    analysis.unlink_change(problem, change=ChangeLink.objects.get(), **who)
    assert not ChangeLink.objects.exists()


@pytest.mark.parametrize("status", ["closed", "rejected"])
def test_a_problem_that_is_over_takes_no_new_lines(status: str) -> None:
    problem = problem_in(status)
    with pytest.raises(TransitionRefused, match="over"):
        analysis.add_why(problem, text="x", **acting())
    assert not Why.objects.exists()


@pytest.mark.parametrize("role", [Role.REPORTER, Role.SERVICE_OWNER])
def test_who_does_not_work_on_problems_writes_nothing(role: str) -> None:
    person, problem = make_person(role), make_problem()
    with pytest.raises(NotPermitted):
        analysis.add_why(problem, actor=person, via="web", text="x")
    with pytest.raises(NotPermitted):
        analysis.link_change(problem, actor=person, via="web", kind="change", url="https://example.com")


def test_the_priority_is_the_sum_of_what_the_incidents_did() -> None:
    now = clock.now()
    problem = make_problem()
    for hours, users in ((2, 300), (1, 0)):
        incident = make_incident()
        start = now - timedelta(hours=hours)
        Incident.objects.filter(pk=incident.pk).update(occurred_at=start, reported_at=start, recovered_at=now)
        ImpactInterval.objects.create(
            incident=incident, started_at=start, ended_at=now, affected_users=users, source="person"
        )
        problem.incidents.add(incident)
    idle = make_incident()
    Incident.objects.filter(pk=idle.pk).update(is_drill=True)
    problem.incidents.add(idle)
    found: Any = Problem.objects.with_impact(now).get(pk=problem.pk)
    impact = impact_of(found)
    assert [impact.uv_minutes, impact.incidents, impact.hours] == pytest.approx([36_000, 2, 3])
    assert found.points == pytest.approx(impact.points) == pytest.approx(52)
    assert impact.priority == 2
    assert impact.arithmetic == "36,000 / 1,000 × 1 + 2 × 5 + 3.0 × 2 = 52.0"


def test_a_problem_without_incidents_weighs_nothing() -> None:
    found: Any = Problem.objects.with_impact(clock.now()).get(pk=make_problem().pk)
    assert (found.points, impact_of(found).priority) == (0, 4)


@pytest.mark.parametrize(("incidents", "priority"), [(0, 4), (1, 4), (2, 3), (6, 2), (19, 2), (20, 1)])
def test_priorities_begin_at_their_points(incidents: int, priority: int) -> None:
    assert Impact(0, incidents, timedelta(0)).priority == priority
