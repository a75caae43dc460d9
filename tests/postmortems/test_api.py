"""The API of postmortems reads only."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Person, Role
from tests.factories import make_person
from tests.postmortems.makers import make_postmortem, postmortem_in

pytestmark = pytest.mark.django_db
POSTMORTEMS = "/api/v1/postmortems/"


def call(person: Person | None) -> APIClient:
    client = APIClient()
    if person is not None:
        client.force_authenticate(person)
    return client


def test_strangers_are_refused_and_reporters_find_nothing() -> None:
    postmortem = make_postmortem()
    for address in (POSTMORTEMS, f"{POSTMORTEMS}{postmortem.pk}/"):
        assert call(None).get(address).status_code in (401, 403)
        assert call(make_person(Role.REPORTER)).get(address).status_code == 404


def test_the_list_is_filtered_by_phase() -> None:
    make_postmortem()
    published = postmortem_in("published")
    found: Any = call(make_person()).get(POSTMORTEMS, {"status": "published"}).json()
    (row,) = found["results"]
    assert row["reference"] == published.reference
    assert (row["issue_count"], row["action_count"], row["pending_action_count"]) == (1, 1, 1)


def test_a_postmortem_shows_its_phases_and_the_next_steps() -> None:
    postmortem = postmortem_in("actions")
    body: Any = call(make_person()).get(f"{POSTMORTEMS}{postmortem.pk}/").json()
    assert body["entry_count"] == postmortem.entries.count()
    entries: Any = call(make_person()).get(body["entries_url"]).json()
    assert len(entries["results"]) == body["entry_count"]
    assert body["issues"][0]["actions"] == []
    assert "go_back" in body["allowed"]
    assert "publish" in body["blocked"]
    assert call(make_person()).put(f"{POSTMORTEMS}{postmortem.pk}/", {}).status_code == 405
