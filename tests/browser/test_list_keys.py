"""The list by keyboard in Chromium, and the bar of bulk actions with and without JavaScript."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from catalog.models import Person
from incidents import services
from incidents.models import Incident
from tests.browser.site import Site, sign_in
from tests.factories import make_incident, make_person, make_service

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def engineer(transactional_db: None) -> Person:
    return make_person(username="alice", name="Alice")


@pytest.fixture
def site(browser: Browser, live_server: Any, engineer: Person) -> Site:
    return Site(browser, live_server.url, {engineer.pk: sign_in(engineer, live_server.url)})


@pytest.fixture
def four(engineer: Person) -> list[Incident]:
    service = make_service()
    return [make_incident(service=service, title=f"number {number}", level=2) for number in range(4)]


def test_rows_are_selected_by_range_and_acknowledged_together(
    site: Site, engineer: Person, four: list[Incident]
) -> None:
    with site.visit(engineer) as (page, watch):
        page.goto("/incidents/")
        bar = page.locator("#bulk")
        expect(bar).to_be_hidden()
        for key in ("j", "x", "j", "j", "Shift+X"):
            page.keyboard.press(key)
        expect(bar).to_be_visible()
        expect(page.locator(".bulk-count")).to_have_text("3 selected")
        bar.get_by_role("button", name="Acknowledge").click()
        expect(page.locator(".notice.is-ok")).to_contain_text("3 incidents done")
        assert watch.take() == []
    assert Incident.objects.filter(status="acknowledged").count() == 3


def test_every_row_of_the_page_is_selected_at_once(site: Site, engineer: Person, four: list[Incident]) -> None:
    with site.visit(engineer) as (page, _watch):
        page.goto("/incidents/")
        page.locator("#select-page").check()
        expect(page.locator(".bulk-count")).to_have_text("4 selected")
        page.locator("#select-page").uncheck()
        expect(page.locator("#bulk")).to_be_hidden()


def test_t_takes_the_row_one_stands_on(site: Site, engineer: Person, four: list[Incident]) -> None:
    services.acknowledge_incident(four[0], actor=make_person(), via="web")
    with site.visit(engineer) as (page, watch):
        page.goto(f"/incidents/?tab=open&q={four[0].reference}")
        page.keyboard.press("t")
        page.keyboard.press("j")
        page.keyboard.press("t")
        expect(page.locator(".notice.is-ok")).to_be_visible()
        assert watch.take() == []
    four[0].refresh_from_db()
    assert four[0].handler == engineer


def test_bulk_actions_need_no_javascript(site: Site, engineer: Person, four: list[Incident]) -> None:
    with site.visit(engineer, java_script_enabled=False) as (page, _watch):
        page.goto("/incidents/")
        page.locator(f'input[name="pk"][value="{four[1].pk}"]').check()
        page.locator("#bulk").get_by_role("button", name="Change level").click()
        page.get_by_role("radio", name="Level 1").check()
        page.get_by_label("Reason").fill("it spreads")
        page.get_by_role("button", name="Change level").click()
        expect(page.locator(".notice.is-ok")).to_contain_text("1 incident done")
    four[1].refresh_from_db()
    assert four[1].level_id == 1
