"""An incident that is restricted after its words were taken over: what is about nothing else is hidden with it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog.models import Person, Role, Service
from detection.inspections.kinds.overdue import look_at_problems
from detection.inspections.kinds.registry import Look
from incidents.models import Incident
from incidents.services import restrict_incident
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted
from notifications.models import Delivery
from notifications.services.problem_news import tell_of_waiver
from postmortems.models import Postmortem
from postmortems.services import start_postmortem
from problems import permissions
from problems.models import Problem
from problems.services import assign_problem, investigate_problem, link_incident, mark_known_error, raise_problem
from problems.services.matching import face_of, matching_known_errors
from reports.meeting.entries import Entry
from reports.meeting.unseen import unseen_by
from tests.factories import make_incident, make_person, make_service
from tests.postmortems.makers import recovered_incident

pytestmark = pytest.mark.django_db
WORD = "Quietfox"
INSIDER, RAISER = "Ines", "Rolf"


@pytest.fixture
def insider() -> Person:
    return make_person(name=INSIDER)


@pytest.fixture
def incident() -> Incident:
    return recovered_incident(
        title=f"{WORD} leaks the salaries", description=f"{WORD} reads them", service=make_service()
    )


@pytest.fixture
def problem(incident: Incident) -> Problem:
    """Raised while everybody saw the incident, by Rolf; its title is the incident's."""
    raiser = make_person(name=RAISER)
    problem = raise_problem(incident=incident, actor=raiser, via="web")
    investigate_problem(problem, actor=raiser, via="web")
    Problem.objects.filter(pk=problem.pk).update(owner=None)
    mark_known_error(problem, actor=raiser, via="web", cause=f"{WORD} again", workaround=f"Lock {WORD} out")
    return Problem.objects.get(pk=problem.pk)


@pytest.fixture
def postmortem(incident: Incident) -> Postmortem:
    return start_postmortem(incidents=[incident], actor=make_person(Role.INCIDENT_MANAGER), via="web")


def restrict(incident: Incident, insider: Person) -> None:
    restrict_incident(incident, actor=insider, via="web", is_restricted=True)


def browse(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_problem_and_postmortem_are_hidden_with_what_they_are_about(
    incident: Incident, problem: Problem, postmortem: Postmortem, insider: Person
) -> None:
    stranger = make_person()
    before = browse(stranger)
    assert WORD in before.get(problem.get_absolute_url()).content.decode()
    assert WORD in before.get(postmortem.get_absolute_url()).content.decode()
    restrict(incident, insider)
    addresses = [
        problem.get_absolute_url(),
        f"/api/v1/problems/{problem.pk}/",
        f"/api/v1/problems/{problem.pk}/events/",
        postmortem.get_absolute_url(),
        f"/api/v1/postmortems/{postmortem.pk}/",
    ]
    for address in addresses:
        assert browse(stranger).get(address).status_code == 404, address
        assert WORD in browse(insider).get(address).content.decode(), address
    for address in (
        "/problems/",
        "/problems/?view=table",
        "/postmortems/",
        "/api/v1/problems/",
        "/api/v1/postmortems/",
    ):
        assert WORD not in browse(stranger).get(address).content.decode(), address
        assert WORD in browse(insider).get(address).content.decode(), address


def test_whoever_raised_or_owns_a_problem_sees_it_anyway(incident: Incident, problem: Problem, insider: Person) -> None:
    owner = make_person(Role.DEVELOPER)
    restrict(incident, insider)
    assert not permissions.sees(problem, owner)
    assign_problem(problem, actor=insider, via="web", owner=owner)
    assert permissions.sees(problem, owner)
    assert permissions.sees(problem, Person.objects.get(name=RAISER))
    assert not permissions.sees(problem, make_person(Role.REPORTER))
    assert not Problem.objects.public().exists()


def test_the_same_where_the_service_is_restricted(incident: Incident, problem: Problem, postmortem: Postmortem) -> None:
    stranger = make_person()
    Service.objects.filter(pk=incident.service_id).update(is_restricted=True)
    assert not Problem.objects.visible_to(stranger).exists()
    assert not Postmortem.objects.visible_to(stranger).exists()


def test_what_is_about_something_else_too_stays_and_the_page_that_restricts_says_so(
    incident: Incident, problem: Problem, postmortem: Postmortem, insider: Person
) -> None:
    address = f"{incident.get_absolute_url()}restrict/"
    page = browse(insider).get(address).content.decode()
    assert page.count("Hidden too from those who may not see the incident.") == 2
    assert f"{problem.reference}</a>" in page
    assert f"{postmortem.reference}</a>" in page
    link_incident(problem, incident=make_incident(), actor=insider, via="web")
    page = browse(insider).get(address).content.decode()
    assert page.count("Hidden too from those who may not see the incident.") == 1
    assert page.count("Every colleague goes on reading its title") == 1
    assert "Every colleague goes on reading" not in browse(insider).get(incident.get_absolute_url()).content.decode()
    restrict(incident, insider)
    assert permissions.sees(problem, make_person())


def test_nobody_works_on_a_problem_they_may_not_see(incident: Incident, problem: Problem, insider: Person) -> None:
    restrict(incident, insider)
    stranger: dict[str, Any] = {"actor": make_person(), "via": "web"}
    with pytest.raises(NotPermitted):
        investigate_problem(problem, **stranger)
    with pytest.raises(NotPermitted):
        assign_problem(problem, owner=make_person(), **stranger)
    with pytest.raises(InputRefused, match="no such problem"):
        link_incident(problem, incident=make_incident(), **stranger)


def test_it_is_offered_and_read_out_nowhere(incident: Incident, problem: Problem, insider: Person) -> None:
    Problem.objects.filter(pk=problem.pk).update(due_on=clock.now().date() - timedelta(days=3))
    stranger, like = make_person(), make_incident(title=f"{WORD} again", service=incident.service)
    entry = Entry(subject=f"problem:{problem.pk}", title=problem.title)
    look = Look(today=clock.now().date(), now=clock.now(), parameters={})
    assert [match.problem for match in matching_known_errors(face_of(like), [], person=stranger)] == [problem]
    assert look_at_problems(look).facts
    assert not unseen_by(stranger, [entry]).hides(entry)
    restrict(incident, insider)
    for reader in (stranger, None):
        assert matching_known_errors(face_of(like), [], person=reader) == []
        assert unseen_by(reader, [entry]).hides(entry)
    assert not unseen_by(insider, [entry]).hides(entry)
    assert not look_at_problems(look).facts


def test_the_end_of_a_waiver_is_told_to_nobody_who_may_not_see_it(
    incident: Incident, problem: Problem, insider: Person
) -> None:
    signer, manager = make_person(), make_person(Role.INCIDENT_MANAGER)
    Problem.objects.filter(pk=problem.pk).update(signed_by=signer, outcome_by=insider)
    restrict(incident, insider)
    tell_of_waiver(Problem.objects.get(pk=problem.pk), Event.objects.about(problem).latest("pk"))
    assert set(Delivery.objects.filter(purpose="action").values_list("recipient", flat=True)) == {manager.pk}
