"""The product on a port of its own, and a browser before it that notes whatever a page should not do."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from playwright._impl._api_structures import SetCookieParam, ViewportSize
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, Route
from pytest_django.live_server_helper import LiveServer

from catalog.models import Person
from tests.browser.demo import client_of

PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)
# Runs before the page's own scripts, in every page.
REPORT_VIOLATIONS = """addEventListener("securitypolicyviolation",
    (event) => console.error("CSP", event.violatedDirective, event.blockedURI, event.sourceFile), true)"""


@dataclass
class Watch:
    """What went wrong in a context since it was last asked."""

    url: str
    faults: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        context.add_init_script(REPORT_VIOLATIONS)
        context.route(lambda url: not url.startswith((self.url, "data:")), self._refuse)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.faults.append(f"script failed: {error.error}"))
        context.on("response", self._look)
        context.on("requestfailed", self._miss)

    def take(self) -> list[str]:
        faults, self.faults = self.faults, []
        return faults

    def _refuse(self, route: Route) -> None:
        self.faults.append(f"asked another host: {route.request.url}")
        route.abort()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _look(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")

    def _miss(self, request: Request) -> None:
        # What is under way when the page is left is broken off.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {request.url} {request.failure}")


@dataclass(frozen=True)
class Site:
    browser: Browser
    url: str
    cookies: dict[int, SetCookieParam]

    @contextmanager
    def visit(self, person: Person | None = None, **options: Any) -> Iterator[tuple[Page, Watch]]:
        """A page of a fresh context, of somebody who has signed in or of nobody."""
        context = self.browser.new_context(base_url=self.url, **{"viewport": DESK, **options})
        context.set_default_timeout(5_000)
        if person is not None:
            context.add_cookies([self.cookies[person.pk]])
        watch = Watch(self.url)
        watch.follow(context)
        try:
            yield context.new_page(), watch
        finally:
            context.close()


@contextmanager
def run_site(browser: Browser, people: Iterable[Person]) -> Iterator[Site]:
    """``people`` are signed in here, where it is committed, and not within the transaction of a test."""
    server = LiveServer("localhost")
    try:
        yield Site(browser, server.url, {person.pk: sign_in(person, server.url) for person in people})
    finally:
        server.stop()


def sign_in(person: Person, url: str) -> SetCookieParam:
    cookie = client_of(person).cookies[settings.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value, "url": url}
