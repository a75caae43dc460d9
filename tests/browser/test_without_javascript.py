"""Read, acknowledge, recover, resolve, note, approve, report and raise: with the script turned off."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from incidents.models import Incident, Solution, Status
from tests.browser.demo import PASSWORD, Demo
from tests.browser.site import PHONE, Site, Watch

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(site: Site) -> Iterator[tuple[Page, Watch]]:
    """Signed out. Whatever a page does wrong, and the test does not take, fails it."""
    with site.visit(java_script_enabled=False) as (page, watch):
        yield page, watch
        assert watch.take() == []


@pytest.fixture
def page(visit: tuple[Page, Watch]) -> Page:
    return visit[0]


def sign_in(page: Page, username: str) -> None:
    page.goto("/login/")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("/login/"))


def report(page: Page, title: str) -> Incident:
    """Fill the full form in, by its labels."""
    page.goto("/incidents/new/")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Features and details").fill("Every second card is refused.")
    page.get_by_role("combobox", name="Service").select_option("card-payments")
    page.get_by_role("radio", name="Level 2").check()
    page.get_by_label("Reporter", exact=False).first.fill("A shop")
    page.get_by_label("Reporter's contact").fill("shop@example.com")
    page.locator("main form").get_by_role("button").last.click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    return Incident.objects.get(title=title)


def status_of(page: Page) -> str:
    return page.locator("#incident-head .status").inner_text().strip()


def test_somebody_who_may_not_sign_in_reads_why(page: Page) -> None:
    page.goto("/incidents/")
    page.get_by_label("User name").fill("alice")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def test_an_incident_from_report_to_close(page: Page) -> None:
    sign_in(page, "alice")
    incident = report(page, "Cards are refused at random")
    assert status_of(page) == "Reported"

    page.get_by_role("link", name="Incidents").first.click()
    row = page.locator(f"#incident-{incident.pk}")
    row.get_by_role("button", name="Acknowledge").click()
    expect(row.locator(".status")).to_have_text("Acknowledged")
    row.get_by_role("link", name=incident.title).click()

    page.get_by_role("textbox", name="Add to the timeline").fill("The switch of bank B answers late")
    page.get_by_role("button", name="Add to the timeline").click()
    expect(page.locator("#timeline")).to_contain_text("The switch of bank B answers late")

    act(page, "Recover", {"Workaround": "Routed around bank B"})
    assert status_of(page) == "Recovered"
    act(page, "Resolve", {"What was done about the cause": "Bank B has replaced its switch"})
    assert status_of(page) == "Resolved"
    incident.refresh_from_db()
    assert incident.status == Status.RESOLVED
    assert incident.workaround == "Routed around bank B"


def act(page: Page, verb: str, values: dict[str, str]) -> None:
    """Open the form of a verb at the head of the page, fill it in and send it."""
    menu = page.locator("#incident-head details.action").filter(has=page.locator("summary", has_text=verb)).first
    menu.locator("summary").first.click()
    for label, value in values.items():
        menu.get_by_label(label).fill(value)
    menu.get_by_role("button", name=verb).click()


def test_a_refused_form_keeps_what_was_typed(visit: tuple[Page, Watch]) -> None:
    page, watch = visit
    sign_in(page, "alice")
    incident = report(page, "Statements show old figures")
    page.goto(f"/incidents/{incident.pk}/merge/")
    form = page.locator(".card form[action$='/merge/']").first
    form.get_by_label("Duplicate of").fill("INC-999999")
    form.get_by_role("button").click()
    expect(page.locator(".refusal").get_by_label("Duplicate of")).to_have_value("INC-999999")
    assert [fault for fault in watch.take() if "400" not in fault] == []


def test_a_solution_is_approved(page: Page, demo: Demo) -> None:
    waiting = Solution.objects.filter(status="proposed").latest("pk")
    sign_in(page, "mona")
    page.get_by_role("link", name="Approvals").first.click()
    page.locator(f"#solution-{waiting.pk}").get_by_role("link", name=waiting.text).click()
    details = page.locator("details.action").filter(has=page.locator("summary", has_text="Approve")).first
    details.locator("summary").first.click()
    details.get_by_label("Note").fill("Outside the peak")
    details.get_by_role("button", name="Approve").click()
    expect(page.locator("main")).to_contain_text("Outside the peak")
    waiting.refresh_from_db()
    assert waiting.status == "approved"


def test_a_reporter_reports_and_sees_only_that(page: Page) -> None:
    sign_in(page, "rita")
    expect(page.locator("#rows tr")).to_have_count(0)
    page.get_by_role("link", name="Declare incident").first.click()
    page.get_by_label("Title").fill("My refund does not arrive")
    page.get_by_label("Features and details").fill("Three days now.")
    page.get_by_role("combobox", name="Service").select_option("shop-checkout")
    page.get_by_role("radio", name="Something does not work").check()
    page.locator("main form").get_by_role("button").last.click()
    expect(page.get_by_role("heading", name="My refund does not arrive")).to_be_visible()
    page.goto("/incidents/")
    expect(page.locator("#rows tr")).to_have_count(1)


def test_a_problem_is_raised_from_an_incident(page: Page) -> None:
    sign_in(page, "bob")
    incident = report(page, "Receipts print twice")
    page.goto(f"/problems/new/?incident={incident.pk}")
    expect(page.get_by_label("Title")).to_have_value("Receipts print twice")
    page.locator("main form").get_by_role("button").last.click()
    expect(page.locator("main h1")).to_contain_text("Receipts print twice")
    assert incident.problems.count() == 1


def test_a_phone_without_a_script_acknowledges(site: Site, demo: Demo) -> None:
    with site.visit(java_script_enabled=False, viewport=PHONE) as (page, watch):
        sign_in(page, "bob")
        incident = report(page, "Terminals ask for the PIN twice")
        page.goto(f"/incidents/{incident.pk}/card/")
        button = page.locator(f"form[action='/incidents/{incident.pk}/acknowledge/'] button")
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        button.click()
        expect(page.locator(".status").first).to_have_class("status status-acknowledged")
        page.goto("/incidents/")
        page.locator("details.phone-menu > summary").click()
        expect(page.locator(".phone-panel").get_by_role("link", name="Problems")).to_be_visible()
        assert watch.take() == []
