"""The pages about paging: who sees them, who changes what, what they cost, and whether the light tells the truth."""

from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from lifecycle.models import Event
from notifications.models import Canary, Delivery, EscalationPolicy, Heartbeat, PagingSettings
from notifications.services.dispatching import dispatch_events
from notifications.services.links import make_link
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.notifications.outbox import make_page
from tests.scenarios.stage import Duty, make_duty

pytestmark = pytest.mark.django_db
PAGES = ["/oncall/", "/pager/"]
NOBODY_HOME = "11111111"


@pytest.fixture
def duty(db: None) -> Duty:
    return make_duty()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def forms_of(duty: Duty) -> list[str]:
    policy = EscalationPolicy.objects.get(levels__contains=[2])
    return [f"/oncall/schedules/{duty.service.operations_team.slug}/", f"/oncall/policies/{policy.pk}/"]


# --- Who sees what --------------------------------------------------------------------------------------------------


def test_anonymous_visitors_are_asked_to_sign_in(duty: Duty) -> None:
    for path in [*PAGES, *forms_of(duty)]:
        for answer in (Client().get(path), Client().post(path, {})):
            assert answer.status_code in (302, 405), path
            assert answer.status_code == 405 or answer["Location"].startswith("/login/"), path


def test_a_mere_reporter_finds_nothing_there(duty: Duty) -> None:
    client = signed_in(make_person(Role.REPORTER))
    for path in [*PAGES, *forms_of(duty)]:
        assert client.get(path).status_code == 404, path


def test_a_colleague_sees_the_rota_and_may_not_change_it(duty: Duty) -> None:
    client = signed_in(make_person(Role.OPERATIONS))
    page = client.get("/oncall/")
    assert page.status_code == 200
    assert {"Alice", "Bob"} <= set(page.content.decode().replace("<", " ").replace(">", " ").split())
    for path in forms_of(duty):
        assert f'href="{path}"' not in page.content.decode()
        assert client.get(path).status_code == 404
        assert client.post(path, {}).status_code == 404


def test_an_incident_manager_is_offered_the_forms(duty: Duty) -> None:
    client = signed_in(duty.manager)
    for path, overview in zip(forms_of(duty), ("/oncall/", "/oncall/policies/"), strict=True):
        assert f'href="{path}"' in client.get(overview).content.decode()
        assert client.get(path).status_code == 200


def test_a_deactivated_colleague_is_out(duty: Duty) -> None:
    client = signed_in(duty.manager)
    duty.manager.is_active = False
    duty.manager.save()
    assert client.get("/pager/").status_code == 302


# --- The forms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/oncall/schedules/no-such-team/", "/oncall/policies/999999/"])
def test_what_does_not_exist_is_not_found(duty: Duty, path: str) -> None:
    assert signed_in(duty.manager).get(path).status_code == 404


# --- The light ------------------------------------------------------------------------------------------------------


def beat() -> None:
    """The cycle ran, and a worker answered."""
    Heartbeat.objects.update_or_create(ticker="cycle", defaults={"beat_at": Now()})
    Canary.objects.update_or_create(queue="celery", defaults={"answered_at": Now()})


def test_health_is_bad_until_the_cycle_beats_and_bad_again_when_it_stops(clock: Clock) -> None:
    assert Client().get("/healthz/pager").status_code == 503
    beat()
    answer = Client().get("/healthz/pager")
    assert (answer.status_code, answer.json()["alive"]) == (200, True)
    assert "no-store" in answer["Cache-Control"]
    clock.advance(seconds=11)
    assert Client().get("/healthz/pager").status_code == 503


@pytest.mark.parametrize("late", ["message", "step"])
def test_health_is_bad_when_something_is_late_though_the_cycle_beats(duty: Duty, clock: Clock, late: str) -> None:
    incident = make_incident(service=duty.service)
    if late == "step":
        dispatch_events()
    else:
        make_page(incident=incident)
    beat()
    assert Client().get("/healthz/pager").status_code == 200
    clock.advance(seconds=31)
    beat()
    answer = Client().get("/healthz/pager")
    assert (answer.status_code, answer.json()["beat_age_seconds"] < 5) == (503, True)
    assert answer.json()["lag_seconds"] > 30


def test_health_tells_strangers_figures_only() -> None:
    make_page()
    body = Client().get("/healthz/pager").json()
    assert set(body) == {
        *("state", "alive", "weaknesses", "beat_age_seconds", "lag_seconds", "canary_age_seconds", "waiting", "alarms"),
        *("audit_age_seconds", "audit_clean", "outside_age_seconds", "clock_skew_seconds"),
    }


