"""axe finds nothing against WCAG 2.2 A and AA: light and dark, 320 and 1280 px wide, menus closed and open."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.addresses import all_addresses
from tests.browser.demo import Demo
from tests.browser.site import Site
from tests.browser.test_pages import MAIN

pytestmark = pytest.mark.django_db

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async ([part, tags]) => {
    // Colours that are still on their way from one theme to the other are nobody's colours.
    document.getAnimations().forEach((animation) => animation.finish());
    const answer = await axe.run(part, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
    return answer.violations.flatMap((rule) => rule.nodes.map(
        (node) => `${rule.id}: ${node.target.join(" ")} ${node.html.slice(0, 160)} (${node.failureSummary})`));
}"""
MENUS = "details.menu, details.phone-menu"
OPEN_FOLDS = (
    f"document.querySelectorAll('details:not({MENUS})').forEach((fold) => {{ fold.name = ''; fold.open = true; }})"
)
SHOW_MENU = """(shown) => document.querySelectorAll("details.menu").forEach((menu, number) => {
    menu.name = "";
    menu.open = number === shown;
    menu.id = `menu-${number}`;
})"""
SIZES = {320: 800, 1280: 900}


@pytest.fixture(scope="module")
def page(site: Site, demo: Demo) -> Iterator[Page]:
    """The policy is passed by for axe alone: a content security policy does not let it into the page."""
    with site.visit(demo.administrator, bypass_csp=True) as (page, _watch):
        yield page


def examine(page: Page, width: int, scheme: str, part: str = "html") -> list[str]:
    page.set_viewport_size({"width": width, "height": SIZES[width]})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    found: list[str] = page.evaluate(RUN, [part, TAGS])
    return [f"{width} px, {scheme}: {violation}" for violation in found]


@pytest.mark.parametrize(
    "name",
    [
        *MAIN,
        "login",
        "incidents:command",
        "catalog:tokens",
        "detection:edit_rule",
        "detection:versions",
        "detection:explain",
    ],
)
def test_axe_finds_nothing(page: Page, demo: Demo, name: str) -> None:
    address = next(address for address in all_addresses() if address.name == name)
    page.goto(address.paths(demo)[0])
    page.evaluate(AXE_SCRIPT)
    found = [line for width in SIZES for scheme in ("light", "dark") for line in examine(page, width, scheme)]
    page.evaluate(OPEN_FOLDS)
    found += [f"unfolded, {line}" for line in examine(page, 1280, "light")]
    for number in range(page.locator("details.menu").count()):
        page.evaluate(SHOW_MENU, number)
        found += [f"menu {number}, {line}" for line in examine(page, 1280, "dark", f"#menu-{number}")]
    assert not found, "\n".join(found)


def test_axe_would_find_something(page: Page) -> None:
    page.goto("/incidents/")
    page.evaluate(AXE_SCRIPT)
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
    assert any("button-name" in line for line in examine(page, 1280, "light"))
