"""What is offered at triage: similar incidents and known errors, with a figure and the reasons."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Role
from incidents.models import Category, Incident
from lifecycle.models import Event
from notifications.cycle import run_cycle
from notifications.models import Notice, NoticeKind
from problems import services
from problems.models import Problem
from problems.presentation import percent, reasons_of
from problems.services.matching import face_of, matching_known_errors, similar_incidents
from tests.factories import acting, make_incident, make_person, make_service
from tests.problems.makers import KNOWN, make_problem, problem_in

pytestmark = pytest.mark.django_db


def shown(person: Any, incident: Incident) -> str:
    client = Client()
    client.force_login(person)
    return client.get(incident.get_absolute_url()).content.decode()


def test_the_most_alike_come_first_with_their_reasons() -> None:
    service, category = make_service(), Category.objects.filter(parent__isnull=False)[0]
    near = make_incident(service=service, category=category, title="Refund gateway times out on node 3")
    far = make_incident(service=service, title="Refund gateway is slow")
    make_incident(title="Login page is blank")
    new = make_incident(service=service, category=category, title="Refund gateway times out on node 7")
    found = similar_incidents(new, person=None, least=0.3)
    assert [each.incident for each in found] == [near, far]
    assert found[0].likeness.figure > 0.9 > found[1].likeness.figure
    assert reasons_of(found[0].likeness).startswith("same service, same category, ")
    assert reasons_of(found[0].likeness).endswith("% of the words")


def test_another_service_is_found_by_its_words() -> None:
    other = make_incident(title="Certificate of the acquiring gateway expired")
    new = make_incident(title="Certificate of the acquiring gateway expired again")
    assert [each.incident for each in similar_incidents(new, person=None)] == [other]


def test_nobody_is_offered_what_they_may_not_see() -> None:
    service = make_service()
    secret = make_incident(service=service, title="Refund gateway times out")
    Incident.objects.filter(pk=secret.pk).update(is_restricted=True)
    new = make_incident(service=service, title="Refund gateway times out")
    assert similar_incidents(new, person=make_person()) == []
    assert similar_incidents(new, person=None) == []
    manager = make_person(Role.INCIDENT_MANAGER)
    assert [each.incident for each in similar_incidents(new, person=manager)] == [secret]
    assert secret.reference not in shown(make_person(), new)


def test_a_known_error_is_offered_through_a_similar_incident_and_linked_by_its_button() -> None:
    service, engineer = make_service(), make_person()
    before = make_incident(service=service, title="Refund gateway times out")
    problem = problem_in("known_error", incident=before, actor=engineer)
    new = make_incident(service=service, title="Refund gateway times out")
    found = matching_known_errors(face_of(new), similar_incidents(new, person=engineer), person=engineer)
    assert [(match.problem, match.through) for match in found] == [(problem, before)]
    page = shown(engineer, new)
    assert KNOWN["workaround"] in page
    assert "same service" in page
    client = Client()
    client.force_login(engineer)
    client.post(f"/problems/link/{new.pk}/", {"problem": problem.reference})
    assert problem.incidents.filter(pk=new.pk).exists()
    assert Event.objects.about(new).get(verb="receive_workaround").note == KNOWN["workaround"]


def test_a_known_error_is_found_by_its_own_symptom() -> None:
    service, who = make_service(), acting()
    problem = make_problem(service=service, title="Nightly ledger stops")
    services.investigate_problem(problem, **who)
    services.mark_known_error(problem, symptom="Ledger stops at night with error 42", **KNOWN, **who)
    new = make_incident(service=service, title="Nightly ledger stops")
    assert [match.problem for match in matching_known_errors(face_of(new), [], person=None)] == [problem]


@pytest.mark.parametrize("status", ["closed", "rejected"])
def test_what_is_over_is_offered_no_more(status: str) -> None:
    service = make_service()
    before = make_incident(service=service, title="Refund gateway times out")
    problem_in(status, incident=before)
    new = make_incident(service=service, title="Refund gateway times out")
    assert matching_known_errors(face_of(new), similar_incidents(new, person=None), person=None) == []
    assert Problem.objects.exists()


def test_a_new_workaround_is_told_to_those_who_watch_the_open_incidents() -> None:
    incident, watcher = make_incident(), make_person()
    incident.watchers.add(watcher)
    problem = problem_in("known_error", incident=incident)
    services.update_known_error(problem, cause="index", workaround="Fail over to B", **acting())
    run_cycle("test")
    told = Notice.objects.filter(incident=incident, kind=NoticeKind.WATCHED)
    assert told.exists()
    pushed = Event.objects.about(incident).filter(verb="receive_workaround")
    assert pushed.last().note == "Fail over to B"  # type: ignore[union-attr]


def test_the_panel_costs_the_same_however_many_are_alike(django_assert_max_num_queries: Any) -> None:
    service, person = make_service(), make_person()
    for number in range(12):
        make_incident(service=service, title=f"Refund gateway times out on node {number}")
    new = make_incident(service=service, title="Refund gateway times out")
    with django_assert_max_num_queries(12):
        similar = similar_incidents(new, person=person, most=20)
        matching_known_errors(face_of(new), similar, person=None)
        assert [each.incident.title for each in similar if each.incident.get_status_display()]


def test_the_api_offers_the_same() -> None:
    service, person = make_service(), make_person()
    before = make_incident(service=service, title="Refund gateway times out")
    problem = problem_in("known_error", incident=before, actor=person)
    new = make_incident(service=service, title="Refund gateway times out")
    client = Client()
    client.force_login(person)
    told = client.get(f"/api/v1/incidents/{new.pk}/similar/").json()
    assert [each["incident"] for each in told["incidents"]] == [before.pk]
    match = told["known_errors"][0]
    assert (match["problem"], match["through"]) == (problem.pk, before.pk)
    assert match["workaround"] == KNOWN["workaround"]
    client.force_login(make_person(Role.REPORTER))
    assert client.get(f"/api/v1/incidents/{new.pk}/similar/").status_code == 404


@pytest.mark.parametrize(("figure", "whole"), [(1, 100), (0.999, 99), (0.712, 71), (0, 0)])
def test_only_the_same_is_a_hundred_per_cent(figure: float, whole: int) -> None:
    assert percent(figure) == whole


def test_whoever_reports_is_told_what_was_seen_before() -> None:
    service, person = make_service(), make_person()
    before = make_incident(service=service, title="Refund gateway times out")
    problem = problem_in("known_error", incident=before, actor=person)
    client = Client()
    client.force_login(person)
    typed = {"title": "Refund gateway times out", "service": service.slug}
    told = client.get(reverse("incidents:suggestion"), typed)
    assert before.reference in told.content.decode()
    assert problem.reference in told.content.decode()
    again = client.post(reverse("incidents:new"), {**typed, "suggest": "yes"})
    assert before.reference in again.content.decode()
    for wrong in ({"title": "\0", "service": "none"}, {"title": "a" * 5000, "service": service.slug}, {}):
        assert client.get(reverse("incidents:suggestion"), wrong).status_code == 200
