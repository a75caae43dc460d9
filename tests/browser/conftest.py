"""Fixtures of the browser tests. Imports stand inside: pytest reads this file before Django's settings exist."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.demo import Demo
    from tests.browser.site import Site


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> "Iterator[Demo]":
    """The demo company, committed, for the whole module."""
    from tests.browser.demo import keep_demo

    with django_db_blocker.unblock(), keep_demo() as demo:
        yield demo


@pytest.fixture(scope="module")
def site(browser: "Browser", demo: "Demo") -> "Iterator[Site]":
    """The product with the demo on a port of its own, and the browser that looks at it."""
    from tests.browser.site import run_site

    with run_site(browser, demo.everybody) as site:
        yield site
