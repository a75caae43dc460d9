"""Who gets where, and that nothing in an address breaks a page: every address of the URLconf, GET and POST.

A new view is tested by itself. One that is open to everybody, or to reporters, must be listed here.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from lifecycle.models import Event
from tests.browser.addresses import Address, all_addresses
from tests.browser.demo import Demo, client_of, keep_demo

pytestmark = pytest.mark.django_db

ADDRESSES = all_addresses()
ARGUMENTATIVE = [address for address in ADDRESSES if address.arguments]
ABSENT = 10**30
# What anybody may do, by (status of GET, status of POST).
PUBLIC = {
    "home": (302, 302),
    "alive": (200, 200),
    "login": (200, 200),
    "set_theme": (405, 400),
    "set_language": (405, 400),
    "incidents:portal": (200, 400),
    "incidents:follow-up": (200, 400),
    "notifications:healthz": (503, 405),
    "notifications:metrics": (404, 405),
    "incidents:mail-webhook": (405, 403),
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
    "incidents:suggestion": ("impact", "urgency", "criteria"),
    "incidents:mails": ("tab", "page"),
    "problems:list": ("view", "status", "page"),
    "problems:new": ("incident",),
    "postmortems:list": ("status", "page"),
    "postmortems:new": ("incident",),
    "postmortems:actions": ("show", "page"),
    "catalog:services": ("q", "line", "team", "page", "show"),
    "catalog:people": ("q", "role", "phone", "page"),
    "catalog:teams": ("q", "page"),
    "notifications:routes": ("ask", "incident", "labels"),
    "notifications:simulation": ("service", "level", "at"),
    "notifications:changes": ("page",),
    "notifications:new-route": ("parent",),
    "detection:list": ("page",),
    "detection:metrics": ("page",),
    "detection:new_rule": ("metric",),
    "reports:rows": ("service", "level", "status", "source", "known", "lacks", "clock", "verdict", "impact", "page"),
    "incidents:incident": ("show", "order", "from"),
    "notifications:oncall": ("view", "week", "team"),
    "oncall-api": ("at",),
    "notifications:override": ("from", "to", "kind"),
    "notifications:new-layer": ("kind",),
    "login": ("next",),
    "incidents-api": ("q", "service", "level", "status", "owner", "cursor", "page_size"),
    "incident-events-api": ("cursor", "page_size"),
    "problems-api": ("status", "service__slug", "owner__username", "cursor"),
    "postmortems-api": ("status", "cursor"),
    "api-services": ("is_active", "business_line__slug", "operations_team__slug", "limit", "offset"),
    "api-people": ("username", "is_active", "limit", "offset"),
    "alerts-api": ("rule", "status", "cursor"),
    "schema": ("format",),
    "api-docs": ("lang", "script"),
}


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[Demo]:
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
    for value in (str(ABSENT), "0", "no-such-thing", "a%00", "9999-99"):
        path = "/" + re.sub(r"<[^>]+>", value, address.route)
        got, posted = both(administrator, path)
        assert got in (404, 405), path
        assert posted in (403, 404, 405), path


@pytest.mark.parametrize("name", PARAMETERS)
def test_no_query_breaks_a_page(administrator: Client, demo: Demo, name: str) -> None:
    address = next(address for address in ADDRESSES if address.name == name)
    path = address.paths(demo)[0]
    for number, parameter in enumerate(PARAMETERS[name]):
        # Where there are many parameters each gets some of the values, in turn.
        for value in HOSTILE[number % 4 :: 4] if len(PARAMETERS[name]) > 3 else HOSTILE:
            answer = administrator.get(path, QUERY_STRING=f"{parameter}={value}".encode().decode("latin-1"))
            assert answer.status_code in (200, 302, 400, 404), f"{path}?{parameter}={value}: {answer.status_code}"


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_no_empty_or_foreign_post_breaks_a_page(administrator: Client, demo: Demo, address: Address) -> None:
    for path in address.paths(demo):
        for body in FOREIGN if address.is_api else FOREIGN[:1]:
            answer = administrator.post(path, body, content_type="application/json")
            assert answer.status_code < 500, f"{path} with {body}: {answer.status_code}"
