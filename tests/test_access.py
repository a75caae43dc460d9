"""Who gets where, and that nothing in an address breaks a page: every address of the URLconf, GET and POST.

A new view is tested by itself. One that is open to everybody, or to reporters, must be listed here.
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from lifecycle.models import Event
from tests.browser.addresses import Address, all_addresses
from tests.browser.demo import Demo, client_of, keep_demo
from tests.browser.test_pages import main_paths

pytestmark = pytest.mark.django_db

ADDRESSES = all_addresses()
ARGUMENTATIVE = [address for address in ADDRESSES if address.arguments]
ABSENT = 10**30
# What anybody may do, by (status of GET, status of POST).
PUBLIC = {
    "home": (302, 302),
    "boards:linked-wall": (200, 405),
    "alive": (200, 200),
    "login": (200, 200),
    "set_theme": (405, 400),
    "set_language": (405, 400),
    "incidents:portal": (200, 400),
    "incidents:follow-up": (200, 400),
    "notifications:healthz": (503, 405),
    "notifications:metrics": (404, 405),
    "incidents:mail-webhook": (405, 403),
    "take_alerts": (405, 404),
    "take_alerts_with_key": (405, 404),
    "take_event": (405, 400),
    "take_beat": (404, 404),
    "notifications:sms-gateway": (405, 403),
    "notifications:calendar": (200, 405),
    "notifications:twilio-sms": (405, 403),
    "notifications:twilio-status": (405, 403),
    "notifications:twilio-digits": (405, 403),
}
# What somebody may who has only the role of a reporter.
OF_REPORTERS = {
    **PUBLIC,
    "logout": (405, 302),
    "boards:own": (302, 405),
    "incidents:list": (200, 405),
    "incidents:new": (200, 400),
    "catalog:me": (200, 400),
    "catalog:password": (200, 400),
    "catalog:tokens": (200, 400),
    "incidents-api": (200, 404),
    "schema": (200, 405),
    "api-docs": (200, 405),
}
LINK = "notifications:link"
MOST_LINKS = 4  # of one view
HREF = re.compile(r'<a\b[^>]*?\shref="([^"]+)"')
HOSTILE = (
    "%00",
    "a%00b",
    "99999999999999999999999999",
    "-1",
    "' OR 1=1 --",
    "%27;DROP TABLE x",
    "(((((",
    "[a-",
    "%25_%5C",
    "%C0%AF",
    "%F0%9F%94%A5",
    "\N{ARABIC-INDIC DIGIT THREE}",
    "NaN",
    "a" * 3000,
)
FOREIGN = ("", "[]", '"text"', "{", '{"version": "x", "note": "a\\u0000b"}', "null")
PARAMETERS = {
    "incidents:list": (
        *("q", "service", "level", "status", "owner", "handler", "team", "category", "tag", "source", "priority"),
        *("sla", "reported_from", "reported_to", "major", "family", "parent", "cf_acquirer", "cf_none", "order"),
        *("density", "tab", "page"),
    ),
    "incidents:export": ("q", "level", "parent", "reported_to", "order", "tab"),
    "incidents:new": ("service", "template"),
    "incidents:suggestion": ("impact", "urgency", "criteria", "title", "service", "category"),
    "incidents:mails": ("tab", "page"),
    "problems:list": ("view", "status", "sort", "page"),
    "problems:command": ("parent",),
    "problems:new": ("incident",),
    "problems:plan-figures": ("days",),
    "postmortems:list": ("status", "page"),
    "postmortems:new": ("incident",),
    "postmortems:postmortem": ("page",),
    "lessons:list": ("q", "tag", "page"),
    "lessons-api": ("q", "tag", "limit", "offset"),
    "postmortems:settings-wording": ("text",),
    "postmortems:poll-texts": ("known",),
    "postmortems:print": ("language",),
    "postmortems:markdown": ("language",),
    "incidents:actions": (
        "q",
        "show",
        "origin",
        "owner",
        "type",
        "status",
        "due_from",
        "due_to",
        "age",
        "order",
        "page",
    ),
    "incidents:actions-export": ("show", "owner", "due_to", "order"),
    "incidents:new-action": ("incident", "origin", "origin_id"),
    "actions-api": ("show", "origin", "owner", "age", "due_from", "cursor", "page_size"),
    "catalog:services": ("q", "line", "team", "page", "show"),
    "catalog:people": ("q", "role", "phone", "page"),
    "catalog:teams": ("q", "page"),
    "notifications:routes": ("ask", "incident", "labels"),
    "notifications:simulation": ("service", "level", "at"),
    "notifications:changes": ("page",),
    "notifications:new-route": ("parent",),
    "detection:list": ("q", "mode", "status", "kind", "service", "page"),
    "detection:explain": ("series", "at"),
    "explain-api": ("series", "labels", "at"),
    "detection:alerts": ("q", "status", "origin", "severity", "service", "page"),
    "detection:new_maintenance": ("service",),
    "detection:metrics": ("page",),
    "detection:new_rule": ("metric", "from", "template"),
    "detection:sources": ("page",),
    "detection:new_metric": ("table", "template"),
    "inspections:findings": ("q", "status", "risk", "service", "owner", "inspection", "page"),
    "inspections:activities": ("page",),
    "inspections:entries": ("page",),
    "inspections:score": ("window", "within", "inspection"),
    "inspections:score-rows": ("window", "within", "inspection", "page"),
    "inspection-score-api": ("window", "within", "inspection"),
    "findings-api": ("status", "risk", "inspection", "activity", "service__slug", "owner__username", "due_on__lt"),
    "sources-api": ("cursor", "page_size"),
    "reports:month": ("edition",),
    "reports:rows": ("service", "level", "status", "source", "known", "lacks", "clock", "verdict", "impact", "page"),
    "reports:explore": ("indicator", "by", "then", "period", "from", "to", "level", "part"),
    "reports:indicator-rows": ("indicator", "period", "part", "service", "page"),
    "api-indicator": ("by", "period", "from", "level"),
    "incidents:incident": ("show", "order", "from"),
    "notifications:oncall": ("view", "week", "team"),
    "oncall-api": ("at",),
    "notifications:override": ("from", "to", "kind"),
    "notifications:new-layer": ("kind",),
    "login": ("next",),
    "boards:wall": ("theme",),
    "boards:executive": ("period",),
    "boards:oncall-load": ("period",),
    "incidents-api": ("q", "service", "level", "status", "owner", "cursor", "page_size"),
    "incident-events-api": ("cursor", "page_size"),
    "problems-api": ("status", "service__slug", "owner__username", "cursor"),
    "postmortems-api": ("status", "cursor"),
    "api-services": ("is_active", "business_line__slug", "operations_team__slug", "limit", "offset"),
    "api-people": ("username", "is_active", "limit", "offset"),
    "alerts-api": ("rule", "origin", "status", "cursor"),
    "schema": ("format",),
    "api-docs": ("lang", "script"),
}


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any, unprinted: None) -> Iterator[Demo]:
    with django_db_blocker.unblock(), keep_demo() as demo:
        yield demo


@pytest.fixture
def reporter(demo: Demo) -> Client:
    """Rita, who has reported nothing."""
    return client_of(demo.company.people["rita"])


@pytest.fixture
def administrator(demo: Demo) -> Client:
    client = client_of(demo.administrator)
    client.raise_request_exception = False
    return client


def both(client: Client, path: str) -> tuple[int, int]:
    """What GET and an empty POST answer."""
    return client.get(path).status_code, client.post(path).status_code


def hostile_queries(parameters: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each value once at least, each parameter twice at least, in turn: all with all would take minutes."""
    for turn in range(max(len(HOSTILE), 2 * len(parameters))):
        # The values move on by one with each round of the parameters, or some of them would never meet.
        yield parameters[turn % len(parameters)], HOSTILE[(turn + turn // len(parameters)) % len(HOSTILE)]


def test_every_exception_is_an_address() -> None:
    assert set(OF_REPORTERS) | set(PARAMETERS) <= {address.name for address in ADDRESSES}


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_strangers_get_no_further_than_the_door(client: Client, demo: Demo, address: Address) -> None:
    if address.name == LINK:
        return
    paths = address.paths(demo)
    before = Event.objects.count()
    for path in paths:
        if address.name in PUBLIC:
            assert both(client, path) == PUBLIC[address.name], path
            continue
        for answer in (client.get(path), client.post(path)):
            if address.is_api and address.name != "api-docs":
                assert answer.status_code == 401, path
            else:
                assert answer.status_code in (302, 405), path
                assert answer.headers.get("Location", "/login/").startswith("/login/")
    assert Event.objects.count() == before


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_a_reporter_sees_nothing_of_others(reporter: Client, demo: Demo, address: Address) -> None:
    if address.name == LINK:
        return
    paths = address.paths(demo)
    before = Event.objects.count()
    for path in paths:
        got, posted = both(reporter, path)
        if address.name in OF_REPORTERS:
            assert (got, posted) == OF_REPORTERS[address.name], path
        else:
            assert got in (404, 405), path
            assert posted in (404, 405), path
            assert 404 in (got, posted), path
    assert Event.objects.count() == before


def test_a_link_that_nobody_was_sent_is_nowhere(client: Client) -> None:
    for secret in ("x", "x" * 500, "%00", "..%2f"):
        assert both(client, f"/a/{secret}/") == (404, 404)


def test_the_doors_have_no_way_out(client: Client, administrator: Client) -> None:
    """Neither signing in nor a preference nor a verb leads to another host."""
    for asked in ("https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)"):
        typed = {"username": "alice", "password": "a-password-of-the-demo", "next": asked}
        assert client.post("/login/", typed).headers["Location"] == "/"
        for path, value in (("/theme/", {"theme": "dark"}), ("/language/", {"language": "en"})):
            assert administrator.post(path, {**value, "next": asked}).headers["Location"] == "/"


@pytest.mark.parametrize("address", ARGUMENTATIVE, ids=str)
def test_what_does_not_exist_is_not_found(administrator: Client, demo: Demo, address: Address) -> None:
    odd = ("0", "no-such-thing", "9999-99")  # in turn: each answer is a page of its own to draw
    for value in (str(ABSENT), "a%00", odd[ARGUMENTATIVE.index(address) % len(odd)]):
        path = "/" + re.sub(r"<[^>]+>", value, address.route)
        got, posted = both(administrator, path)
        assert got in (404, 405), path
        assert posted in (403, 404, 405), path


@pytest.mark.parametrize("name", PARAMETERS)
def test_no_query_breaks_a_page(administrator: Client, demo: Demo, name: str) -> None:
    address = next(address for address in ADDRESSES if address.name == name)
    path = address.paths(demo)[0]
    for parameter, value in hostile_queries(PARAMETERS[name]):
        answer = administrator.get(path, QUERY_STRING=f"{parameter}={value}".encode().decode("latin-1"))
        assert answer.status_code in (200, 302, 400, 404), f"{path}?{parameter}={value}: {answer.status_code}"


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_no_empty_or_foreign_post_breaks_a_page(administrator: Client, demo: Demo, address: Address) -> None:
    for path in address.paths(demo):
        for body in FOREIGN if address.is_api else FOREIGN[:1]:
            answer = administrator.post(path, body, content_type="application/json")
            assert answer.status_code < 500, f"{path} with {body}: {answer.status_code}"


def test_every_link_of_the_main_pages_leads_somewhere(demo: Demo) -> None:
    """One link of each kind: of the same view, with the same names in its query; a few of each view."""
    client, kinds = client_of(demo.administrator), dict[tuple[str, ...], str]()
    for path in main_paths(demo):
        for href in HREF.findall(client.get(path).content.decode()):
            link = urljoin(path, unescape(href)).partition("#")[0]
            assert link.startswith("/"), f"a link of {path} leads out of the house: {link}"
            kinds.setdefault(kind_of(link), link)
    assert len(kinds) > 50
    views: dict[str, list[str]] = {}
    for kind, link in kinds.items():
        views.setdefault(kind[0], []).append(link)
    answers = {link: client.get(link).status_code for links in views.values() for link in links[:MOST_LINKS]}
    assert {link: status for link, status in answers.items() if status not in (200, 302)} == {}


def kind_of(link: str) -> tuple[str, ...]:
    parts = urlsplit(link)
    match = resolve(parts.path)
    return (match.view_name, str(match.kwargs.get("verb", "")), *sorted(parse_qs(parts.query, keep_blank_values=True)))
