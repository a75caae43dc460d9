"""Every page of the URLconf in Chromium: whole, silent, asking no other host, under the enforced policy, on a phone."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Page, Response

from tests.browser.addresses import Address, all_addresses
from tests.browser.demo import Demo, client_of
from tests.browser.site import DESK, PHONE, Site, Watch

pytestmark = pytest.mark.django_db

POST = "acts on POST only"
PART = "a part of a page"
TOKEN = "asks for a token of its own"
ELSEWHERE = "leads elsewhere"
ASKED = {"reports:explore-csv": "?indicator=incidents"}  # what it cannot answer without
NOT_PAGES = {
    "alive": "a word for load balancers",
    "notifications:healthz": "JSON for monitors",
    "notifications:metrics": TOKEN,
    "detection:export": "a download",
    "take_beat": TOKEN,
    "notifications:calendar": "a download",
    "incidents:export": "a download",
    "incidents:actions-export": "a download",
    "postmortems:actions": ELSEWHERE,
    "incidents:attachment": "a download",
    "incidents:suggestion": PART,
    "reports:csv": "a download",
    "reports:xlsx": "a download",
    "reports:pdf": "a PDF",
    "reports:chart-csv": "a download",
    "meetings:minutes": "a download",
    "reports:explore-csv": "a download",
    "reports:handbook-pdf": "a PDF",
    "reports:postmortem-pdf": "a PDF",
    "postmortems:markdown": "a download",
    "postmortems:poll-texts": "JSON for the page of texts",
    "schema": "YAML for programs",
    **dict.fromkeys(
        (
            "logout",
            "set_theme",
            "set_language",
            "catalog:withdraw-token",
            "detection:look_at_source",
            "detection:remove_source",
            "detection:pause_collection",
            "detection:resume_collection",
            "detection:enable_rule",
            "detection:disable_rule",
            "detection:go_live",
            "detection:return_to_shadow",
            "detection:compare_versions",
            "detection:restore_version",
            "detection:act_on_integration",
            "detection:retry_receipt",
            "detection:act_on_route",
            "detection:act_on_correlation_rule",
            "detection:extend_maintenance",
            "detection:end_maintenance",
            "detection:act_on_heartbeat",
            "inspections:act",
            "inspections:remove-entry",
            "incidents:delete-view",
            "incidents:remove-impact",
            "incidents:mail-webhook",
            "take_alerts",
            "take_alerts_with_key",
            "take_event",
            "incidents:settings-delete-calendar",
            "problems:move-plan-step",
            "reports:sign",
            "reports:amend",
            "reports:comment",
            "reports:subscription",
            "meetings:plan",
            "meetings:draft-hand-over",
            "boards:choose",
            "boards:revoke-wall-link",
            "notifications:act-on-feed",
            "notifications:act-on-layer",
            "notifications:act-on-swap",
            "notifications:copy-policy",
            "notifications:delete-policy",
            "notifications:delete-route",
            "notifications:delete-rule",
            "notifications:end-drill",
            "notifications:pass-on",
            "notifications:steer",
            "notifications:take-over",
            "notifications:withdraw-override",
            "notifications:test-page",
            "notifications:test-chat",
            "notifications:chat-groups",
            "notifications:create-war-room",
            "notifications:sms-gateway",
            "notifications:twilio-sms",
            "notifications:twilio-status",
            "notifications:twilio-digits",
        ),
        POST,
    ),
}
PAGES = [
    address for address in all_addresses() if address.name not in NOT_PAGES and not address.route.startswith("api/v1/")
]
MAIN = (
    "boards:board",
    "boards:wall",
    "incidents:list",
    "incidents:new",
    "incidents:incident",
    "incidents:card",
    "incidents:approvals",
    "problems:list",
    "problems:problem",
    "problems:plans",
    "problems:plan",
    "problems:plan-draft",
    "problems:plan-run",
    "postmortems:list",
    "postmortems:postmortem",
    "postmortems:settings",
    "lessons:list",
    "lessons:lesson",
    "postmortems:texts",
    "incidents:actions",
    "incidents:action",
    "detection:list",
    "detection:rule",
    "detection:metric",
    "detection:source",
    "detection:new_metric",
    "inspections:list",
    "inspections:inspection",
    "inspections:finding",
    "inspections:findings",
    "reports:list",
    "reports:month",
    "reports:compare",
    "reports:handbook",
    "meetings:list",
    "meetings:meeting",
    "meetings:hand-over",
    "notifications:oncall",
    "notifications:schedule",
    "notifications:layer",
    "notifications:coverage",
    "notifications:swaps",
    "notifications:pager",
    "notifications:paging",
    "notifications:phone",
    "catalog:services",
    "catalog:service",
    "catalog:people",
    "catalog:me",
    "notifications:link",
)
DIRECTIVES = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "object-src 'none'", "base-uri 'none'"}
Visit = tuple[Page, Watch]


@pytest.fixture(scope="module")
def visit(site: Site, demo: Demo) -> Iterator[Visit]:
    """One context for all pages, of somebody who may see them."""
    with site.visit(demo.administrator) as visit:
        yield visit


def main_paths(demo: Demo) -> list[str]:
    known = {address.name: address for address in PAGES}
    return [known[name].paths(demo)[0] for name in MAIN]


def look_at(visit: Visit, path: str, *, language: str = "en") -> Response:
    """Open the page and find nothing wrong with it, at a desk and on a phone."""
    page, watch = visit
    page.set_viewport_size(DESK)
    response = page.goto(path)
    assert response is not None
    assert response.status == 200, path
    policy = response.headers.get("content-security-policy", "")
    assert set(policy.split("; ")) >= DIRECTIVES, policy
    assert "unsafe" not in policy
    assert page.title().removesuffix("· Mainstay").strip(), path
    assert page.locator("html").get_attribute("lang") == language
    assert overflow(page) == 0, f"{path} is {overflow(page)} px too wide for a desk"
    page.set_viewport_size(PHONE)
    assert overflow(page) == 0, f"{path} is {overflow(page)} px too wide for a phone: {page.evaluate(WIDE)}"
    assert watch.take() == [], path
    return response


# What sticks out, for the message; tables and the closed menu scroll inside themselves.
WIDE = """[...document.querySelectorAll("body *")]
    .filter((node) => node.checkVisibility() && !node.closest(".table-wrap, .visually-hidden, .phone-panel"))
    .filter((node) => node.getBoundingClientRect().right > innerWidth)
    .map((node) => node.outerHTML.slice(0, 120)).slice(0, 8)"""


def overflow(page: Page) -> int:
    """CSS pixels by which the page must be scrolled sideways."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


