"""From the first alert to the rule that finds the next one: an incident, its problem, its end, all in the browser."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from catalog.models import Person, Role
from detection.models import Rule, RuleMode
from detection.services import add_route, process_receipts
from incidents.models import Incident
from problems.models import Problem
from tests.browser.site import Site, sign_in
from tests.detection.made import feed, make_integration, make_metric, two_hours_ago
from tests.factories import make_person, make_service

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mona(transactional_db: None) -> Person:
    return make_person(roles=[Role.INCIDENT_MANAGER, Role.OPERATIONS, Role.ADMINISTRATOR], name="Mona")


@pytest.fixture
def page(browser: Browser, live_server: Any, mona: Person) -> Iterator[Page]:
    """Whatever a page does wrong fails the test; that somebody was refused (409) is part of the story."""
    site = Site(browser, live_server.url, {mona.pk: sign_in(mona, live_server.url)})
    with site.visit(mona) as (page, watch):
        page.set_default_timeout(20_000)
        yield page
        assert [fault for fault in watch.take() if "409" not in fault] == []


def perform(page: Page, address: str, verb: str, **fields: str) -> None:
    """Open the verb's form by its address, fill it in and send it; a verb that asks for nothing is a button."""
    form = page.locator(f"form[action$='/{verb}/']").filter(has=page.locator("button"))
    page.goto(f"{address}{verb}/" if fields else address)
    for name, value in fields.items():
        field = page.locator(f".opened [name={name}], #opened [name={name}]")
        if field.evaluate("(node) => node.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    opened = page.locator(".opened, #opened").locator(form)
    (opened if fields else form).first.get_by_role("button").last.click()


def test_an_alert_becomes_an_incident_a_problem_and_a_rule(page: Page, mona: Person) -> None:
    service = make_service(name="Card payments")
    metric = make_metric(name="Cards refused", slug="cards-refused", service=service)
    for days in (2, 1, 0):
        feed(metric, [5] * 40, start=two_hours_ago(metric) - timedelta(days=days))
    feed(metric, [60] * 10, start=two_hours_ago(metric) + timedelta(minutes=40))
    incident = alerted(service.slug)
    address = incident.get_absolute_url()

    page.goto("/incidents/")
    page.get_by_role("link", name="Gateway refuses cards").first.click()
    page.locator("#incident-head").get_by_role("button", name="Acknowledge").click()
    expect(page.locator("#incident-head .status")).to_have_text("Acknowledged")
    perform(page, address, "recover", workaround="The session was opened anew")
    perform(page, address, "resolve", resolution="The session was opened anew", cause_class="recurring")
    expect(page.locator("#problems")).to_contain_text("it needs a linked problem before it can close")

    problem = raised_from(page, address)
    perform(page, problem.get_absolute_url(), "investigate")
    perform(
        page,
        problem.get_absolute_url(),
        "mark_known_error",
        symptom="Refusals rise within a minute",
        cause="The gateway drops its session",
        workaround="Restart the gateway's session",
    )
    page.goto(address)
    expect(page.locator("#problems")).to_contain_text("Restart the gateway's session")
    perform(page, problem.get_absolute_url(), "plan_fix", fix="Keep the session alive")
    perform(page, problem.get_absolute_url(), "verify", note="In place since noon")
    expect(page.get_by_role("button", name="Close", disabled=True)).to_be_visible()

    rule = with_a_rule(page, metric.pk)
    perform(
        page,
        problem.get_absolute_url(),
        "record_outcome",
        outcome="rule",
        outcome_reference=f"RULE-{rule.pk}",
        outcome_text="Cards refused above 30",
    )
    perform(page, problem.get_absolute_url(), "close")
    expect(page.get_by_role("link", name="Cards refused too often")).to_be_visible()
    problem.refresh_from_db()
    assert (problem.status, problem.outcome, problem.outcome_reference) == ("closed", "rule", f"RULE-{rule.pk}")
    perform(page, address, "close")
    incident.refresh_from_db()
    assert incident.status == "closed"


def alerted(service: str) -> Incident:
    """What a monitoring tool sends, taken in as the workers do."""
    _integration, key = make_integration()
    add_route(name="By service", service_label="service")
    alert = {"status": "firing", "alert_id": "cards", "title": "Gateway refuses cards", "service": service}
    answer = Client().post(f"/hooks/alerts/{key}", json.dumps(alert), content_type="application/json")
    assert answer.status_code == 202
    process_receipts()
    return Incident.objects.get()


def raised_from(page: Page, address: str) -> Problem:
    page.goto(address)
    page.locator("#problems").get_by_role("link", name="Raise problem").click()
    page.locator("#id_title").fill("The gateway loses its session")
    page.get_by_role("button", name="Raise").click()
    expect(page.get_by_role("heading", name="The gateway loses its session")).to_be_visible()
    return Problem.objects.get()


def with_a_rule(page: Page, metric: int) -> Rule:
    """Tried on what was recorded, which holds the disturbance, then saved and taken live."""
    page.goto(f"/detection/rules/new/threshold/?metric={metric}")
    page.locator("#id_name").fill("Cards refused too often")
    page.locator("#id_value").fill("30")
    page.locator("#id_service").select_option(label="Card payments")
    page.locator("#id_level").select_option("2")
    page.locator("#id_title").fill("Cards are refused")
    page.locator("#preview-span").select_option("6h")
    page.locator("#preview").get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Would have fired 1 time")).to_be_visible()
    page.get_by_role("button", name="Save in shadow").click()
    page.get_by_label("What the trial has shown").fill("It finds the disturbance of this morning.")
    page.get_by_role("button", name="Go live").click()
    expect(page.get_by_role("heading", name="On trial")).to_have_count(0)
    rule = Rule.objects.get()
    assert rule.mode == RuleMode.LIVE
    return rule
