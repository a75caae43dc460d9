"""Problems from the first suspicion to the rule that outlasts them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Role
from incidents import services as incident_services
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, VersionConflict
from problems import services
from problems.models import KnownError, Problem, Status
from tests.factories import make_incident, make_person
from tests.problems.makers import KNOWN, close, make_problem, problem_in

pytestmark = pytest.mark.django_db


def verbs_of(record: Problem | Incident) -> list[str]:
    return [event.verb for event in Event.objects.about(record)]


def resolved_incident(cause_class: str = "unknown") -> Incident:
    incident, engineer = make_incident(), make_person()
    incident_services.acknowledge_incident(incident, actor=engineer, via="web")
    incident_services.recover_incident(incident, actor=engineer, via="web", workaround="restart")
    incident_services.resolve_incident(
        incident, actor=engineer, via="web", resolution="restarted", cause_class=cause_class
    )
    incident_services.confirm_incident(incident, actor=engineer, via="web", note="phone call")
    return incident


def test_a_problem_raised_from_an_incident_takes_over_its_context_and_keeps_the_link() -> None:
    incident, engineer = resolved_incident(), make_person()
    problem = services.raise_problem(actor=engineer, via="web", incident=incident)
    assert (problem.title, problem.service) == (incident.title, incident.service)
    assert incident.reference in problem.description
    assert "restarted" in problem.description
    assert list(problem.incidents.all()) == [incident]
    assert verbs_of(problem) == ["raise"]
    told = Event.objects.about(incident).get(verb="raise_problem")
    assert told.data["reference"] == problem.reference == f"PRB-{problem.pk}"


def test_an_incident_of_unknown_cause_closes_once_its_problem_is_raised() -> None:
    incident, engineer = resolved_incident(), make_person()
    with pytest.raises(TransitionRefused, match="problem"):
        incident_services.close_incident(incident, actor=engineer, via="web")
    services.raise_problem(actor=engineer, via="web", incident=incident)
    incident_services.close_incident(incident, actor=engineer, via="web")
    assert incident.status == "closed"


def test_a_problem_of_the_past_was_raised_then() -> None:
    then = clock.now() - timedelta(days=20)
    with clock.rehearse(then):
        problem = make_problem()
    problem.refresh_from_db()
    assert (problem.raised_at, problem.status_since) == (then, then)


def test_a_rejected_problem_closes_no_incident() -> None:
    incident, engineer = resolved_incident(), make_person()
    problem = services.raise_problem(actor=engineer, via="web", incident=incident)
    services.reject_problem(problem, actor=engineer, via="web", reason="no pattern")
    with pytest.raises(TransitionRefused, match="problem"):
        incident_services.close_incident(incident, actor=engineer, via="web")


def test_a_closed_incident_keeps_the_problem_that_it_needs() -> None:
    incident, engineer = resolved_incident(), make_person()
    problem = services.raise_problem(actor=engineer, via="web", incident=incident)
    incident_services.close_incident(incident, actor=engineer, via="web")
    with pytest.raises(InputRefused, match="needs this problem"):
        services.unlink_incident(problem, actor=engineer, via="web", incident=incident, reason="mistaken")
    with pytest.raises(InputRefused, match="needs this problem"):
        services.reject_problem(problem, actor=engineer, via="web", reason="no pattern")
    assert Problem.objects.get(pk=problem.pk).status == Status.LOGGED
    assert problem.incidents.count() == 1


def test_without_an_incident_title_and_service_are_required() -> None:
    with pytest.raises(InputRefused) as refused:
        services.raise_problem(actor=make_person(), via="web", title=" \n")
    assert set(refused.value.errors) == {"title", "service"}
    assert not Problem.objects.exists()


def test_many_incidents_are_linked_and_unlinked_with_a_trace_on_both_sides() -> None:
    problem, engineer, incident = make_problem(), make_person(), make_incident()
    services.link_incident(problem, actor=engineer, via="web", incident=incident)
    services.link_incident(problem, actor=engineer, via="web", incident=make_incident())
    with pytest.raises(InputRefused, match="already"):
        services.link_incident(problem, actor=engineer, via="web", incident=incident)
    services.unlink_incident(problem, actor=engineer, via="web", incident=incident, reason="another cause")
    assert problem.incidents.count() == 1
    assert verbs_of(problem) == ["raise", "link_incident", "link_incident", "unlink_incident"]
    assert verbs_of(incident)[-2:] == ["link_problem", "unlink_problem"]


def test_nothing_is_linked_to_a_rejected_problem() -> None:
    problem, incident = problem_in("rejected"), make_incident()
    with pytest.raises(InputRefused, match="rejected"):
        services.link_incident(problem, actor=make_person(), via="web", incident=incident)


@pytest.mark.parametrize("missing", ["cause", "workaround"])
def test_a_known_error_needs_a_cause_and_a_workaround(missing: str) -> None:
    problem = problem_in("investigating")
    with pytest.raises(InputRefused) as refused:
        services.mark_known_error(problem, actor=make_person(), via="web", **{**KNOWN, missing: "  "})
    assert set(refused.value.errors) == {missing}
    assert problem.status == Problem.objects.get().status == Status.INVESTIGATING
    assert not KnownError.objects.exists()


def test_a_workaround_reaches_the_open_incidents_and_only_those() -> None:
    open_one, closed_one = make_incident(), resolved_incident()
    problem = problem_in("investigating", incident=open_one)
    services.link_incident(problem, actor=None, via="system", incident=closed_one)
    services.mark_known_error(problem, actor=make_person(), via="web", **KNOWN)
    pushed = Event.objects.about(open_one).get(verb="receive_workaround")
    assert pushed.note == KNOWN["workaround"]
    assert "receive_workaround" not in verbs_of(closed_one)


def test_a_rewritten_known_error_counts_its_revisions_and_is_pushed_again() -> None:
    incident = make_incident()
    problem = problem_in("known_error", incident=incident)
    known = services.update_known_error(
        problem, actor=make_person(), via="web", cause="The index is missing", workaround="Add it by hand"
    )
    assert (known.revision, KnownError.objects.count()) == (2, 1)
    notes = [event.note for event in Event.objects.about(incident).filter(verb="receive_workaround")]
    assert notes == [KNOWN["workaround"], "Add it by hand"]


def test_a_problem_does_not_close_without_an_outcome() -> None:
    problem = problem_in("verifying")
    with pytest.raises(TransitionRefused, match="outcome"):
        services.close_problem(problem, actor=make_person(), via="web")


def test_only_a_waiver_closes_a_problem_whose_fix_was_not_verified() -> None:
    problem, engineer = problem_in("known_error"), make_person()
    services.record_outcome(problem, actor=engineer, via="web", outcome="rule", outcome_text="Rule 7")
    with pytest.raises(TransitionRefused, match="Verify"):
        services.close_problem(problem, actor=engineer, via="web")


def test_a_waiver_is_signed_by_somebody_else_before_the_problem_closes() -> None:
    problem, author, other = problem_in("known_error"), make_person(), make_person(Role.DEVELOPER)
    services.record_outcome(problem, actor=author, via="web", outcome="waiver", outcome_text="The product ends in May")
    with pytest.raises(TransitionRefused, match="sign"):
        services.close_problem(problem, actor=other, via="web")
    with pytest.raises(NotPermitted):
        services.sign_waiver(problem, actor=author, via="web")
    services.sign_waiver(problem, actor=other, via="web")
    services.close_problem(problem, actor=author, via="web")
    assert (problem.status, problem.signed_by) == (Status.CLOSED, other)


def test_a_new_outcome_needs_a_new_signature() -> None:
    problem, author, other = problem_in("known_error"), make_person(), make_person()
    services.record_outcome(problem, actor=author, via="web", outcome="waiver", outcome_text="It ends in May")
    services.sign_waiver(problem, actor=other, via="web")
    services.record_outcome(problem, actor=other, via="web", outcome="waiver", outcome_text="It ends some day")
    assert problem.signed_by is None
    with pytest.raises(TransitionRefused, match="sign"):
        services.close_problem(problem, actor=author, via="web")


def test_the_database_refuses_a_waiver_signed_by_its_author() -> None:
    problem, author = problem_in("known_error"), make_person()
    services.record_outcome(problem, actor=author, via="web", outcome="waiver", outcome_text="x")
    with pytest.raises(IntegrityError, match="problem_waiver_signed_by_another"), transaction.atomic():
        Problem.objects.filter(pk=problem.pk).update(signed_by=author)


def test_the_database_refuses_a_closed_problem_without_an_outcome() -> None:
    problem = problem_in("closed")
    with pytest.raises(IntegrityError, match="problem_closes_with_an_outcome"), transaction.atomic():
        Problem.objects.filter(pk=problem.pk).update(outcome="")


@pytest.mark.parametrize(
    ("status", "before"),
    [("known_error", "investigating"), ("fix_planned", "known_error"), ("verifying", "fix_planned")],
)
def test_a_problem_goes_back_a_step_with_a_reason(status: str, before: str) -> None:
    problem = problem_in(status)
    with pytest.raises(InputRefused):
        services.step_back_problem(problem, actor=None, via="web", reason=" ")
    services.step_back_problem(problem, actor=None, via="web", reason="it came back")
    assert problem.status == before


def test_a_reopened_problem_has_to_earn_its_end_anew() -> None:
    problem = problem_in("closed")
    services.reopen_problem(problem, actor=make_person(), via="web", reason="INC-9 is the same again")
    assert (problem.status, problem.outcome, problem.closed_at) == (Status.INVESTIGATING, "", None)
    services.mark_known_error(problem, actor=make_person(), via="web", **KNOWN)
    assert problem.known_error.revision == 2


def test_whoever_investigates_becomes_the_owner_where_nobody_was() -> None:
    problem, engineer, owner = make_problem(), make_person(), make_person()
    services.investigate_problem(problem, actor=engineer, via="web")
    assert problem.owner == engineer
    services.assign_problem(problem, actor=engineer, via="web", owner=owner)
    assert Problem.objects.get().owner == owner
    with pytest.raises(InputRefused):
        services.assign_problem(problem, actor=engineer, via="web", owner=make_person(Role.MANAGER))


@pytest.mark.parametrize("role", [Role.REPORTER, Role.MANAGER, Role.SERVICE_OWNER, Role.RD_LEADER])
def test_who_does_not_work_on_problems_may_not_write(role: str) -> None:
    person, incident = make_person(role), make_incident()
    problem = make_problem()
    with pytest.raises(NotPermitted):
        services.raise_problem(actor=person, via="web", incident=incident)
    with pytest.raises(NotPermitted):
        services.link_incident(problem, actor=person, via="web", incident=incident)
    with pytest.raises(NotPermitted):
        services.investigate_problem(problem, actor=person, via="web")


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.DEVELOPER, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR])
def test_who_works_on_problems_leads_them_to_the_end(role: str) -> None:
    person = make_person(role)
    problem = problem_in("closed", actor=person)
    assert problem.closed_at is not None
    assert problem.owner == person


def test_two_people_do_not_overwrite_each_other_unseen() -> None:
    problem = problem_in("investigating")
    seen = problem.version
    services.record_outcome(problem, actor=None, via="web", outcome="rule", outcome_text="Rule 7")
    with pytest.raises(VersionConflict):
        services.record_outcome(
            problem, actor=None, via="web", outcome="plan", outcome_text="Plan 3", expected_version=seen
        )
    assert Problem.objects.get().outcome == "rule"


def test_overdue_problems_are_found_until_they_end(clock) -> None:  # type: ignore[no-untyped-def]
    today = clock.now().date()
    late = make_problem(due_on=today.replace(year=today.year - 1))
    make_problem(due_on=today)
    make_problem()
    assert list(Problem.objects.overdue(today)) == [late]
    services.reject_problem(late, actor=None, via="web", reason="no pattern")
    assert not Problem.objects.overdue(today).exists()


def test_the_figures_count_each_incident_once(clock) -> None:  # type: ignore[no-untyped-def]
    problem = make_problem(incident=make_incident())
    clock.advance(days=40)
    recent = make_incident()
    services.link_incident(problem, actor=None, via="web", incident=recent)
    found: Any = Problem.objects.with_incident_figures(clock.now()).get()
    assert (found.incidents_in_all, found.incidents_of_30_days) == (2, 1)
    assert found.last_seen_at == recent.occurred_at


def test_a_closed_problem_leaves_the_open_ones() -> None:
    problem = problem_in("verifying")
    assert Problem.objects.open().count() == 1
    close(problem, actor=None, via="web")
    assert Problem.objects.open().count() == 0


@pytest.mark.parametrize(
    ("cause_class", "needs_one"), [("known", False), ("known_defect", True), ("recurring", True), ("unknown", True)]
)
def test_the_closing_duty_of_each_cause_class(cause_class: str, needs_one: bool) -> None:
    incident, engineer = resolved_incident(cause_class), make_person()
    if needs_one:
        with pytest.raises(TransitionRefused, match="Link a problem first"):
            incident_services.close_incident(incident, actor=engineer, via="web")
        services.raise_problem(actor=engineer, via="web", incident=incident)
    incident_services.close_incident(incident, actor=engineer, via="web")
    assert incident.status == "closed"