@pytest.mark.parametrize("address", PAGES, ids=str)
def test_a_page_is_whole_silent_and_fits(visit: Visit, demo: Demo, address: Address) -> None:
    paths = address.paths(demo)
    assert paths, f"the demo has nothing for {address.route}"
    for path in paths:
        look_at(visit, path)


def test_the_documentation_of_the_api_is_drawn(visit: Visit) -> None:
    page, watch = visit
    page.goto("/api/docs/")
    page.locator(".opblock").first.wait_for(timeout=30_000)
    wanted = page.locator("[id*=incident_acknowledge]")
    for _screen in range(200):  # operations are drawn as they come into view
        if wanted.count():
            break
        page.keyboard.press("PageDown")
        page.wait_for_timeout(50)
    wanted.first.wait_for(timeout=30_000)
    assert watch.take() == []


@pytest.mark.browser  # it needs none, but a company of its own only here
@pytest.mark.parametrize("name", NOT_PAGES)
def test_what_is_no_page_is_none(demo: Demo, name: str) -> None:
    """So that the list of exceptions does not outlive its reasons."""
    address = next(address for address in all_addresses() if address.name == name)
    response = client_of(demo.administrator).get(address.paths(demo)[0] + ASKED.get(name, ""))
    response.close()
    if NOT_PAGES[name] == POST:
        assert response.status_code == 405
    elif NOT_PAGES[name] == TOKEN:
        assert response.status_code == 404
    elif NOT_PAGES[name] == ELSEWHERE:
        assert response.status_code == 302
    else:
        assert response.status_code in (200, 503)
        assert response.headers["Content-Type"].startswith("text/html") is (NOT_PAGES[name] == PART)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_main_pages_in_chinese(site: Site, demo: Demo, scheme: str) -> None:
    with site.visit(demo.chinese, color_scheme=scheme) as visit:
        for path in main_paths(demo):
            # The link in a mail speaks the language of the person it was sent to.
            look_at(visit, path, language="en" if path.startswith("/a/") else "zh-hans")
        assert "事件" in visit[0].goto("/incidents/").text()  # type: ignore[union-attr]


def test_the_main_pages_in_the_dark(site: Site, demo: Demo) -> None:
    with site.visit(demo.administrator, color_scheme="dark") as visit:
        for path in main_paths(demo):
            look_at(visit, path)
            ground = visit[0].evaluate("getComputedStyle(document.body).backgroundColor")
            assert max(int(part) for part in ground.strip("rgb()").split(",")[:3]) < 80, f"{path} is bright: {ground}"


@pytest.mark.parametrize("path", ["/login/", "/incidents/", "/nowhere/"])
def test_strangers_see_whole_pages_too(site: Site, path: str) -> None:
    with site.visit() as (page, watch):
        response = page.goto(path)
        assert response is not None
        assert response.headers["content-security-policy"]
        assert page.title()
        page.set_viewport_size(PHONE)
        assert overflow(page) == 0
        assert [fault for fault in watch.take() if "/nowhere/" not in fault and "404" not in fault] == []


def test_the_watch_sees_what_it_watches_for(site: Site, demo: Demo) -> None:
    """A test that cannot fail shows nothing: a script, a style, a stranger's host and a lost file are all noticed."""
    with site.visit(demo.administrator) as (page, watch):
        page.goto("/incidents/")
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.intruder = true";
                const picture = document.createElement("img");
                picture.src = "/static/lost.png";
                document.body.append(script, picture);
                document.body.setAttribute("style", "color: red");
                return fetch("https://example.com/").catch(() => {});
            }"""
        )
        page.wait_for_load_state("networkidle")
        faults = "\n".join(watch.take())
        assert page.evaluate("window.intruder") is None
    for expected in ("script-src", "style-src", "connect-src", "lost.png"):
        assert expected in faults, faults


def test_the_policy_is_enforced_and_not_only_reported() -> None:
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["default-src"] == ["'none'"]
    assert not getattr(settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY", None)