def test_the_pager_page_names_what_did_not_get_through(duty: Duty) -> None:
    (page,) = make_page(recipient=duty.secondary)
    Delivery.objects.filter(pk=page.pk).update(status="failed", error_code="30003", error="Unreachable <b>phone</b>")
    beat()
    text = signed_in(duty.manager).get("/pager/").content.decode()
    assert "30003" in text
    assert "Unreachable &lt;b&gt;phone&lt;/b&gt;" in text


# --- The acknowledge link -------------------------------------------------------------------------------------------


def test_a_link_shows_on_get_acts_on_post_once_and_dies_after_30_minutes(duty: Duty, clock: Clock) -> None:
    incident = make_incident(service=duty.service)
    (page,) = make_page("email", incident=incident, recipient=duty.primary)
    late, good = make_link(page), make_link(page)
    for _ in range(3):
        assert Client().get(f"/a/{good}/").status_code == 200
    incident.refresh_from_db()
    assert incident.status == "reported"
    assert Client().post(f"/a/{good}/").status_code == 200
    incident.refresh_from_db()
    assert (incident.status, incident.handler) == ("acknowledged", duty.primary)
    clock.advance(minutes=31)
    assert "used already" in Client().post(f"/a/{late}/").content.decode()
    assert Client().get(f"/a/{NOBODY_HOME}/").status_code == 404
    assert Client().get("/a/%00/").status_code == 404


def test_a_forged_post_from_another_site_does_not_acknowledge(duty: Duty) -> None:
    incident = make_incident(service=duty.service)
    (page,) = make_page("email", incident=incident, recipient=duty.primary)
    assert Client(enforce_csrf_checks=True).post(f"/a/{make_link(page)}/").status_code == 403
    incident.refresh_from_db()
    assert incident.status == "reported"


# --- What they cost -------------------------------------------------------------------------------------------------


def cost(client: Client, path: str) -> int:
    client.get(path)  # what is cached once, is
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_costs_the_same_however_much_it_shows(duty: Duty, path: str) -> None:
    client = signed_in(duty.manager)
    beat()
    make_page(recipient=duty.primary, key="first")
    before = cost(client, path)
    for number in range(6):
        (page,) = make_page(recipient=make_person(), key=str(number))
        Delivery.objects.filter(pk=page.pk).update(status="failed")
        Heartbeat.objects.create(ticker=f"ticker {number}")
    for policy in range(3):
        EscalationPolicy.objects.create(name=f"More {policy}", levels=[3], fallback=duty.manager)
    assert cost(client, path) <= before + 1
    assert before <= 30


# --- The settings of paging -----------------------------------------------------------------------------------------


def settings_form(duty: Duty, **fields: Any) -> dict[str, Any]:
    service, managers = duty.service.pk, [duty.manager.pk]
    form = {"internal_service": service, "duty_managers": managers, "daily_texts": 100, "daily_calls": 20}
    return {**form, "countries": "cn, SG", "war_room_kind": "slack", "war_room_levels": [1], **fields}


def test_an_administrator_changes_the_settings_of_paging_and_leaves_a_trace(duty: Duty) -> None:
    administrator = make_person(Role.ADMINISTRATOR)
    assert signed_in(administrator).post("/pager/settings/", settings_form(duty)).status_code == 302
    settings = PagingSettings.objects.get()
    assert (settings.internal_service, list(settings.duty_managers.all())) == (duty.service, [duty.manager])
    assert (settings.countries, settings.war_room_levels, settings.daily_texts) == (["CN", "SG"], [1], 100)
    event = Event.objects.get(verb="set_paging")
    assert (event.actor, event.data["before"]["daily_texts"], event.data["after"]["daily_texts"]) == (
        administrator,
        2000,
        100,
    )


@pytest.mark.parametrize("bad", [{"countries": "China"}, {"daily_texts": "-1"}, {"war_room_levels": [9]}])
def test_settings_that_cannot_be_are_refused(duty: Duty, bad: dict[str, Any]) -> None:
    administrator = make_person(Role.ADMINISTRATOR)
    answer = signed_in(administrator).post("/pager/settings/", settings_form(duty, **bad))
    assert answer.status_code == 400
    assert PagingSettings.objects.get().daily_texts == 2000


def test_a_colleague_looks_at_the_settings_and_changes_nothing(duty: Duty) -> None:
    client = signed_in(duty.primary)
    assert client.get("/pager/settings/").status_code == 200
    assert client.post("/pager/settings/", settings_form(duty)).status_code == 404
