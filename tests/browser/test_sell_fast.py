"""The story "Sell Fast" in the browser: pages load slowly, an update is reverted, a performance test becomes mandatory.

What the monitor and the developers do is done by the services; the review is done by hand.
"""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from catalog.models import Person, Role
from incidents import services as incident_services
from incidents.models import ActionItem, Incident
from lifecycle import clock
from problems.services import raise_problem
from tests.browser.site import Site, sign_in
from tests.detection.inspections.makers import make_inspection
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db(transaction=True)
BLAME = "Pages were slow because nobody tested the update"
TEST = "Performance test becomes mandatory before a release"


@pytest.fixture
def people(transactional_db: None) -> dict[str, Person]:
    return {
        "alice": make_person(name="Alice"),
        "bob": make_person(Role.DEVELOPER, name="Bob"),
        "mona": make_person(Role.INCIDENT_MANAGER, name="Mona"),
    }


@pytest.fixture
def site(browser: Browser, live_server: Any, people: dict[str, Person]) -> Site:
    cookies = {person.pk: sign_in(person, live_server.url) for person in people.values()}
    return Site(browser, live_server.url, cookies)


def reverted(people: dict[str, Person]) -> Incident:
    """Detected, transferred to the performance team, recovered by reverting, resolved, confirmed and closed."""
    by_alice: dict[str, Any] = {"actor": people["alice"], "via": "web"}
    by_bob: dict[str, Any] = {"actor": people["bob"], "via": "web"}
    incident = make_incident(title="Sell Fast: pages load slowly", service=make_service(name="Sell Fast"), level=1)
    incident_services.acknowledge_incident(incident, **by_alice)
    team = make_team(people["bob"], name="Performance")
    incident_services.transfer_incident(incident, team=team, hand_over="Database load is tenfold", **by_alice)
    incident_services.accept_incident(incident, **by_bob)
    incident_services.recover_incident(incident, workaround="Recommendation update reverted", **by_bob)
    solution = incident_services.propose_solution(incident, text="Keep it reverted", **by_bob)
    incident_services.approve_solution(solution, actor=people["mona"], via="web")
    incident_services.resolve_incident(
        incident, resolution="The update is reverted", cause_class="known_defect", **by_bob
    )
    incident_services.confirm_incident(incident, note="Sales confirms", **by_alice)
    raise_problem(incident=incident, title="Recommendations query too much", **by_alice)
    incident_services.close_incident(incident, **by_alice)
    return incident


def press(page: Page, verb: str, label: str) -> None:
    """Open the form of a step by its address, and send it."""
    page.goto(page.url.split("#")[0].split("?")[0] + f"{verb}/")
    page.locator("#opened").get_by_role("button", name=label).click()


def test_sell_fast_ends_with_a_mandatory_performance_test(site: Site, people: dict[str, Person]) -> None:
    incident = reverted(people)
    postmortem = incident.postmortems.get()
    address = postmortem.get_absolute_url()

    with site.visit(people["mona"]) as (page, watch):
        page.goto(incident.get_absolute_url())
        page.locator("#postmortems").get_by_role("link", name=postmortem.reference).click()
        expect(page.locator("#proposed")).to_contain_text("Level 1 or worse")
        press(page, "begin", "Start it")

        # Timeline: drafted; a cause is parked; what nobody did is said by name.
        expect(page.locator("#entry")).to_contain_text("Service recovered: Recommendation update reverted")
        form = page.locator("#add-entry")
        form.get_by_role("textbox", name="When").fill(
            (clock.now() - timedelta(minutes=9)).strftime("%Y-%m-%dT%H:%M:%S")
        )
        form.get_by_label("What happened").fill(BLAME)
        form.get_by_label("Source").fill("release log")
        form.get_by_role("button", name="Add to the timeline").click()
        expect(page.locator("#content")).to_contain_text("parked for the issue phase")
        expect(page.locator("#content").get_by_label("What happened")).to_have_value(BLAME)
        assert watch.take() != []  # the refusal
        page.goto(address)
        question = page.locator("li", has_text="Who was told, when, by which way?")
        question.locator("summary").click()
        question.get_by_role("button", name="It never happened").click()
        expect(page.locator("main")).to_contain_text("Nothing to enter")
        page.get_by_role("button", name="Go on to the issues").click()

        # Issues: the parked thought becomes one, and what the timeline does not say is another.
        parked = page.locator("#parked")
        parked.get_by_label("Issue").fill("The update went live without a performance test")
        parked.get_by_label("Kind").select_option("process")
        parked.get_by_role("button", name="Make it an issue").click()
        form = page.locator("#add-issue")
        form.get_by_label("Issue").fill("Query times are not recorded")
        form.get_by_label("Kind").select_option("missing_data")
        form.get_by_role("button", name="Log it").click()
        expect(page.locator("#issue li")).to_have_count(2)
        page.get_by_role("button", name="Go on to the actions").click()

        # Actions: one owner, one due date; the other issue says why nothing is done.
        form = page.locator("#add-action")
        form.get_by_label("Action").fill(TEST)
        form.get_by_label("Type").select_option("prevent")
        form.get_by_label("Owner").select_option(people["bob"].username)
        form.get_by_label("Due on").fill((clock.now() + timedelta(days=14)).strftime("%Y-%m-%d"))
        form.get_by_label("The update went live without a performance test").check()
        form.get_by_role("button", name="Add the action").click()
        page.get_by_role("link", name="Say why nothing is done about it").click()
        page.get_by_label("Why nothing is done about it").fill("The new database records them")
        page.locator("#content").get_by_role("button").click()
        expect(page.locator("#action")).to_contain_text("somebody else signs it off")
        assert watch.take() == []

    with site.visit(people["alice"]) as (page, watch):
        page.goto(address)
        page.goto(f"{address}publish/")
        form = page.locator("#opened")
        form.get_by_label("Summary for everybody").fill("No release without a performance test any more")
        form.get_by_label("Tags").fill("releases, performance")
        form.get_by_role("button", name="Sign off").click()
        expect(page.locator("#lesson")).to_contain_text("No release without a performance test any more")
        page.goto("/lessons/?q=performance")
        expect(page.locator("main")).to_contain_text("Sell Fast: pages load slowly")
        assert watch.take() == []

    action = ActionItem.objects.get()
    assert (action.title, action.owner, action.type) == (TEST, people["bob"], "prevent")
    inspection = make_inspection(name="A release without a performance test")
    proof = f"{site.url}{inspection.get_absolute_url()}"
    incident_services.complete_action(action, actor=people["bob"], via="web", proof="It is inspected", proof_url=proof)
    incident_services.verify_action(action, actor=people["alice"], via="web")
    with site.visit(people["alice"]) as (page, _watch):
        page.goto(address)
        expect(page.locator("#effect")).to_contain_text("watched until")
        page.goto(action.get_absolute_url())
        page.get_by_role("link", name=proof).first.click()
        expect(page.get_by_role("heading", name="A release without a performance test")).to_be_visible()
