"""Corrections of what was written down."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from catalog.models import Person, Role
from catalog.services import issue_token
from incidents import services
from incidents.models import Category, Criterion, CustomField, Incident, MatrixCell
from incidents.presentation import describe
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, VersionConflict
from tests.factories import make_incident, make_person, make_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Person:
    return make_person(username="alice", name="Alice")


@pytest.fixture
def page(alice: Person) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def edit(incident: Incident, actor: Person, **changes: Any) -> Incident:
    services.edit_incident(incident, actor=actor, via="web", **changes)
    incident.refresh_from_db()
    return incident


def edits(incident: Incident) -> list[Any]:
    return [event.data["changes"] for event in Event.objects.about(incident).filter(verb="edit").order_by("pk")]


# --- The service ------------------------------------------------------------------------------------------------


def test_every_value_is_kept_before_and_after(alice: Person) -> None:
    CustomField.objects.create(key="region", name="Region", kind="text")
    incident, other = make_incident(title="Old", description="d"), make_service()
    before = incident.service.name
    category = Category.objects.get(slug="data")
    edit(
        incident,
        alice,
        title="New\r\n title",
        description="more",
        service=other,
        category=category,
        tags=["B", "a"],
        custom={"region": "north"},
        external_reference="T-9",
    )
    assert (incident.title, incident.service, incident.category) == ("New title", other, category)
    assert (incident.tags, incident.custom, incident.version) == (["b", "a"], {"region": "north"}, 2)
    assert edits(incident) == [
        {
            "title": {"before": "Old", "after": "New title"},
            "description": {"before": "d", "after": "more"},
            "external_reference": {"before": "", "after": "T-9"},
            "service": {"before": before, "after": other.name},
            "category": {"before": None, "after": "Data"},
            "tags": {"before": [], "after": ["b", "a"]},
            "custom": {"before": {}, "after": {"region": "north"}},
        }
    ]


def test_what_is_not_named_stays_and_nothing_new_is_no_event(alice: Person) -> None:
    incident = make_incident(title="Same", tags=["a"])
    edit(incident, alice, title="Same", tags=["A "])
    assert (incident.version, edits(incident)) == (1, [])
    edit(incident, alice, description="only this")
    assert (incident.title, incident.tags) == ("Same", ["a"])


def test_custom_values_change_by_their_keys_and_retired_ones_stay(alice: Person) -> None:
    for key in ("one", "two", "old"):
        CustomField.objects.create(key=key, name=key, kind="text")
    incident = make_incident(custom={"one": "1", "two": "2", "old": "3"})
    CustomField.objects.filter(key="old").update(is_active=False)
    edit(incident, alice, custom={"one": None})
    assert incident.custom == {"two": "2", "old": "3"}
    with pytest.raises(InputRefused) as refusal:
        edit(incident, alice, custom={"old": "x"})
    assert list(refusal.value.errors) == ["custom-old"]


@pytest.mark.parametrize("changes", [{"title": " "}, {"service": None}, {"external_reference": "x" * 101}])
def test_what_cannot_be_is_refused_by_field(alice: Person, changes: dict[str, Any]) -> None:
    incident = make_incident()
    with pytest.raises(InputRefused) as refusal:
        edit(incident, alice, **changes)
    assert list(refusal.value.errors) == list(changes)
    assert not edits(incident)


def test_a_merged_one_and_a_closed_one_are_not_edited(alice: Person) -> None:
    merged, target = make_incident(), make_incident()
    services.merge_incident(merged, actor=alice, via="web", target=target)
    with pytest.raises(TransitionRefused, match="edit the incident that goes on"):
        edit(merged, alice, title="x")
    closed = make_incident(level=3)
    services.acknowledge_incident(closed, actor=alice, via="web")
    services.resolve_incident(closed, actor=alice, via="web", resolution="r", cause_class="known")
    assert edit(closed, alice, title="Still possible").title == "Still possible"
    services.confirm_incident(closed, actor=alice, via="web", note="by phone")
    services.close_incident(closed, actor=alice, via="web")
    with pytest.raises(TransitionRefused, match="reopen it first") as refusal:
        edit(closed, alice, title="x")
    assert "reopen" in refusal.value.allowed


@pytest.mark.parametrize("role", [Role.REPORTER, Role.DEVELOPER, Role.RD_LEADER])
def test_only_those_who_handle_edit(role: str) -> None:
    with pytest.raises(NotPermitted):
        edit(make_incident(), make_person(role), title="x")


def test_two_who_edit_at_once_do_not_overwrite_each_other(alice: Person) -> None:
    incident = make_incident()
    services.edit_incident(incident, actor=alice, via="web", title="First", expected_version=1)
    with pytest.raises(VersionConflict):
        services.edit_incident(incident, actor=make_person(), via="web", title="Second", expected_version=1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": "New"}, "changed the title from “Old” to “New”"),
        ({"external_reference": "T-1"}, "changed the reference elsewhere from “–” to “T-1”"),
        ({"title": "New", "tags": ["a"]}, "changed the title, the tags"),
        ({"description": "long"}, "changed features and details"),
    ],
)
def test_the_timeline_says_what_was_changed(alice: Person, changes: dict[str, Any], sentence: str) -> None:
    incident = make_incident(title="Old")
    edit(incident, alice, **changes)
    assert describe(Event.objects.about(incident).get(verb="edit")).text == sentence


# --- The page -----------------------------------------------------------------------------------------------------


def test_the_title_alone_is_edited_in_its_place(page: Client) -> None:
    incident = make_incident(title="Old", description="kept", tags=["a"])
    assert 'class="title-edit"' in page.get(incident.get_absolute_url()).content.decode()
    response = page.post(f"/incidents/{incident.pk}/edit/", {"title": "New", "version": "1"})
    assert response.status_code == 302
    incident.refresh_from_db()
    assert (incident.title, incident.description, incident.tags) == ("New", "kept", ["a"])


def test_a_blank_title_is_asked_for_alone(page: Client) -> None:
    incident = make_incident(title="Old", description="kept")
    response = page.post(f"/incidents/{incident.pk}/edit/", {"title": "", "version": "1"})
    assert response.status_code == 400
    assert list(response.context["refusal"].form.fields) == ["title"]


def test_the_whole_form_opens_filled_in(page: Client) -> None:
    CustomField.objects.create(key="vip", name="Important customer", kind="flag")
    incident = make_incident(title="Old", tags=["a", "b"], custom={"vip": True})
    service = incident.service
    service.is_active = False
    service.save()
    shown = page.get(f"/incidents/{incident.pk}/edit/").content.decode()
    for filled in ('value="Old"', 'value="a, b"', 'value="true" selected', f'value="{service.slug}" selected'):
        assert filled in shown
    typed = {"title": "Old", "description": "d", "service": service.slug, "category": "data", "tags": "a"}
    typed |= {"custom-vip": "", "external_reference": "", "version": "1"}
    assert page.post(f"/incidents/{incident.pk}/edit/", typed).status_code == 302
    incident.refresh_from_db()
    assert (incident.service, incident.tags, incident.custom) == (service, ["a"], {})


def test_a_new_judgement_opens_with_the_last_one(page: Client) -> None:
    incident = make_incident(impact=1, urgency=2, level=None)
    criterion = Criterion.objects.filter(level=1)[1]
    url = f"/incidents/{incident.pk}/reclassify/"
    judged = {"impact": "1", "urgency": "1", "criteria": str(criterion.pk), "follow": "on"}
    assert page.post(url, judged).status_code == 302
    incident.refresh_from_db()
    assert incident.level_id == 1
    form = page.get(url).context["opened"].form
    assert (form.initial["impact"], form.initial["urgency"]) == (1, 1)
    assert [each.pk for each in form.initial["criteria"]] == [criterion.pk]
    response = page.post(url, {"impact": "3", "urgency": "3", "level_reason": ""})
    assert list(response.context["refusal"].form.errors) == ["level_reason"]


def test_the_details_say_what_it_is_about_and_why(page: Client) -> None:
    CustomField.objects.create(key="when", name="Contract until", kind="date")
    category = Category.objects.get(slug="payment-refund")
    incident = make_incident(
        impact=1,
        urgency=2,
        level=1,
        level_reason="A bank called",
        category=category,
        tags=["r&d", "慢"],
        custom={"when": "2026-01-31"},
    )
    shown = page.get(incident.get_absolute_url()).content.decode()
    for text in ("Payment / Refund", "Impact High × urgency Medium gives priority 2", "A bank called"):
        assert text in shown
    assert "Level 2 was suggested; somebody chose this one." in shown
    assert "tag=r%26d" in shown
    assert "2026-01-31" in shown


def test_those_who_may_not_edit_see_no_way_to(client: Client) -> None:
    client.force_login(make_person(Role.DEVELOPER))
    incident = make_incident()
    shown = client.get(incident.get_absolute_url()).content.decode()
    assert f"/incidents/{incident.pk}/edit/" not in shown
    assert client.post(f"/incidents/{incident.pk}/edit/", {"title": "x"}).status_code == 403


# --- By API --------------------------------------------------------------------------------------------------------


def test_a_program_sends_what_changes(alice: Person) -> None:
    api = APIClient()
    _token, key = issue_token(person=alice, name="robot")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    incident = make_incident(title="Old", description="kept", category=Category.objects.get(slug="data"), tags=["a"])
    root = f"/api/v1/incidents/{incident.pk}"
    assert api.post(f"{root}/edit/", {"title": "New", "tags": ["B"]}, format="json").status_code == 200
    incident.refresh_from_db()
    assert (incident.title, incident.description, incident.tags) == ("New", "kept", ["b"])
    assert incident.category is not None
    assert api.post(f"{root}/edit/", {"category": None, "service": "nowhere"}, format="json").status_code == 400
    assert api.post(f"{root}/edit/", {"category": None}, format="json").status_code == 200
    body = {"impact": 1, "urgency": 1, "follow": True}
    assert api.post(f"{root}/reclassify/", body, format="json").status_code == 200
    incident.refresh_from_db()
    assert incident.category is None
    assert incident.level == MatrixCell.objects.get(impact=1, urgency=1).level
