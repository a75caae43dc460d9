"""The report form by page and by API: what it asks, suggests, prefills and keeps."""

import json
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from catalog.models import Person, Role
from catalog.services import issue_token
from incidents.models import Category, Criterion, CustomField, Incident, IncidentTemplate, Level
from lifecycle.models import Event
from tests.factories import make_person, make_service

pytestmark = pytest.mark.django_db

NEW, API = "/incidents/new/", "/api/v1/incidents/"


@pytest.fixture
def engineer() -> Person:
    return make_person(username="alice", name="Alice")


@pytest.fixture
def page(engineer: Person) -> Client:
    client = Client()
    client.force_login(engineer)
    return client


@pytest.fixture
def api(engineer: Person) -> APIClient:
    client = APIClient()
    _token, key = issue_token(person=engineer, name="monitor")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def typed(**more: Any) -> dict[str, Any]:
    """What somebody fills in who judges by impact and urgency; None leaves a field out."""
    values = {
        "title": "Cards fail",
        "description": "Every second card",
        "service": make_service().slug,
        "impact": "1",
        "urgency": "1",
        "occurred_at": "2026-01-01T12:00",
        "reported_at": "2026-01-01T12:05",
        "source": "hotline",
        "reporter_name": "A shop",
        "reporter_contact": "+86 139 1234",
        **more,
    }
    return {name: value for name, value in values.items() if value is not None}


def text_of(response: Any) -> str:
    return str(response.content.decode())


def criterion(wording: str) -> str:
    return str(Criterion.objects.get(wording=wording).pk)


# --- Asking ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["title", "description", "service", "occurred_at", "reported_at", "source", "reporter_name", "reporter_contact"],
)
def test_what_the_domain_asks_for_is_required(page: Client, name: str) -> None:
    response = page.post(NEW, typed(**{name: ""}))
    assert response.status_code == 400
    assert "This field is required." in text_of(response)
    assert not Incident.objects.exists()


def test_without_a_level_the_suggested_one_is_taken(page: Client) -> None:
    response = page.post(NEW, typed(level=""), follow=True)
    assert "was opened at Level 1" in text_of(response)
    assert Incident.objects.get().level_id == 1


def test_neither_level_nor_judgement_is_an_error_beside_the_level(page: Client) -> None:
    response = page.post(NEW, typed(impact="", urgency=""))
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["level"]


def test_another_level_needs_its_reason_and_nothing_typed_is_lost(page: Client) -> None:
    CustomField.objects.create(key="region", name="Region", kind="choice", choices=["north", "south"])
    more = {
        "level": "3",
        "criteria": [criterion("Data loss"), criterion("Some users impaired")],
        "tags": "cards, EU",
        "category": "payment-refund",
        "custom-region": "south",
        "external_reference": "T-5",
    }
    response = page.post(NEW, typed(**more))
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["level_reason"]
    assert "Level 1 is suggested" in text_of(response)
    shown = text_of(response)
    for kept in ("Cards fail", "Every second card", "cards, EU", "T-5", "+86 139 1234", "2026-01-01T12:05"):
        assert kept in shown
    assert shown.count(" checked") == 3  # two criteria and the level
    for kept in ("south", "payment-refund", "hotline"):
        assert f'value="{kept}" selected' in shown
    assert page.post(NEW, typed(**more, level_reason="Only our own shop")).status_code == 302
    incident = Incident.objects.get()
    assert (incident.level_id, incident.suggested_level_id, incident.level_reason) == (3, 1, "Only our own shop")
    assert (incident.tags, incident.custom) == (["cards", "eu"], {"region": "south"})
    assert (incident.category, incident.external_reference) == (Category.objects.get(slug="payment-refund"), "T-5")


def test_a_nul_is_an_error_in_words_for_people(page: Client) -> None:
    response = page.post(NEW, typed(title="a\0b"))
    assert response.status_code == 400
    assert "Null characters are not allowed." in text_of(response)


@pytest.mark.parametrize("tags", ["x" * 41, ",".join(str(number) for number in range(21))])
def test_tags_have_bounds(page: Client, tags: str) -> None:
    response = page.post(NEW, typed(tags=tags))
    assert list(response.context["form"].errors) == ["tags"]


