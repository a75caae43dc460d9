"""Solutions of major incidents: four eyes, in time, and loud where an emergency could not wait."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from incidents import services
from incidents.models import HandlingPolicy, Incident, Solution, SolutionStatus
from incidents.presentation.differences import differences
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, declared, perform
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service

pytestmark = pytest.mark.django_db

TABLE = {"approve": {"proposed", "bypassed"}, "reject": {"proposed", "bypassed"}, "bypass": {"proposed"}}
REFUSED = [
    (verb, status) for verb, sources in TABLE.items() for status in SolutionStatus.values if status not in sources
]


@pytest.fixture
def engineer() -> Person:
    return make_person(name="Alice")


@pytest.fixture
def manager() -> Person:
    return make_person(Role.INCIDENT_MANAGER, name="Mona")


def propose(actor: Person, incident: Incident | None = None, text: str = "Revert the index") -> Solution:
    return services.propose_solution(incident or make_incident(level=1), actor=actor, via="web", text=text)


def solution_in(status: str) -> Solution:
    solution = propose(make_person())
    who: dict[str, Any] = {"actor": make_person(Role.INCIDENT_MANAGER), "via": "web"}
    if status == "approved":
        services.approve_solution(solution, **who)
    if status == "rejected":
        services.reject_solution(solution, reason="too risky", **who)
    if status == "bypassed":
        services.bypass_solution(solution, reason="money is lost", **who)
    assert solution.status == status
    return solution


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def reminded(incident: Incident) -> list[str]:
    services.fire_reminders()
    events = Event.objects.about(incident).filter(verb="remind", data__has_key="solution").order_by("pk")
    return [event.data["kind"] for event in events]


# --- Transitions and four eyes ----------------------------------------------------------------------------


def test_the_declared_transitions_of_a_solution_equal_the_table() -> None:
    found: dict[str, set[str]] = {}
    for transition in declared(Solution):
        found.setdefault(transition.name, set()).add(str(transition.source))
    assert found == TABLE


@pytest.mark.parametrize(("verb", "status"), REFUSED)
def test_a_verb_is_refused_from_every_other_status(verb: str, status: str) -> None:
    solution = solution_in(status)
    with pytest.raises(TransitionRefused) as refused:
        perform(solution, verb, actor=None, via="web")
    assert refused.value.status == status
    solution.refresh_from_db()
    assert solution.status == status


def test_a_manager_never_decides_about_their_own_proposal(manager: Person) -> None:
    solution = propose(manager)
    decisions: list[tuple[Any, dict[str, str]]] = [
        (services.approve_solution, {}),
        (services.reject_solution, {"reason": "x"}),
    ]
    for decide, values in decisions:
        with pytest.raises(NotPermitted):
            decide(solution, actor=manager, via="web", **values)


def test_the_proposer_is_nobodys_delegate(manager: Person) -> None:
    proposer = make_person(Role.INCIDENT_MANAGER)
    solution = propose(proposer)
    with pytest.raises(InputRefused) as refused:
        services.delegate_solution(solution, actor=manager, via="web", person=proposer)
    assert set(refused.value.errors) == {"person"}
    with pytest.raises(NotPermitted):
        services.delegate_solution(solution, actor=proposer, via="web", person=manager)


# --- Asking and delegating --------------------------------------------------------------------------------


def test_a_question_and_its_answer_stand_on_the_timeline(engineer: Person, manager: Person) -> None:
    solution = propose(engineer)
    services.ask_solution(solution, actor=manager, via="web", question="Is there a way back?")
    services.answer_solution(solution, actor=engineer, via="web", answer="Yes, the old index stays.")
    asked, answered = Event.objects.filter(verb__in=("ask_solution", "answer_solution")).order_by("pk")
    assert (asked.note, asked.data["mentions"]) == ("Is there a way back?", [engineer.pk])
    assert (answered.note, answered.data["mentions"]) == ("Yes, the old index stays.", [manager.pk])
    page = text_of(signed_in(manager), solution.get_absolute_url())
    assert "Is there a way back?" in page
    assert "Yes, the old index stays." in page


def test_a_question_needs_words_and_an_incident_manager(engineer: Person, manager: Person) -> None:
    solution = propose(engineer)
    with pytest.raises(InputRefused):
        services.ask_solution(solution, actor=manager, via="web", question=" ")
    with pytest.raises(NotPermitted):
        services.ask_solution(solution, actor=engineer, via="web", question="why?")


def test_whoever_is_asked_to_decide_is_named_and_any_manager_still_may(engineer: Person, manager: Person) -> None:
    other = make_person(Role.INCIDENT_MANAGER)
    solution = propose(engineer)
    services.delegate_solution(solution, actor=manager, via="web", person=other)
    solution.refresh_from_db()
    assert solution.asked_of == other
    services.approve_solution(solution, actor=manager, via="web")
    assert solution.decided_by == manager


def test_an_engineer_is_nobodys_delegate(engineer: Person, manager: Person) -> None:
    with pytest.raises(InputRefused):
        services.delegate_solution(propose(make_person()), actor=manager, via="web", person=engineer)


@pytest.mark.parametrize("status", ["approved", "rejected"])
def test_after_the_decision_nothing_is_asked(status: str, manager: Person) -> None:
    solution = solution_in(status)
    with pytest.raises(TransitionRefused, match="decided already"):
        services.ask_solution(solution, actor=manager, via="web", question="why?")
    with pytest.raises(TransitionRefused, match="decided already"):
        services.delegate_solution(solution, actor=manager, via="web", person=make_person(Role.INCIDENT_MANAGER))


# --- Deadlines --------------------------------------------------------------------------------------------


def test_a_decision_is_due_when_the_policy_says(engineer: Person, clock: Clock) -> None:
    policy = HandlingPolicy.current()
    solution = propose(engineer)
    assert solution.decision_due_at == solution.proposed_at + policy.decision_target
    clock.advance(policy.decision_target)
    clock.advance(seconds=1)
    assert reminded(solution.incident) == ["decision_due"]


def test_a_decided_solution_is_not_reminded_of(engineer: Person, manager: Person, clock: Clock) -> None:
    solution = propose(engineer)
    services.approve_solution(solution, actor=manager, via="web")
    clock.advance(hours=2)
    assert reminded(solution.incident) == []


def test_only_major_incidents_wait_for_a_decision(engineer: Person, clock: Clock) -> None:
    solution = propose(engineer, make_incident(level=2))
    clock.advance(hours=2)
    assert reminded(solution.incident) == []


def test_an_approval_that_does_not_follow_an_emergency_is_loud_until_it_does(
    engineer: Person, manager: Person, clock: Clock
) -> None:
    solution = propose(engineer)
    services.bypass_solution(solution, actor=engineer, via="web", reason="money is lost")
    assert solution.approval_due_at is not None
    clock.advance(days=1, seconds=1)
    assert reminded(solution.incident) == ["retro_approval"]
    clock.advance(days=1)
    assert reminded(solution.incident) == ["retro_approval"] * 2
    client = signed_in(manager)
    assert "approval was due" in text_of(client, solution.incident.get_absolute_url())
    assert "approval is overdue" in text_of(client, solution.get_absolute_url())
    assert 'class="decision is-bad"' in text_of(client, "/approvals/")
    services.approve_solution(solution, actor=manager, via="web")
    clock.advance(days=1)
    assert reminded(solution.incident) == ["retro_approval"] * 2
    assert "approval was due" not in text_of(client, solution.incident.get_absolute_url())


def test_the_policy_sets_the_time_for_the_approval_after_an_emergency(engineer: Person) -> None:
    HandlingPolicy.objects.update_or_create(pk=1, defaults={"retro_approval": "2:00:00"})
    solution = propose(engineer)
    services.bypass_solution(solution, actor=engineer, via="web", reason="money is lost")
    event = Event.objects.get(verb="bypass_solution")
    assert solution.approval_due_at is not None
    assert abs((solution.approval_due_at - event.recorded_at).total_seconds() - 7200) < 5


def test_recovery_waits_for_no_approval(engineer: Person) -> None:
    incident = make_incident(level=1)
    propose(engineer, incident)
    services.recover_incident(incident, actor=engineer, via="web")
    assert incident.recovered_at is not None


# --- The page of a solution -------------------------------------------------------------------------------


def test_the_page_shows_what_changed_since_the_proposal_before(engineer: Person, manager: Person) -> None:
    incident = make_incident(level=1)
    propose(engineer, incident, "Revert the index now")
    second = propose(engineer, incident, "Revert the cache now")
    page = text_of(signed_in(manager), second.get_absolute_url())
    assert "<del>index </del>" in page
    assert "<ins>cache </ins>" in page


def test_markup_in_a_proposal_is_text(engineer: Person, manager: Person) -> None:
    incident = make_incident(level=1)
    propose(engineer, incident, "one")
    second = propose(engineer, incident, "<script>alert(1)</script>")
    page = text_of(signed_in(manager), second.get_absolute_url())
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a b", "a b", [("same", "a b")]),
        ("", "a", [("added", "a")]),
        ("a", "", [("removed", "a")]),
        ("\u56de\u6eda\u7d22\u5f15", "\u56de\u6eda\u7f13\u5b58", None),
    ],
)
def test_differences_are_told_by_words(before: str, after: str, expected: Any) -> None:
    parts = [(part.kind, part.text) for part in differences(before, after)]
    if expected is not None:
        assert parts == expected
    else:
        assert [kind for kind, _text in parts] == ["same", "removed", "added"]
    assert "".join(text for kind, text in parts if kind != "removed") == after


def test_long_texts_are_compared_all_the_same() -> None:
    before = "\n".join("word " * 40 for _line in range(100))
    assert "".join(part.text for part in differences(before, before + "\nmore") if part.kind != "removed") == (
        before + "\nmore"
    )
    assert differences("x\n" * 5000, "y\n" * 5000)[0].kind == "removed"


def test_whoever_may_not_see_the_incident_finds_no_solution(engineer: Person) -> None:
    solution = propose(engineer)
    services.restrict_incident(solution.incident, actor=engineer, via="web", is_restricted=True)
    for stranger in (make_person(Role.REPORTER), make_person(Role.DEVELOPER)):
        client = signed_in(stranger)
        assert client.get(solution.get_absolute_url()).status_code == 404
        assert client.post(f"{solution.get_absolute_url()}bypass/", {"reason": "x"}).status_code == 404
        assert client.get("/approvals/").content.decode().count(solution.text) == 0


# --- Approvals --------------------------------------------------------------------------------------------


def fill(engineer: Person, manager: Person, times: int) -> None:
    """Of everything that waits, that many."""
    service = make_service()
    for number in range(times):
        major = make_incident(level=1, service=service)
        propose(engineer, major, f"solution {number}")
        bypassed = propose(engineer, major, f"bypassed {number}")
        services.bypass_solution(bypassed, actor=engineer, via="web", reason="money")
        services.propose_major(make_incident(service=service), actor=engineer, via="web", reason=f"many calls {number}")
        services.recover_incident(major, actor=engineer, via="web")
        services.resolve_incident(major, actor=engineer, via="web", resolution="done", cause_class="known")
        report = major.major_report
        texts: dict[str, Any] = dict.fromkeys(
            ("summary", "impact", "timeline", "cause", "actions", "lessons"), f"text {number}"
        )
        services.write_report(report, actor=manager, via="web", **texts)
        services.submit_report(report, actor=manager, via="web")
        propose(engineer, make_incident(level=1, service=service), f"open {number}")


def count_queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/approvals/").status_code == 200
    return len(queries)


def test_the_approvals_cost_the_same_for_few_and_for_many(engineer: Person, manager: Person) -> None:
    other = signed_in(make_person(Role.INCIDENT_MANAGER))
    fill(engineer, manager, 1)
    few = count_queries(other)
    fill(engineer, manager, 6)
    assert count_queries(other) == few
    assert few <= 16


def test_the_list_holds_everything_that_waits_by_deadline(engineer: Person, manager: Person, clock: Clock) -> None:
    fill(engineer, manager, 1)
    page = text_of(signed_in(make_person(Role.INCIDENT_MANAGER)), "/approvals/")
    places = [page.index(text) for text in ("many calls 0", "open 0", "bypassed 0", "text 0")]
    assert places == sorted(places)
    assert "solution 0" not in page  # its incident is resolved: there is nothing left to decide


def test_an_empty_list_says_so(manager: Person) -> None:
    assert "Nothing waits for a decision" in text_of(signed_in(manager), "/approvals/")


def waiting(person: Person) -> str:
    """The number beside "Approvals" in the navigation."""
    page = text_of(signed_in(person), "/approvals/")
    link = page[page.index('href="/approvals/"') :]
    inside = link[: link.index("</a>")]
    return inside.split('class="count">')[1].split("<")[0] if "count" in inside else ""


def test_the_navigation_counts_what_waits_for_the_reader(engineer: Person, manager: Person) -> None:
    solution = propose(manager)
    services.propose_major(make_incident(), actor=engineer, via="web", reason="calls")
    assert waiting(engineer) == ""
    assert waiting(manager) == "1"  # their own solution is for somebody else
    other = make_person(Role.INCIDENT_MANAGER)
    assert waiting(other) == "2"
    services.approve_solution(solution, actor=other, via="web")
    assert waiting(other) == "1"


def test_looking_at_the_approvals_decides_nothing(engineer: Person, manager: Person) -> None:
    solution = propose(engineer)
    signed_in(manager).get("/approvals/")
    assert signed_in(manager).post("/approvals/").status_code == 405
    solution.refresh_from_db()
    assert solution.status == "proposed"
