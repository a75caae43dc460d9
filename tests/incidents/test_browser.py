"""The incident pages in a real browser: with and without JavaScript, in both themes, wide and narrow."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client

from catalog.models import Person
from incidents import services
from incidents.models import Incident
from tests.factories import make_incident, make_person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

pytestmark = pytest.mark.django_db(transaction=True)

WIDE, NARROW = (1360, 900), (390, 844)
Open = Callable[..., "Page"]


@pytest.fixture
def open_page(browser: "Browser", live_url: str) -> "Iterator[Open]":
    """Opens pages as a person; whatever the console says and every request elsewhere fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(message: "ConsoleMessage") -> None:
        # The browser itself reports an answer of 400 or 409 as an error; those are what the test asks for.
        if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
            complaints.append(message.text)

    def watch(request: "Request") -> None:
        if not request.url.startswith((live_url, "data:")):
            complaints.append(request.url)

    def open_as(person: Person, path: str, *, size: tuple[int, int] = WIDE, script: bool = True) -> "Page":
        client = Client()
        client.force_login(person)
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, java_script_enabled=script)
        context.set_default_timeout(10_000)
        contexts.append(context)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_url}])
        page = context.new_page()
        page.on("console", hear)
        page.on("request", watch)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_url + path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("theme", "size", "language"),
    [("light", WIDE, "en"), ("dark", WIDE, "zh-hans"), ("dark", NARROW, "en"), ("light", (320, 640), "zh-hans")],
    ids=["wide", "wide-dark-zh", "phone-dark", "narrowest-zh"],
)
def test_no_page_is_wider_than_its_window_or_complains(
    open_page: Open, live_url: str, theme: str, size: tuple[int, int], language: str
) -> None:
    person = make_person()
    person.theme, person.language = theme, language
    person.save(update_fields=["theme", "language"])
    incident = make_incident(level=1, title="Card success falls from 91 % to 64 % at gateway PG-3 " + "x" * 60)
    services.acknowledge_incident(incident, actor=person, via="voice")
    solution = services.propose_solution(incident, actor=person, via="web", text="Reroute\n" + "y" * 90)
    paths = ["/incidents/", "/incidents/new/", "/approvals/", incident.get_absolute_url(), solution.get_absolute_url()]
    page = open_page(person, "/incidents/?q=nothing", size=size)
    for path in [*paths, f"/incidents/{incident.pk}/card/", f"/incidents/{incident.pk}/resolve/"]:
        page.goto(live_url + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_acknowledge_recover_and_resolve_without_a_script(open_page: Open) -> None:
    person, incident = make_person(), make_incident(level=3)
    page = open_page(person, "/incidents/", script=False)
    page.locator(f"#incident-{incident.pk}").get_by_role("button", name="Acknowledge").click()
    page.get_by_role("link", name=incident.reference).click()
    page.locator(".actions > details > summary", has_text="Recover").click()
    page.locator("details[open] textarea[name=workaround]").fill("switched the supplier")
    page.locator("details[open] button[type=submit]", has_text="Recover").click()
    page.locator(".actions > details > summary", has_text="Resolve").click()
    page.locator("details[open] textarea[name=resolution]").fill("the supplier repaired it")
    page.locator("details[open] button[type=submit]", has_text="Resolve").click()
    incident.refresh_from_db()
    assert incident.status == "resolved"
    assert incident.workaround == "switched the supplier"


def test_what_was_typed_survives_somebody_elses_change(open_page: Open) -> None:
    person, other, incident = make_person(), make_person(name="Wang Wei"), make_incident()
    page = open_page(person, incident.get_absolute_url())
    page.locator(".actions > details > summary", has_text="Recover").click()
    page.locator("details[open] textarea[name=workaround]").fill("weight 0 for PG-3")
    services.acknowledge_incident(Incident.objects.get(pk=incident.pk), actor=other, via="sms")
    page.locator("details[open] button[type=submit]", has_text="Recover").click()
    refusal = page.locator(".refusal")
    assert "Wang Wei acknowledged it" in refusal.inner_text()
    assert refusal.locator("textarea").input_value() == "weight 0 for PG-3"
    refusal.get_by_role("button", name="Recover").click()
    page.wait_for_url("**/incidents/*/")
    incident.refresh_from_db()
    assert incident.status == "recovered"
    assert incident.workaround == "weight 0 for PG-3"


def test_the_key_a_acknowledges(open_page: Open) -> None:
    person, incident = make_person(), make_incident()
    page = open_page(person, incident.get_absolute_url())
    page.keyboard.press("a")
    page.get_by_text("Done: Acknowledge").wait_for()
    incident.refresh_from_db()
    assert incident.handler == person


def test_the_page_shows_what_others_do_without_losing_a_draft(open_page: Open) -> None:
    person, other, incident = make_person(), make_person(name="Wang Wei"), make_incident()
    page = open_page(person, incident.get_absolute_url())
    draft = page.locator(".composer textarea")
    draft.fill("half a thought")
    services.acknowledge_incident(Incident.objects.get(pk=incident.pk), actor=other, via="web")
    page.locator("#timeline", has_text="Wang Wei acknowledged it").wait_for(timeout=20_000)
    assert page.locator("#incident-head .status").inner_text().strip() == "Acknowledged"
    assert draft.input_value() == "half a thought"


def test_the_card_acknowledges_on_a_phone_without_a_script(open_page: Open) -> None:
    person, incident = make_person(), make_incident()
    page = open_page(person, f"/incidents/{incident.pk}/card/", size=NARROW, script=False)
    button = page.get_by_role("button", name="Acknowledge")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    button.click()
    page.get_by_text("is on it.").wait_for()
    incident.refresh_from_db()
    assert incident.handler == person
