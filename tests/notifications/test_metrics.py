"""What Prometheus reads: well-formed, behind its token, of few queries however much there is."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from lifecycle import clock as database_clock
from notifications.models import Breaker, Canary, Delivery, DeliveryAttempt, Heartbeat
from notifications.services import ledger
from notifications.services.alarming import raise_alarm
from notifications.services.auditing import run_audit
from tests.clock import Clock
from tests.factories import make_person
from tests.notifications.outbox import make_page

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-scraper"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(autouse=True)
def token(settings: LazySettings) -> None:
    settings.METRICS_TOKEN = TOKEN


def scrape() -> Samples:
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer é"])
def test_nothing_is_there_without_the_token(header: str) -> None:
    assert Client().get("/metrics", headers={"Authorization": header}).status_code == 404


def test_nothing_is_there_while_no_token_is_set(settings: LazySettings) -> None:
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_it_tells_life_lag_depth_results_and_troubles(clock: Clock) -> None:
    now = clock.now()
    Heartbeat.objects.create(ticker="cycle@one", beat_at=now, clock_skew=timedelta(seconds=-3))
    Canary.objects.create(queue="celery", answered_at=now - timedelta(seconds=20))
    Breaker.objects.create(provider="twilio", channel="voice", opened_at=now)
    raise_alarm("breaker_open")
    ledger.add_up()
    (page,) = make_page(recipient=make_person())
    DeliveryAttempt.objects.create(delivery=page, number=1, provider="another", channel="sms", outcome="unavailable")
    clock.advance(seconds=70)
    ledger.add_up()
    late = scrape()
    assert late["mainstay_paging_alive", ()] == 0
    assert late["mainstay_paging_oldest_due_seconds", ()] >= 69
    run_audit()
    found = scrape()
    assert found["mainstay_paging_waiting", ()] == 1
    assert found["mainstay_clock_skew_seconds", (("ticker", "cycle@one"),)] == -3
    assert found["mainstay_canary_age_seconds", (("queue", "celery"),)] >= 89
    assert found["mainstay_breaker_open", (("channel", "voice"), ("provider", "twilio"))] == 1
    assert found["mainstay_alarms", (("kind", "breaker_open"),)] == 1
    assert found["mainstay_lag_seconds_count", (("what", "step"),)] == 1
    assert found["mainstay_lag_seconds_bucket", (("le", "0.5"), ("what", "step"))] == 1
    assert found["mainstay_lag_last_hour_seconds", (("quantile", "0.99"), ("what", "step"))] < 1
    labels = (("channel", "sms"), ("outcome", "unavailable"), ("provider", "another"))
    assert found["mainstay_attempts_last_hour", labels] == 1
    assert found["mainstay_audit_findings", (("invariant", "late_message"),)] == 1


def test_it_costs_the_same_however_much_there_is() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            scrape()
        return len(queries)

    before = cost()
    for number in range(5):
        make_page(recipient=make_person(), key=str(number))
        Heartbeat.objects.create(ticker=f"ticker {number}", beat_at=database_clock.now())
    Delivery.objects.update(status="failed", provider="twilio")
    assert cost() == before <= 20
