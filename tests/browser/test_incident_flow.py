"""An incident in the browser, with the script: keys, countdown, live refresh, refusals, and a phone that rings."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, Page, expect

from incidents.models import Incident, Status
from incidents.services import acknowledge_incident
from lifecycle.models import Via
from notifications.fake_carrier.server import FakeCarrier
from tests.browser.demo import PASSWORD
from tests.browser.site import Site, sign_in
from tests.factories import make_incident, make_person
from tests.scenarios.stage import Duty, connect_carrier, make_duty, tick

pytestmark = pytest.mark.django_db(transaction=True)

CONVERGES_MS = 10_000
MOST_TABS = 60


@pytest.fixture
def duty(transactional_db: None) -> Duty:
    return make_duty()


@pytest.fixture
def carrier(live_server: Any, settings: LazySettings) -> Iterator[FakeCarrier]:
    with connect_carrier(live_server, settings) as running:
        yield running


@pytest.fixture
def site(browser: Browser, live_server: Any, duty: Duty) -> Site:
    people = (duty.primary, duty.secondary)
    return Site(browser, live_server.url, {person.pk: sign_in(person, live_server.url) for person in people})


@pytest.fixture
def incident(duty: Duty) -> Incident:
    return make_incident(service=duty.service, level=2, title="Card success falls")


def status_on(page: Page) -> Any:
    return page.locator("#incident-head .status")


def test_two_keys_acknowledge_from_the_list(site: Site, duty: Duty, incident: Incident) -> None:
    with site.visit(duty.primary) as (page, watch):
        page.goto("/incidents/")
        page.keyboard.press("j")
        expect(page.locator(f"#incident-{incident.pk}")).to_have_class("is-current")
        page.keyboard.press("a")
        expect(page.locator(f"#incident-{incident.pk} .status")).to_have_text("Acknowledged")
        assert watch.take() == []
    incident.refresh_from_db()
    assert incident.handler == duty.primary


def test_a_click_acknowledges_from_the_list(site: Site, duty: Duty, incident: Incident) -> None:
    with site.visit(duty.primary) as (page, _watch):
        page.goto("/incidents/")
        page.get_by_role("button", name="Acknowledge").click()
        expect(page.locator(f"#incident-{incident.pk} .status")).to_have_text("Acknowledged")
        expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)


def test_letters_typed_into_a_field_are_no_keys(site: Site, duty: Duty, incident: Incident) -> None:
    with site.visit(duty.primary) as (page, _watch):
        page.goto(incident.get_absolute_url())
        page.get_by_role("textbox", name="Add to the timeline").fill("")
        page.keyboard.type("a")
        expect(page.get_by_role("textbox", name="Add to the timeline")).to_have_value("a")
        expect(status_on(page)).to_have_text("Reported")


def test_the_countdown_moves(site: Site, duty: Duty, incident: Incident) -> None:
    with site.visit(duty.primary) as (page, _watch):
        page.goto(incident.get_absolute_url())
        countdown = page.locator("#incident-clocks time[data-countdown]").first
        shown = countdown.inner_text()
        assert shown.endswith("left")
        expect(countdown).not_to_have_text(shown, timeout=3000)


def test_an_open_page_follows_what_somebody_else_does(site: Site, duty: Duty, incident: Incident) -> None:
    """Without a reload, and without taking the note out of the hands of whoever types it."""
    with site.visit(duty.primary) as (page, watch), site.visit(duty.secondary) as (other, _watch):
        page.goto(incident.get_absolute_url())
        page.evaluate("window.isTheSamePage = true")
        note = page.get_by_role("textbox", name="Add to the timeline")
        note.fill("I am just writing")
        other.goto(incident.get_absolute_url())
        other.locator("#incident-head").get_by_role("button", name="Acknowledge").click()
        expect(status_on(other)).to_have_text("Acknowledged")
        expect(status_on(page)).to_have_text("Acknowledged", timeout=CONVERGES_MS)
        expect(page.locator("#timeline")).to_contain_text("Bob")
        expect(note).to_have_value("I am just writing")
        expect(note).to_be_focused()
        assert page.evaluate("window.isTheSamePage") is True
        assert watch.take() == []


def test_a_new_incident_waits_beside_the_list_until_it_is_asked_for(site: Site, duty: Duty, incident: Incident) -> None:
    with site.visit(duty.primary) as (page, _watch):
        page.goto("/incidents/")
        late = make_incident(service=duty.service, level=2, title="Refunds are slow")
        expect(page.locator("[data-waiting]")).to_contain_text("1 new", timeout=CONVERGES_MS)
        expect(page.locator(f"#incident-{late.pk}")).to_have_count(0)
        page.keyboard.press(".")
        expect(page.locator(f"#incident-{late.pk}")).to_be_visible()


def test_who_comes_second_is_told_and_loses_nothing(site: Site, duty: Duty, incident: Incident) -> None:
    with site.visit(duty.primary) as (page, _watch):
        page.goto(f"{incident.get_absolute_url()}merge/")
        form = page.locator(".card form[action$='/merge/']").first
        form.get_by_role("textbox").fill("INC-424242")
        acknowledge_incident(incident, actor=duty.secondary, via=Via.WEB)
        form.get_by_role("button").last.click()
        refusal = page.locator(".refusal")
        expect(refusal).to_be_visible()
        expect(refusal.get_by_role("textbox")).to_have_value("INC-424242")
        page.goto(f"{incident.get_absolute_url()}cancel/")
        form = page.locator(".card form[action$='/cancel/']").first
        form.get_by_role("textbox").fill("It was a drill")
        Incident.objects.filter(pk=incident.pk).update(version=incident.version + 5)
        form.get_by_role("button").last.click()
        expect(page.locator(".refusal").get_by_role("textbox")).to_have_value("It was a drill")
        expect(page.locator(".refusal")).to_contain_text("Bob")


def test_the_keyboard_alone_signs_in_and_acknowledges(site: Site, duty: Duty, incident: Incident) -> None:
    make_person(username="kay", name="Kay", password=PASSWORD)
    with site.visit() as (page, watch):
        page.goto("/incidents/")
        tab_to(page, "#id_username")
        page.keyboard.type("kay")
        tab_to(page, "#id_password")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Incidents", level=1)).to_be_visible()
        page.wait_for_load_state()  # the script that hears the keys runs last
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(status_on(page)).to_have_text("Reported")
        tab_to(page, "#incident-head form[action$='/acknowledge/'] button")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        expect(status_on(page)).to_have_text("Acknowledged")
        assert watch.take() == []
    incident.refresh_from_db()
    assert incident.handler is not None
    assert incident.handler.name == "Kay"


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _press in range(MOST_TABS):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached with Tab")


def test_the_phone_rings_and_four_acknowledges(
    site: Site, duty: Duty, carrier: FakeCarrier, incident: Incident
) -> None:
    carrier.phone(duty.primary.phone, name="Alice")
    exchange = Site(site.browser, carrier.url, {})
    with site.visit(duty.secondary) as (page, _watch), exchange.visit() as (phones, watch):
        page.goto(incident.get_absolute_url())
        phones.goto("/")
        tick()
        call = phones.locator("#ringing .live", has_text="Alice")
        call.get_by_role("button", name="Answer").click()
        call.get_by_role("button", name="4", exact=True).click()
        expect(status_on(page)).to_have_text("Acknowledged", timeout=CONVERGES_MS)
        expect(page.locator("#timeline")).to_contain_text("Alice")
        assert watch.take() == []
    incident.refresh_from_db()
    assert (incident.status, incident.handler) == (Status.ACKNOWLEDGED, duty.primary)
