"""The rules of the phases as one table: every kind of content in every phase, by the service, the page and the API."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from catalog.models import Person, Role
from lifecycle import clock as time
from lifecycle.transitions import TransitionRefused
from postmortems import services
from postmortems.models import Issue, ParkedThought, Postmortem, Status, TimelineEntry
from tests.factories import make_person
from tests.postmortems.makers import postmortem_in

pytestmark = pytest.mark.django_db

# Content -> the phases that take it. Every other pair is refused.
TABLE: dict[str, set[str]] = {
    "add_entry": {"timeline"},
    "add_entry insisting": {"timeline"},
    "edit_entry": {"timeline"},
    "remove_entry": {"timeline"},
    "answer_gap": {"timeline"},
    "draw_in_events": {"timeline"},
    "add_issue": {"issues"},
    "edit_issue": {"issues"},
    "remove_issue": {"issues"},
    "drop_parked": {"issues"},
    "repeat_pass": {"issues"},
    "add_action": {"actions"},
    "decline_action": {"actions"},
    "comment": {"actions", "published"},
    "record_session": {"timeline", "issues", "actions"},
    "name_facilitator": {"timeline", "issues", "actions"},
    "replay_detection": {"timeline", "issues", "actions"},
}


def values_of(content: str, postmortem: Postmortem, person: Person) -> dict[str, Any]:
    """What is written, as the API takes it."""
    fact: dict[str, Any] = {"happened_at": "2026-01-05T10:00:00Z", "what": "The tenth call came", "source": "book"}
    issue = {"text": "No load test", "kind": "process"}
    due = (time.now() + timedelta(days=9)).date().isoformat()
    action: dict[str, Any] = {"title": "Test", "type": "prevent", "owner": person.username, "due_on": due}
    contents: dict[str, dict[str, Any]] = {
        "add_entry": fact,
        "add_entry insisting": fact | {"what": "It broke because of it", "is_override": True},
        "edit_entry": fact,
        "answer_gap": {"milestone": "decided", "note": "nobody had to"},
        "add_issue": issue,
        "edit_issue": issue,
        "drop_parked": {"reason": "a rumour"},
        "add_action": action | {"issues": [postmortem.issues.order_by("pk")[0].pk]},
        "decline_action": {"reason": "the product ends"},
        "comment": {"text": "Well done"},
        "record_session": {"held_at": "2026-01-06T10:00:00Z", "attendees": [person.username]},
        "name_facilitator": {"facilitator": person.username},
    }
    return contents.get(content, {})


ROWS: dict[str, tuple[str, str]] = {
    "edit_entry": ("entries", "entry"),
    "remove_entry": ("entries", "entry"),
    "edit_issue": ("issues", "issue"),
    "remove_issue": ("issues", "issue"),
    "decline_action": ("issues", "issue"),
    "drop_parked": ("parked", "thought"),
}
SERVICES: dict[str, Callable[..., Any]] = {"comment": services.comment_postmortem}


def by_service(content: str, postmortem: Postmortem, person: Person) -> bool:
    verb = content.split()[0]
    values = values_of(content, postmortem, person)
    people = {"owner": person, "facilitator": person, "attendees": [person]}
    values = {name: people.get(name, value) for name, value in values.items()}
    for name in ("happened_at", "held_at"):
        if name in values:
            values[name] = time.now() - timedelta(hours=1)
    if "issues" in values:
        values["issues"] = list(postmortem.issues.filter(pk__in=values["issues"]))
    if "due_on" in values:
        values["due_on"] = time.now().date() + timedelta(days=9)
    subject = getattr(postmortem, ROWS[verb][0]).order_by("-pk")[0] if verb in ROWS else postmortem
    try:
        SERVICES.get(verb, getattr(services, verb, None))(subject, actor=person, via="web", **values)  # type: ignore[misc]
    except TransitionRefused:
        return False
    return True


def by_page(content: str, postmortem: Postmortem, person: Person) -> bool:
    client = Client()
    client.force_login(person)
    verb = content.split()[0]
    name, row = _address(verb, postmortem)
    response = client.post(
        reverse(f"postmortems:{name}", args=[postmortem.pk, verb, *row]), _typed(content, postmortem, person)
    )
    assert response.status_code in (302, 409), (content, response.status_code)
    return response.status_code == 302


def by_api(content: str, postmortem: Postmortem, person: Person) -> bool:
    client = APIClient()
    client.force_authenticate(person)
    verb = content.split()[0]
    _name, row = _address(verb, postmortem)
    address = "/".join(["/api/v1/postmortems", str(postmortem.pk), verb, *map(str, row), ""])
    response: Any = client.post(address, values_of(content, postmortem, person), format="json")
    assert response.status_code in (200, 409), (content, response.status_code, response.content)
    return bool(response.status_code == 200)


def _address(verb: str, postmortem: Postmortem) -> tuple[str, list[int]]:
    if verb not in ROWS:
        return "command", []
    return "row", [getattr(postmortem, ROWS[verb][0]).order_by("-pk")[0].pk]


def _typed(content: str, postmortem: Postmortem, person: Person) -> dict[str, Any]:
    values = values_of(content, postmortem, person)
    return {name: "on" if value is True else value for name, value in values.items()}


@contextmanager
def undone() -> Iterator[None]:
    """What happens within leaves no trace."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("phase", Status.values)
def test_a_phase_takes_its_own_content_and_refuses_the_rest(phase: str) -> None:
    postmortem, person = postmortem_in(phase), make_person(Role.INCIDENT_MANAGER)
    TimelineEntry.objects.create(postmortem=postmortem, happened_at=time.now(), what="Seen", source="log")
    Issue.objects.create(postmortem=postmortem, text="Superfluous", kind="people")
    ParkedThought.objects.create(postmortem=postmortem, text="because")
    found = {}
    for content in TABLE:
        for way in (by_service, by_page, by_api):
            with undone():
                found[content, way.__name__] = way(content, Postmortem.objects.get(pk=postmortem.pk), person)
    assert found == {
        (content, way.__name__): phase in phases
        for content, phases in TABLE.items()
        for way in (by_service, by_page, by_api)
    }


@pytest.mark.parametrize("name", ["owner", "assignee", "due_on", "comment", "fix", "action", "status", "pass_number"])
def test_the_api_refuses_an_issue_with_an_owner_a_remark_or_a_fix(name: str) -> None:
    postmortem, person = postmortem_in("issues"), make_person()
    client = APIClient()
    client.force_authenticate(person)
    typed = {"text": "No load test", "kind": "process", name: person.username}
    answer: Any = client.post(f"/api/v1/postmortems/{postmortem.pk}/add_issue/", typed, format="json")
    assert answer.status_code == 400
    assert set(answer.json()) == {name}
