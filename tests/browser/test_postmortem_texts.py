"""Two people in one text of a postmortem, in Chromium: saved by itself, seen by the other, merged, no line lost."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from catalog.models import Person
from postmortems.models import Postmortem, Section
from tests.browser.site import Site, sign_in
from tests.factories import make_person
from tests.postmortems.makers import make_postmortem

pytestmark = pytest.mark.django_db(transaction=True)
TURN = 5_100


@pytest.fixture
def two(browser: Browser, live_server: Any) -> Iterator[list[Page]]:
    """Alice and Bob before the same page, with the browser's clock in the test's hand."""
    people: list[Person] = [make_person(name="Alice"), make_person(name="Bob")]
    postmortem = make_postmortem(actor=people[0])
    site = Site(browser, live_server.url, {person.pk: sign_in(person, live_server.url) for person in people})
    with ExitStack() as stack:
        pages = []
        for person in people:
            page, _watch = stack.enter_context(site.visit(person))
            page.clock.install()
            page.goto(f"/postmortems/{postmortem.pk}/texts/")
            pages.append(page)
        yield pages


def test_two_people_write_in_one_text_and_nothing_is_lost(two: list[Page]) -> None:
    alice, bob = two
    summary = "#text-summary"
    alice.locator(summary).fill("Cards failed\nat nine")
    alice.clock.run_for(TURN)
    expect(alice.locator("#summary [data-state]")).to_have_text(re.compile(r"^saved \d\d:\d\d:\d\d$"))
    bob.clock.run_for(TURN)
    expect(bob.locator(summary)).to_have_value("Cards failed\nat nine")
    expect(bob.locator("#summary [data-writers]")).to_have_text("Alice is writing here")
    alice.locator(summary).fill("All cards failed\nat nine")
    bob.locator(summary).fill("Cards failed\nat nine\nand came back at ten, because Alice forgot it")
    alice.clock.run_for(TURN)
    expect(alice.locator("#summary [data-state]")).to_have_text(re.compile("^saved"))
    bob.clock.run_for(TURN)
    whole = "All cards failed\nat nine\nand came back at ten, because Alice forgot it"
    expect(bob.locator(summary)).to_have_value(whole)
    expect(bob.locator("#summary [data-hints] li")).to_have_count(2)
    alice.clock.run_for(TURN)
    expect(alice.locator(summary)).to_have_value(whole)
    # Without a line the text stays, is told to be unsaved, outlives a reload, and is merged once the line is back.
    bob.context.set_offline(True)
    bob.locator(summary).press_sequentially("!")
    bob.clock.run_for(TURN)
    expect(bob.locator("#summary [data-state]")).to_contain_text("not saved")
    alice.locator(summary).fill(f"First:\n{whole}")
    alice.clock.run_for(TURN)
    expect(alice.locator("#summary [data-state]")).to_have_text(re.compile("^saved"))
    bob.context.set_offline(False)
    bob.on("dialog", lambda dialog: dialog.accept())
    bob.reload()
    expect(bob.locator(summary)).to_have_value(re.compile("!"))
    bob.clock.run_for(TURN)
    expect(bob.locator(summary)).to_have_value(re.compile("^First:"))
    text = Section.objects.get(postmortem=Postmortem.objects.get(), key="summary").text
    assert text.startswith("First:\nAll cards failed\nat nine")
    assert "!" in text