def test_required_custom_fields_are_asked_of_people(page: Client) -> None:
    for kind in ("text", "number", "choice", "date", "flag"):
        CustomField.objects.create(key=kind, name=kind.title(), kind=kind, choices=["a"], is_required=True)
    response = page.post(NEW, typed())
    assert set(response.context["form"].errors) == {
        f"custom-{kind}" for kind in ("text", "number", "choice", "date")
    } | {"custom-flag"}
    answers = {"text": "x", "number": "2.5", "choice": "a", "date": "2026-01-31", "flag": "false"}
    page.post(NEW, typed(**{f"custom-{key}": value for key, value in answers.items()}))
    kept = {"text": "x", "number": 2.5, "choice": "a", "date": "2026-01-31", "flag": False}
    assert Incident.objects.get().custom == kept


@pytest.mark.parametrize(
    "extra", ["status", "priority", "suggested_level", "merged_into", "owner", "custom", "custom-x"]
)
def test_fields_that_are_not_asked_for_change_nothing(page: Client, extra: str) -> None:
    assert page.post(NEW, typed(**{extra: "closed"})).status_code == 302
    incident = Incident.objects.get()
    assert (incident.status, incident.priority, incident.owner, incident.custom) == ("reported", 1, None, {})


def test_categories_stand_as_a_tree_and_criteria_by_level(page: Client) -> None:
    form = page.get(NEW).context["form"]
    labels = [label for _value, label in form.fields["category"].choices]
    at = labels.index("Payment")
    assert [label.strip() for label in labels[at : at + 3]] == ["Payment", "Payment refused", "Settlement"]
    assert labels[at + 1].startswith("\N{EM SPACE}")
    groups = [group for group, _choices in form.fields["criteria"].choices]
    assert groups == ["Level 1", "Level 2", "Level 3"]


def test_the_form_costs_the_same_for_few_and_for_many_choices(page: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        CustomField.objects.create(key=f"f{number}", name=f"Field {number}", kind="text")
        Criterion.objects.create(level_id=2, wording=f"Criterion {number}")
        IncidentTemplate.objects.create(name=f"Template {number}", slug=f"t{number}")
    with django_assert_max_num_queries(20):
        assert page.get(NEW).status_code == 200


# --- Suggesting -------------------------------------------------------------------------------------------------


def test_the_button_suggests_without_a_script_and_shows_no_errors(page: Client) -> None:
    response = page.post(
        NEW, {"title": "Kept", "impact": "2", "urgency": "1", "criteria": criterion("Data loss"), "suggest": "yes"}
    )
    assert response.status_code == 200
    shown = text_of(response)
    assert "The form suggests Level 1 because:" in shown
    assert "<li>Data loss</li>" in shown
    assert 'value="Kept"' in shown
    assert "field-errors" not in shown
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("impact=1&urgency=2", "impact High × urgency Medium gives priority 2"),
        ("impact=3&urgency=3", "The form suggests Level 3"),
        ("", "a level will be suggested here"),
        ("impact=1", "a level will be suggested here"),
        ("impact=9&urgency=%00&criteria=x", "a level will be suggested here"),
        ("criteria=99999999999999999999999", "a level will be suggested here"),
    ],
)
def test_the_suggestion_is_asked_for_alone(page: Client, query: str, expected: str) -> None:
    response = page.get(f"{NEW}suggestion/?{query}")
    assert response.status_code == 200
    assert expected in text_of(response)


def test_the_suggestion_is_for_colleagues(client: Client) -> None:
    assert client.get(f"{NEW}suggestion/").status_code == 302
    client.force_login(make_person(Role.REPORTER))
    assert client.get(f"{NEW}suggestion/").status_code == 404


# --- Templates ---------------------------------------------------------------------------------------------------


def test_a_template_fills_the_form_in(page: Client) -> None:
    CustomField.objects.create(key="region", name="Region", kind="text")
    service = make_service()
    IncidentTemplate.objects.create(
        name="Bank down",
        slug="bank-down",
        title="A bank is down",
        service=service,
        category=Category.objects.get(slug="payment"),
        impact=1,
        urgency=2,
        tags=["bank", "cards"],
        custom={"region": "north"},
    )
    shown = text_of(page.get(f"{NEW}?template=bank-down"))
    for filled in ('value="A bank is down"', f'value="{service.slug}" selected', 'value="payment" selected'):
        assert filled in shown
    for filled in ('value="bank, cards"', 'value="north"', "The form suggests Level 2"):
        assert filled in shown
    assert 'href="?template=bank-down" aria-current="true"' in shown


