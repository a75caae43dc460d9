"""What stands where something went wrong, and the two settings everybody may change: theme and language."""

import re
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client, RequestFactory

from catalog.models import Person
from config import views
from tests.factories import make_incident, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    return make_person()


@pytest.fixture
def page(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_an_unknown_page_says_so_without_repeating_the_address(page: Client) -> None:
    response = page.get("/no-such-<b>page</b>/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()
    assert "no-such" not in response.content.decode()


def test_an_unknown_api_address_answers_json(page: Client) -> None:
    response = page.get("/api/v1/no-such-thing/")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == {"detail": "Not found."}


def test_a_fault_of_ours_shows_no_detail(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(_request: HttpRequest) -> Any:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("incidents.views.listing.moment_of", explode)
    page.raise_request_exception = False
    response = page.get("/incidents/")
    assert response.status_code == 500
    assert "42" not in response.content.decode()
    assert "Something broke on our side" in response.content.decode()


def test_a_fault_below_the_api_answers_json(rf: RequestFactory) -> None:
    assert views.admit_fault(rf.get("/api/v1/incidents/")).headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("address", ["/incidents/", "/api/v1/incidents/"])
def test_without_the_database_everybody_is_asked_to_try_again(
    address: str, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def miss_the_database(*_given: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("incidents.models.Incident.objects.visible_to", miss_the_database)
    page.raise_request_exception = False
    response = page.get(address)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "database is away" in response.content.decode()
    assert "server closed" not in response.content.decode()


def test_a_request_that_cannot_be_read_is_400(page: Client) -> None:
    fields = {f"field{number}": "x" for number in range(2000)}
    response = page.post("/incidents/new/", fields)
    assert response.status_code == 400
    assert "This request could not be read" in response.content.decode()


def test_a_form_without_its_token_is_refused_in_words(person: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    incident = make_incident()
    response = client.post(f"/incidents/{incident.pk}/acknowledge/")
    assert response.status_code == 403
    assert "This form was open for too long" in response.content.decode()
    incident.refresh_from_db()
    assert incident.status == "reported"


@pytest.mark.parametrize("path", ["/incidents/", "/no-such-page/", "/login/"])
def test_every_page_carries_the_safety_headers(page: Client, path: str) -> None:
    headers = page.get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/incidents/", "/incidents/new/", "/approvals/", "/no-such-page/", "/login/"])
def test_no_page_has_inline_scripts_styles_or_foreign_addresses(page: Client, path: str) -> None:
    incident = make_incident(level=1)
    for url in (path, incident.get_absolute_url(), f"/incidents/{incident.pk}/card/"):
        text = page.get(url).content.decode()
        assert not re.search(r"\sstyle=", text)
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\son\w+=", text)
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)


def test_the_theme_is_kept_on_the_person(page: Client, person: Person) -> None:
    response = page.post("/theme/", {"theme": "dark", "next": "/approvals/"})
    assert response.headers["Location"] == "/approvals/"
    person.refresh_from_db()
    assert person.theme == "dark"
    assert 'data-bs-theme="dark"' in page.get("/approvals/").content.decode()


def test_the_theme_before_signing_in_is_kept_in_a_cookie(client: Client) -> None:
    client.post("/theme/", {"theme": "dark", "next": "/login/"})
    assert 'data-bs-theme="dark"' in client.get("/login/").content.decode()


def test_the_language_is_kept_on_the_person(page: Client, person: Person) -> None:
    page.post("/language/", {"language": "zh-hans", "next": "/incidents/"})
    person.refresh_from_db()
    assert person.language == "zh-hans"
    assert page.get("/incidents/").headers["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("path", ["/theme/", "/language/"])
def test_a_get_changes_no_setting(page: Client, path: str) -> None:
    assert page.get(f"{path}?theme=dark&language=zh-hans").status_code == 405


@pytest.mark.parametrize("value", ["", "neon", "\0", "x" * 5000])
def test_other_themes_and_languages_are_refused(page: Client, value: str) -> None:
    assert page.post("/theme/", {"theme": value}).status_code == 400
    assert page.post("/language/", {"language": value}).status_code == 400


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "\0"])
def test_the_way_back_stays_here(page: Client, target: str) -> None:
    assert page.post("/theme/", {"theme": "dark", "next": target}).headers["Location"] == "/"
