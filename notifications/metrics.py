"""What paging tells Prometheus: read from the database when it asks, by a handful of queries over indexes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from lifecycle import clock
from lifecycle.models import Event
from notifications.health import Health, read_health
from notifications.models import (
    Alarm,
    Audit,
    Breaker,
    Canary,
    Delivery,
    DeliveryAttempt,
    Escalation,
    EscalationStatus,
    Heartbeat,
    Lateness,
)
from notifications.services.ledger import BUCKETS, read_exactness

HOUR = timedelta(hours=1)
MOST = 100_000
"""Escalations are counted up to here: beyond, the number says nothing that the count to it would not."""


class PagingCollector(Collector):
    """Figures of this moment; counts of messages are those of the last hour, because nothing here remembers more."""

    def collect(self) -> Iterator[Metric]:
        now = clock.now()
        yield from _life(read_health(now))
        yield from _signs(now)
        yield from _lags(now)
        yield from _work()
        yield from _results(now)
        yield from _troubles()


def _gauge(name: str, text: str, value: float | None) -> Iterator[Metric]:
    """Nothing where there is no figure: an alert on absence is plainer than one on a made-up number."""
    if value is not None:
        yield GaugeMetricFamily(f"mainstay_paging_{name}", text, value=value)


def _life(health: Health) -> Iterator[Metric]:
    yield from _gauge("alive", "1 while the cycle beats and nothing is late.", health.is_alive)
    yield from _gauge("whole", "1 while /healthz/pager answers 200.", health.is_whole)
    yield from _gauge("oldest_due_seconds", "How long the oldest step or message is overdue.", _s(health.lag))
    yield from _gauge("due", "Messages that are due and not being sent.", health.waiting)
    yield from _gauge("audit_age_seconds", "Since the auditor last looked.", _s(health.audit_age))
    yield from _gauge("audit_clean", "1 where it found nothing wrong.", health.is_clean)
    yield from _gauge("outside_age_seconds", "Since a monitor outside took our sign of life.", _s(health.report_age))


def _s(age: timedelta | None) -> float | None:
    return age.total_seconds() if age is not None else None


def _signs(now: datetime) -> Iterator[Metric]:
    ages = GaugeMetricFamily(
        "mainstay_heartbeat_age_seconds", "Since each ticker's last whole cycle.", labels=["ticker"]
    )
    skews = GaugeMetricFamily(
        "mainstay_clock_skew_seconds", "How far each ticker's clock is ahead of the database's.", labels=["ticker"]
    )
    for beat in Heartbeat.objects.all():
        ages.add_metric([beat.ticker], (now - beat.beat_at).total_seconds())
        skews.add_metric([beat.ticker], (beat.clock_skew or timedelta(0)).total_seconds())
    canaries = GaugeMetricFamily("mainstay_canary_age_seconds", "Since each queue last answered.", labels=["queue"])
    for canary in Canary.objects.exclude(answered_at=None):
        if canary.answered_at is not None:
            canaries.add_metric([canary.queue], (now - canary.answered_at).total_seconds())
    yield from (ages, skews, canaries)


def _lags(now: datetime) -> Iterator[Metric]:
    """From due to done: a step's pages in the outbox, a message at the carrier, a notice, a deadline recorded."""
    total = HistogramMetricFamily("mainstay_lag_seconds", "How late things were done, since ever.", labels=["what"])
    for row in Lateness.objects.all():
        bounds = [*(str(bound) for bound in BUCKETS), "+Inf"]
        sums = [sum(row.counts[: place + 1]) for place in range(len(row.counts))]
        total.add_metric([row.what], list(zip(bounds, sums, strict=True)), sum_value=row.seconds)
    hour = GaugeMetricFamily(
        "mainstay_lag_last_hour_seconds", "The same of the last hour.", labels=["what", "quantile"]
    )
    for lag in read_exactness(since=now - HOUR, until=now):
        for quantile, value in (("0.5", lag.p50), ("0.99", lag.p99), ("1", lag.longest)):
            if value is not None:
                hour.add_metric([lag.what, quantile], value)
    yield from (total, hour)


def _work() -> Iterator[Metric]:
    waiting = Delivery.objects.waiting().aggregate(all=Count("pk"), held=Count("pk", filter=~Q(held_reason="")))
    running = Escalation.objects.filter(status=EscalationStatus.RUNNING).order_by()
    yield from _gauge("waiting", "Messages in the outbox, due or later.", waiting["all"])
    yield from _gauge("held", "Of them, held back by a throttle or by the person's own rules.", waiting["held"])
    yield from _gauge("undispatched_events", "Events that paging has not read yet.", _undispatched())
    yield from _gauge("escalations", f"Running escalations, counted up to {MOST}.", running[:MOST].count())


def _undispatched() -> int:
    return Event.objects.filter(dispatched_at=None).order_by().count()


def _results(now: datetime) -> Iterator[Metric]:
    messages = GaugeMetricFamily(
        "mainstay_messages_last_hour",
        "Messages promised within the last hour, by what became of them.",
        labels=["channel", "provider", "status"],
    )
    recent = Delivery.objects.filter(created_at__gt=now - HOUR).order_by()
    for channel, provider, status, number in recent.values_list("channel", "provider", "status").annotate(Count("pk")):
        messages.add_metric([channel, provider, status], number)
    attempts = GaugeMetricFamily(
        "mainstay_attempts_last_hour",
        "Tries to hand a message to a carrier within the last hour.",
        labels=["channel", "provider", "outcome"],
    )
    tried = DeliveryAttempt.objects.filter(ended_at__gt=now - HOUR).order_by()
    for channel, provider, outcome, number in tried.values_list("channel", "provider", "outcome").annotate(Count("pk")):
        attempts.add_metric([channel, provider, outcome], number)
    yield from (messages, attempts)


def _troubles() -> Iterator[Metric]:
    breakers = GaugeMetricFamily(
        "mainstay_breaker_open", "1 while a carrier is left alone because it failed.", labels=["provider", "channel"]
    )
    for breaker in Breaker.objects.all():
        breakers.add_metric([breaker.provider, breaker.channel], breaker.opened_at is not None)
    alarms = GaugeMetricFamily("mainstay_alarms", "Open alarms about paging.", labels=["kind"])
    for kind, number in Alarm.objects.unsettled().open().order_by().values_list("kind").annotate(Count("pk")):
        alarms.add_metric([kind], number)
    findings = GaugeMetricFamily("mainstay_audit_findings", "What the last audit found.", labels=["invariant"])
    last = Audit.objects.filter(ended_at__isnull=False).first()
    for finding in last.findings if last else []:
        findings.add_metric([finding["invariant"]], finding["count"])
    yield from (breakers, alarms, findings)
