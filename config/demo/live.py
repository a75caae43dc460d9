"""The demo's live incident: a metric is fed as if a payment gateway failed a minute from now.

Only frames are written here. The rule, the incident, the page, the acknowledgement and the recovery are the product's.
"""

import time
from datetime import timedelta
from random import Random

from catalog.models import Service
from detection.models import Counts, Metric, Rule
from detection.services import add_metric, add_rule, store_frame
from incidents.models import Incident, Level
from lifecycle import clock

INTERVAL = timedelta(seconds=5)
QUIET_FRAMES = 8
FIRING_FRAMES = 3
CLEAR_FRAMES = 5
# The gateway comes back this long after somebody has acknowledged, and at the latest after this many frames.
FRAMES_AFTER_ACKNOWLEDGEMENT = 9
LONGEST = 150
SLUG, DETAIL = "demo-card-payments", "demo-card-payments-detail"
GATEWAYS = ("PG-1", "PG-2", "PG-3")
# Payments of a frame at each gateway, by merchant and method. What fails is debit cards at PG-3; Taxi Now takes none.
USUAL = {
    ("Corner Shop", "credit card"): 60,
    ("Corner Shop", "debit card"): 90,
    ("Grand Cinema", "credit card"): 30,
    ("Grand Cinema", "debit card"): 60,
    ("School Meals", "debit card"): 45,
    ("Taxi Now", "credit card"): 35,
}
STRAYS = 0.08


def prepare(service: Service) -> Rule:
    """The metric and its rule; found again where they exist."""
    detail = _find_or_add("Card payments in detail (demo)", DETAIL, ["gateway", "merchant", "method"], service)
    metric = _find_or_add("Card payments by gateway (demo)", SLUG, ["gateway"], service, detail)
    rule = Rule.objects.filter(metric=metric).first()
    return rule or add_rule(
        name="Card payments fall at a gateway (demo)",
        metric=metric,
        kind="threshold",
        parameters={"direction": "below", "value": 200, "clear_value": 240},
        service=service,
        level=Level.objects.get(pk=1),
        title="Card payments at {series} fall to {value}",
        fire_for=FIRING_FRAMES,
        fire_of=FIRING_FRAMES,
        clear_after=CLEAR_FRAMES,
    )


def _find_or_add(name: str, slug: str, dimensions: list[str], service: Service, detail: Metric | None = None) -> Metric:
    return Metric.objects.filter(slug=slug).first() or add_metric(
        name=name,
        slug=slug,
        dimensions=dimensions,
        interval=INTERVAL,
        retention=timedelta(days=2),
        service=service,
        counts=Counts.TRANSACTIONS,
        detail=detail,
    )


def feed(rule: Rule) -> None:
    """Write a frame every five seconds: normal, then broken at one gateway, then normal again."""
    random = Random(2026)  # noqa: S311 - noise on a chart
    acknowledged_for = 0
    for number in range(LONGEST + QUIET_FRAMES):
        is_broken = number >= QUIET_FRAMES and acknowledged_for < FRAMES_AFTER_ACKNOWLEDGEMENT
        acknowledged_for += int(number >= QUIET_FRAMES and _is_acknowledged(rule))
        _write(rule.metric, random, is_broken=is_broken)
        if not is_broken and acknowledged_for >= FRAMES_AFTER_ACKNOWLEDGEMENT:
            break
        time.sleep(INTERVAL.total_seconds())
    for _frame in range(CLEAR_FRAMES + 3):
        _write(rule.metric, random, is_broken=False)
        time.sleep(INTERVAL.total_seconds())


def _write(metric: Metric, random: Random, *, is_broken: bool) -> None:
    """Both metrics: the detail first, for that is where the rule's alert is explained from."""
    at = clock.now()
    cells = [
        ({"gateway": gateway, "merchant": merchant, "method": method}, round(usual * random.gauss(1, STRAYS)))
        for gateway in GATEWAYS
        for (merchant, method), usual in USUAL.items()
    ]
    if is_broken:
        cells = [(labels, 0 if _fails(labels) else count) for labels, count in cells]
    sums = {gateway: sum(count for labels, count in cells if labels["gateway"] == gateway) for gateway in GATEWAYS}
    if metric.detail is not None:
        store_frame(metric.detail, at=at, values=cells)
    store_frame(metric, at=at, values=[({"gateway": gateway}, total) for gateway, total in sums.items()])


def _fails(labels: dict[str, str]) -> bool:
    return labels["gateway"] == "PG-3" and labels["method"] == "debit card"


def _is_acknowledged(rule: Rule) -> bool:
    incident = Incident.objects.filter(dedup_key=rule.dedup_key).order_by("-id").first()
    return incident is not None and incident.acknowledged_at is not None and not incident.is_over