@pytest.mark.parametrize("slug", ["unknown", "retired", "%00", "a" * 500])
def test_an_unknown_template_fills_nothing_in(page: Client, slug: str) -> None:
    IncidentTemplate.objects.create(name="Retired", slug="retired", title="Old title", is_active=False)
    response = page.get(f"{NEW}?template={slug}")
    assert response.status_code == 200
    assert "Old title" not in text_of(response)


def test_markup_in_what_was_typed_is_text(page: Client) -> None:
    attack = '"><img src=x onerror=alert(1)>'
    IncidentTemplate.objects.create(name=attack, slug="attack", title=attack)
    CustomField.objects.create(key="extra", name=attack, kind="text")
    shown = text_of(page.get(f"{NEW}?template=attack"))
    assert "<img src=x" not in shown
    page.post(NEW, typed(title=attack, tags="<b>x</b>", level="3", level_reason=attack, **{"custom-extra": attack}))
    shown = text_of(page.get(Incident.objects.get().get_absolute_url()))
    assert "<img src=x" not in shown
    assert "<b>x</b>" not in shown


# --- By API ---------------------------------------------------------------------------------------------------------


def post(api: APIClient, body: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return api.generic("POST", API, raw, content_type="application/json")  # type: ignore[arg-type]


def test_a_program_may_omit_most(api: APIClient) -> None:
    CustomField.objects.create(key="region", name="Region", kind="text", is_required=True)
    response = post(api, {"title": "Cards fail", "service": make_service().slug, "impact": 1, "urgency": 1})
    assert response.status_code == 201, response.json()
    incident = Incident.objects.get()
    assert (incident.level_id, incident.priority, incident.source, incident.custom) == (1, 1, "api", {})


def test_a_program_may_say_everything(api: APIClient) -> None:
    CustomField.objects.create(key="region", name="Region", kind="text")
    body = {
        "title": "Cards fail",
        "service": make_service().slug,
        "category": "payment-refund",
        "impact": 3,
        "urgency": 3,
        "criteria": [int(criterion("Data loss"))],
        "level": 2,
        "level_reason": "restored from the copy",
        "tags": ["Cards"],
        "custom": {"region": "north"},
        "external_reference": "T-1",
        "reporter_email": "a@example.com",
    }
    assert post(api, body).status_code == 201
    incident = Incident.objects.get()
    assert (incident.level, incident.suggested_level_id) == (Level.objects.get(pk=2), 1)
    assert (incident.tags, incident.custom, incident.external_reference) == (["cards"], {"region": "north"}, "T-1")
    assert incident.reporter_email == "a@example.com"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"level": 3}, "level_reason"),
        ({"impact": 4}, "impact"),
        ({"impact": None}, "impact"),
        ({"custom": {"nothing": 1}}, "custom-nothing"),
        ({"custom": ["x"]}, "custom"),
        ({"custom": None}, "custom"),
        ({"tags": "x"}, "tags"),
        ({"tags": ["x" * 41]}, "tags"),
        ({"tags": [{}]}, "tags"),
        ({"criteria": [10**30]}, "criteria"),
        ({"criteria": ["x"]}, "criteria"),
        ({"category": "none"}, "category"),
        ({"reporter_email": "nobody"}, "reporter_email"),
        ({"status": "closed"}, "status"),
        ({"suggested_level": 3}, "suggested_level"),
    ],
)
def test_what_a_program_says_wrongly_is_refused_by_field(api: APIClient, change: dict[str, Any], field: str) -> None:
    body = {"title": "t", "service": make_service().slug, "impact": 1, "urgency": 1, **change}
    response = post(api, body)
    assert response.status_code == 400
    assert list(response.json()) == [field]
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("title", "kept"),
    [(b"a\\u0000b", "a\ufffdb"), (b"a\\ud800b", "a\ufffdb"), (b"a\xffb", "a\ufffdb"), ("慢\U0001f525".encode(), None)],
)
def test_a_program_s_report_is_never_lost_for_a_letter(api: APIClient, title: bytes, kept: str | None) -> None:
    service = make_service().slug.encode()
    response = post(api, b'{"title": "' + title + b'", "service": "' + service + b'", "level": 2}')
    assert response.status_code == 201
    incident = Incident.objects.get()
    assert incident.title == (kept or title.decode())
    data = Event.objects.about(incident).get(verb="report").data
    assert data.get("sanitised", False) is (kept is not None)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"a": NaN}', b"{", b'{"\\ud800": 1}', b'{"custom": {"\\ud800": 1}}'])
def test_what_is_no_report_is_refused_in_words(api: APIClient, body: bytes) -> None:
    response = post(api, body)
    assert response.status_code == 400
    assert response.json()
