"""A fault of one segment, told by its incident: in the title, on the timeline, as its impact, while it goes on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest
from django.test import Client

from config.demo import live
from detection.models import Localisation, Metric, Rule
from detection.services import add_metric, evaluate_due, refresh_localisations, store_frame
from incidents.models import Impact, Incident
from incidents.services import acknowledge_incident, record_impact
from lifecycle import clock
from tests.detection.made import make_rule, two_hours_ago
from tests.factories import make_person, make_service

pytestmark = pytest.mark.django_db

MERCHANTS, GATEWAYS, METHODS = ("Ade", "Bao", "Cem"), ("PG-1", "PG-2"), ("card", "wallet")
Cell = Callable[[str, str, str], float]


def usual(merchant: str, gateway: str, method: str) -> float:
    return {"Ade": 60, "Bao": 40, "Cem": 20}[merchant]


def failing(merchant: str, gateway: str, method: str) -> float:
    """PG-2 loses its cards, of which Cem has none there."""
    return 4 if (gateway, method) == ("PG-2", "card") and merchant != "Cem" else usual(merchant, gateway, method)


def failing_elsewhere(merchant: str, gateway: str, method: str) -> float:
    return 4 if merchant == "Ade" else usual(merchant, gateway, method)


@pytest.fixture
def rule() -> Rule:
    """Payments in total, with all their labels beside them."""
    service = make_service()
    detail = add_metric(
        name="Payments in detail",
        slug="payments-in-detail",
        dimensions=["merchant", "gateway", "method"],
        counts="transactions",
        service=service,
    )
    total = add_metric(name="Payments", slug="payments", counts="transactions", detail=detail, service=service)
    return make_rule(
        total,
        service=service,
        parameters={"direction": "below", "value": 400},
        title="Payments fell to {value}",
        fire_for=2,
        fire_of=2,
    )


def feed(rule: Rule, minutes: int, cell: Cell, *, start: datetime) -> datetime:
    detail = rule.metric.detail
    assert detail is not None
    for _minute in range(minutes):
        values = [
            ({"merchant": merchant, "gateway": gateway, "method": method}, cell(merchant, gateway, method))
            for merchant in MERCHANTS
            for gateway in GATEWAYS
            for method in METHODS
            if (merchant, gateway, method) != ("Cem", "PG-2", "card")
        ]
        store_frame(detail, at=start, values=values)
        store_frame(rule.metric, at=start, values=[({}, sum(value for _labels, value in values))])
        evaluate_due()
        start += rule.metric.interval
    return start


def look_again() -> None:
    Localisation.objects.going_on().update(due_at=datetime(2020, 1, 1).astimezone())
    refresh_localisations()


def test_the_incident_names_the_segment_with_its_numbers(rule: Rule) -> None:
    at = feed(rule, 20, usual, start=two_hours_ago(rule.metric))
    feed(rule, 2, failing, start=at)
    incident = Incident.objects.get()
    assert incident.title == "Payments fell to 368 – gateway PG-2 × method card: 16 instead of 200"
    note = incident.events.get(verb="report").note
    assert "gateway PG-2 × method card: 16 instead of 200. That explains 100 % of the difference" in note
    assert "merchant: hit Ade, Bao; not hit Cem" in note
    kept = Localisation.objects.get()
    assert (kept.finding, kept.labels) == ("segment", [{"gateway": "PG-2", "method": "card"}])
    assert [value["name"] for value in kept.hit["merchant"]] == ["Ade", "Bao"]
    assert kept.lost == pytest.approx(184)


def test_the_page_of_the_incident_shows_the_segment_and_who_is_hit(rule: Rule, client: Client) -> None:
    at = feed(rule, 20, usual, start=two_hours_ago(rule.metric))
    feed(rule, 2, failing, start=at)
    client.force_login(make_person())
    page = client.get(f"/incidents/{Incident.objects.get().pk}/").content.decode()
    assert '<th scope="row">gateway PG-2 × method card</th><td class="num">16</td><td class="num">200</td>' in page
    assert "<b>merchant</b> · hit: Ade, Bao · not hit: Cem" in page
    assert "184 are missing" in page


def test_the_impact_grows_while_it_goes_on_and_is_final_at_the_recovery(rule: Rule) -> None:
    at = feed(rule, 20, usual, start=two_hours_ago(rule.metric))
    at = feed(rule, 2, failing, start=at)
    incident = Incident.objects.get()
    impact = Impact.objects.get()
    assert (impact.affected_page_views, impact.source, impact.is_estimate) == (184, "metric", True)
    assert impact.started_at == at - 2 * rule.metric.interval
    at = feed(rule, 3, failing, start=at)
    look_again()
    impact.refresh_from_db()
    assert impact.affected_page_views == 5 * 92
    assert impact.ended_at is None
    feed(rule, 3, usual, start=at)
    incident.refresh_from_db()
    assert incident.recovered_at is not None
    assert refresh_localisations() == 1, "a recovery is looked into at once"
    impact.refresh_from_db()
    assert impact.affected_page_views == 5 * 92, "the good minutes add nothing"
    assert impact.ended_at is not None
    assert refresh_localisations() == 0
    told = list(incident.events.order_by("id").values_list("verb", flat=True))
    assert told.count("record_impact") == 2, "once at the beginning, once with the final figure"
    assert "localise" not in told


def test_users_are_estimated_from_the_audience_of_the_service(rule: Rule) -> None:
    """The service has five page views to a user."""
    at = feed(rule, 20, usual, start=two_hours_ago(rule.metric))
    feed(rule, 2, failing, start=at)
    impact = Impact.objects.get()
    assert (impact.affected_users, impact.affected_page_views) == (37, 184)


def test_another_segment_is_told_once(rule: Rule) -> None:
    at = feed(rule, 20, usual, start=two_hours_ago(rule.metric))
    at = feed(rule, 2, failing, start=at)
    feed(rule, 12, failing_elsewhere, start=at)
    look_again()
    look_again()
    incident = Incident.objects.get()
    (event,) = incident.events.filter(verb="localise")
    assert event.data["segments"] == [{"merchant": "Ade"}]
    assert "merchant Ade" in event.note


def test_what_people_have_stated_stands(rule: Rule) -> None:
    at = feed(rule, 20, usual, start=two_hours_ago(rule.metric))
    at = feed(rule, 2, failing, start=at)
    incident = Incident.objects.get()
    person = make_person()
    acknowledge_incident(incident, actor=person, via="web")
    record_impact(incident, actor=None, via="web", affected_users=5)
    before = Impact.objects.get(source="metric").affected_page_views
    feed(rule, 3, failing, start=at)
    look_again()
    assert Impact.objects.get(source="metric").affected_page_views == before


def test_a_loss_that_is_spread_evenly_is_called_so(rule: Rule) -> None:
    at = feed(rule, 20, usual, start=two_hours_ago(rule.metric))
    feed(rule, 2, lambda *labels: usual(*labels) / 2, start=at)
    incident = Incident.objects.get()
    assert incident.title == "Payments fell to 230"
    assert "spread evenly" in incident.events.get(verb="report").note
    assert Impact.objects.get().affected_page_views == 460


def test_without_history_nothing_is_said_and_the_incident_opens(rule: Rule) -> None:
    feed(rule, 2, failing, start=two_hours_ago(rule.metric))
    assert Incident.objects.get().title == "Payments fell to 368"
    assert not Localisation.objects.exists()


def test_the_same_minutes_of_earlier_days_are_what_is_expected(rule: Rule) -> None:
    """At the hour of the fault every day brings twice as much as before it."""
    start = two_hours_ago(rule.metric)
    for day in (3, 2, 1):
        feed(rule, 3, lambda *labels: 2 * usual(*labels), start=start - timedelta(days=day))
    feed(rule, 10, usual, start=start - 10 * rule.metric.interval)
    incident = Incident.objects.filter(title__contains="–").first()
    assert incident is None
    feed(rule, 2, lambda *labels: 0.4 * failing(*labels), start=start)
    kept = Localisation.objects.latest("pk")
    assert kept.expected == pytest.approx(2 * 2 * 460)


def test_many_series_of_one_rule_are_one_fault_of_one_segment() -> None:
    service = make_service()
    metric: Metric = add_metric(
        name="By merchant and gateway", slug="by-both", dimensions=["merchant", "gateway"], service=service
    )
    rule = make_rule(
        metric, service=service, parameters={"direction": "below", "value": 20}, title="{series}", fire_for=1, fire_of=1
    )
    merchants = [f"merchant {number}" for number in range(30)]
    start = two_hours_ago(metric)
    for minute in range(12):
        store_frame(
            metric,
            at=start + minute * metric.interval,
            values=[
                ({"merchant": merchant, "gateway": gateway}, 3.0 if gateway == "B" and minute == 11 else 50.0)
                for merchant in merchants
                for gateway in ("A", "B", "C")
            ],
        )
        evaluate_due()
    incident = Incident.objects.get()
    assert incident.alerts.count() == 30
    assert incident.title.endswith("and 29 more – gateway B: 90 instead of 1,500")
    assert Localisation.objects.get(rule=rule).labels == [{"gateway": "B"}]
    assert not Impact.objects.exists(), "nothing says that this metric counts transactions"


def test_the_demos_live_incident_names_gateway_and_method() -> None:
    rule = live.prepare(make_service())
    begin = clock.now() - timedelta(minutes=4)
    Rule.objects.update(evaluated_to=begin)
    for number in range(12):
        with clock.rehearse(begin + number * live.INTERVAL):
            live._write(rule.metric, Random(number), is_broken=number >= 8)
    evaluate_due()
    incident = Incident.objects.get()
    assert " – gateway PG-3 × method debit card: 0 instead of " in incident.title
    assert (
        "merchant: hit Corner Shop, Grand Cinema, School Meals; not hit Taxi Now"
        in incident.events.get(verb="report").note
    )
    assert Impact.objects.get().affected_page_views > 500
