"""A rule in the browser, with the script turned off: tried on the past, saved in shadow, explained, taken live."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Service
from detection.models import Metric, Rule, RuleMode
from tests.browser.demo import Demo
from tests.browser.site import Site
from tests.detection.made import feed, make_metric, two_hours_ago

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def metric(demo: Demo, django_db_blocker: Any) -> Metric:
    """Committed, as the demo is."""
    with django_db_blocker.unblock():
        service = Service.objects.get(slug="card-payments")
        metric = make_metric(name="Payments tried", slug="editor-payments", service=service)
        for days in (3, 2, 1):
            feed(metric, [100] * 70, start=two_hours_ago(metric) - timedelta(days=days))
        feed(metric, [100] * 30 + [20] * 10 + [100] * 30, start=two_hours_ago(metric))
    return metric


@pytest.fixture
def page(site: Site, demo: Demo) -> Iterator[Page]:
    """Whatever a page does wrong fails the test."""
    with site.visit(demo.administrator, java_script_enabled=False) as (page, watch):
        yield page
        assert watch.take() == []


def test_a_rule_is_tried_saved_in_shadow_and_taken_live(page: Page, metric: Metric) -> None:
    page.goto(f"/detection/rules/new/threshold/?metric={metric.pk}")
    page.get_by_role("link", name="Volume below that of earlier days").click()
    expect(page.locator("#id_metric")).to_have_value(str(metric.pk))
    page.locator("#id_name").fill("Payments vanish")
    page.locator("#id_ratio").fill("0.1")
    page.locator("#id_service").select_option(label="Card payments")
    page.locator("#preview-span").select_option("6h")
    page.locator("#preview").get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Would have fired 0 times")).to_be_visible()
    expect(page.locator("#id_name")).to_have_value("Payments vanish")
    page.locator("#id_ratio").fill("0.5")
    page.locator("#preview").get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Would have fired 1 time")).to_be_visible()
    assert not Rule.objects.filter(name="Payments vanish").exists()
    page.get_by_role("button", name="Save in shadow").click()
    expect(page.get_by_role("heading", name="On trial")).to_be_visible()
    rule = Rule.objects.get(name="Payments vanish")
    assert rule.mode == RuleMode.SHADOW
    page.get_by_label("What the trial has shown").fill("It finds the loss of this morning and nothing else.")
    page.get_by_role("button", name="Go live").click()
    expect(page.get_by_role("heading", name="On trial")).to_have_count(0)
    rule.refresh_from_db()
    assert rule.mode.value == RuleMode.LIVE
    page.get_by_role("link", name="Explain a minute").click()
    expect(page.get_by_role("heading", name="The last minutes it counts")).to_be_visible()
