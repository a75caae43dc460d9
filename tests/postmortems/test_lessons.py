"""The article of a published postmortem: found by its words, offered at triage, hidden from whoever may not see."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from incidents.models import Incident
from postmortems import services
from postmortems.models import Lesson, Postmortem
from postmortems.services.lessons import index_lesson
from tests.factories import make_incident, make_person, make_service
from tests.postmortems.makers import add_action, add_issue, make_postmortem, recovered_incident

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": None, "via": "web"}


def browse(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def published(title: str = "Recommendations query too much", **article: Any) -> Postmortem:
    postmortem = make_postmortem(recovered_incident(title=title, service=make_service()))
    services.open_issues(postmortem, **WHO)
    add_issue(postmortem)
    services.open_actions(postmortem, **WHO)
    add_action(postmortem)
    services.publish_postmortem(postmortem, **{**WHO, **article})
    return postmortem


def titles(client: Client, query: str) -> list[str]:
    page = [str(lesson) for lesson in client.get(f"/lessons/?{query}").context["page"]]
    results: Any = client.get(f"/api/v1/lessons/?{query}").json()["results"]
    assert [lesson["title"] for lesson in results] == page
    return page


def test_a_lesson_is_found_by_words_of_both_languages_and_by_its_tag() -> None:
    published(summary="A release needs a load test", tags=["Releases"])
    published("支付接口超时", summary="压测必须通过", tags=["压测"])
    client = browse(make_person())
    assert titles(client, "q=recommend") == ["Recommendations query too much"]
    assert titles(client, "q=%E6%94%AF%E4%BB%98") == ["支付接口超时"]
    assert titles(client, "tag=releases") == ["Recommendations query too much"]
    assert titles(client, "q=recommend&tag=%E5%8E%8B%E6%B5%8B") == []
    assert titles(client, "q=!!!") == []
    assert len(titles(client, "q=")) == 2
    lesson = Lesson.objects.latest("pk")
    assert "压测必须通过" in client.get(lesson.get_absolute_url()).content.decode()


def test_an_article_is_drafted_and_goes_back_with_its_postmortem() -> None:
    postmortem, client = published(), browse(make_person())
    lesson = Lesson.objects.get()
    assert "No load test before the release → Make the load test mandatory" in lesson.summary
    services.go_back(postmortem, reason="one is missing", **WHO)
    assert client.get(lesson.get_absolute_url()).status_code == 404
    assert titles(client, "q=load") == []
    services.publish_postmortem(postmortem, summary="Written anew", **WHO)
    assert Lesson.objects.get().summary == "Written anew"


def test_whoever_may_not_see_an_incident_finds_no_lesson_of_it() -> None:
    postmortem = published(summary="Quiet words")
    Incident.objects.update(is_restricted=True)
    lesson = Lesson.objects.get()
    for person, status in ((make_person(), 404), (make_person(Role.INCIDENT_MANAGER), 200)):
        client = browse(person)
        assert client.get(lesson.get_absolute_url()).status_code == status
        assert client.get(f"/api/v1/lessons/{lesson.pk}/").status_code == status
        assert titles(client, "q=quiet") == ([str(lesson)] if status == 200 else [])
    assert browse(make_person(Role.REPORTER)).get("/lessons/").status_code == 404
    assert postmortem.lesson == lesson


@pytest.mark.parametrize("kind", ["restricted incident", "restricted service", "open to all"])
def test_a_lesson_is_found_by_the_names_of_services_that_everybody_sees(kind: str) -> None:
    postmortem = published(summary="Quiet words")
    service = postmortem.incidents.get().service
    Incident.objects.update(is_restricted=kind == "restricted incident")
    type(service).objects.update(name="Salaryledger", is_restricted=kind == "restricted service")
    index_lesson(postmortem.lesson)
    found = titles(browse(make_person(Role.INCIDENT_MANAGER)), "q=salaryledger")
    assert found == ([postmortem.title] if kind == "open to all" else [])


def test_a_lesson_is_offered_beside_an_incident_that_is_like_it() -> None:
    postmortem = published(summary="Query the last 30 days only")
    service = postmortem.incidents.get().service
    client = browse(make_person())
    like = make_incident(title="Recommendations query too much again", service=service)
    unlike = make_incident(title="Printer on fire", service=make_service())
    assert "Query the last 30 days only" in client.get(like.get_absolute_url()).content.decode()
    assert "Query the last 30 days only" not in client.get(unlike.get_absolute_url()).content.decode()


def test_many_lessons_cost_as_many_queries_as_few() -> None:
    client = browse(make_person())
    counted = []
    published()
    for _again in range(2):
        numbers = []
        for address in ("/lessons/?q=load", "/api/v1/lessons/?q=load", "/api/v1/postmortems/"):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            numbers.append(len(captured))
        counted.append(numbers)
        published(), published()
    assert counted[0] == counted[1]
