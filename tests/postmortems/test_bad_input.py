"""Hostile texts are shown as text everywhere, unoffered fields change nothing, and what is too long is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from catalog.models import Role
from lifecycle import clock as time
from postmortems.models import Postmortem
from tests.factories import make_person
from tests.postmortems.makers import make_postmortem, postmortem_in

pytestmark = pytest.mark.django_db
MARK = "<img src=x onerror=alert(1)>"
HTMX = '<a hx-get="/logout/" hx-trigger="load" data-hx-on="x">go</a>'
CELL = "=cmd|' /C calc'!A0"
HOSTILE = f"{MARK}{HTMX}\"'><svg onload=alert(1)>{CELL} javascript:alert(1)"


def typed_in(phase: str, postmortem: Postmortem) -> dict[str, dict[str, Any]]:
    """Every text field of the phase."""
    due = (time.now() + timedelta(days=9)).date().isoformat()
    owner = make_person(Role.DEVELOPER).username
    issues = [issue.pk for issue in postmortem.issues.all()]
    fields: dict[str, dict[str, dict[str, Any]]] = {
        "timeline": {
            "add_entry": {
                "happened_at": "2026-01-05T10:00:00",
                "what": HOSTILE,
                "source": HOSTILE,
                "role": HOSTILE[:99],
            },
            "answer_gap": {"milestone": "decided", "note": HOSTILE},
        },
        "issues": {"add_issue": {"text": HOSTILE, "kind": "process"}},
        "actions": {
            "add_action": {"title": HOSTILE, "type": "prevent", "owner": owner, "due_on": due, "issues": issues},
            "comment": {"text": HOSTILE},
            "publish": {"summary": HOSTILE, "learned": HOSTILE, "tags": "<b>tag</b>"},
        },
        "proposed": {"decline": {"reason": HOSTILE}},
    }
    return fields[phase]


MASS = {"status": "published", "signed_by": "1", "pass_number": "9", "facilitator_id": "1", "is_overridden": "on"}


@pytest.mark.parametrize("phase", ["proposed", "timeline", "issues", "actions"])
def test_hostile_texts_are_shown_as_text_everywhere(phase: str) -> None:
    postmortem = postmortem_in(phase)
    client = Client()
    client.force_login(make_person(Role.INCIDENT_MANAGER))
    for verb, typed in typed_in(phase, postmortem).items():
        address = reverse("postmortems:command", args=[postmortem.pk, verb])
        assert client.post(address, {**typed, **MASS}).status_code == 302, verb
    postmortem.refresh_from_db()
    assert postmortem.status == {"proposed": "declined", "actions": "published"}.get(phase, phase)
    pages = [postmortem.get_absolute_url(), "/postmortems/", "/actions/", "/lessons/", "/lessons/?q=cmd"]
    pages += [incident.get_absolute_url() for incident in postmortem.incidents.all()]
    if phase == "actions":
        pages.append(postmortem.lesson.get_absolute_url())
    for page in pages:
        body = client.get(page).content.decode()
        assert MARK not in body, page
        assert 'hx-get="/logout/"' not in body, page
        assert "<svg onload" not in body, page
    if phase != "proposed":
        assert "&lt;img src=x" in client.get(postmortem.get_absolute_url()).content.decode()


def test_the_api_refuses_what_it_does_not_know() -> None:
    postmortem = make_postmortem()
    client = APIClient()
    client.force_authenticate(make_person())
    fact = {"happened_at": "2026-01-05T10:00:00Z", "what": "The tenth call came", "source": "book"}
    for name in ("status", "author", "event", "postmortem", "version", "is_overridden"):
        answer: Any = client.post(f"/api/v1/postmortems/{postmortem.pk}/add_entry/", {**fact, name: "1"}, format="json")
        assert (answer.status_code, set(answer.json())) == (400, {name})
    for row in (0, -1, 2**70):
        wrong = {"text": "No test", "kind": "process", "from_entry": row}
        assert client.post(f"/api/v1/postmortems/{postmortem.pk}/add_issue/", wrong, format="json").status_code == 400
    assert not postmortem.issues.exists()


def test_a_text_that_is_too_long_is_refused_with_what_was_typed() -> None:
    postmortem = make_postmortem()
    client = Client()
    client.force_login(make_person())
    address = reverse("postmortems:command", args=[postmortem.pk, "add_entry"])
    typed = {"happened_at": "2026-01-05T10:00:00", "what": "w" * 20_001, "source": "the book"}
    response = client.post(address, typed)
    body = response.content.decode()
    assert response.status_code == 400
    assert "at most 20000" in body
    assert "w" * 20_001 in body
    assert "the book" in body


def test_five_megabytes_are_refused_in_plain_words_by_page_and_by_api() -> None:
    postmortem = make_postmortem()
    client = Client()
    client.force_login(make_person())
    address = reverse("postmortems:command", args=[postmortem.pk, "add_entry"])
    response = client.post(address, {"what": "w" * 5_000_000})
    assert response.status_code == 413
    body = response.content.decode()
    assert "too large" in body
    assert "Go back" in body
    api = APIClient()
    api.force_authenticate(make_person())
    answer: Any = api.post(f"/api/v1/postmortems/{postmortem.pk}/add_entry/", {"what": "w" * 5_000_000}, format="json")
    assert answer.status_code == 413
    assert "too large" in str(answer.json())
