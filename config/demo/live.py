"""The demo's live incident: a metric is fed as if a payment gateway failed a minute from now.

Only frames are written here. The rule, the incident, the page, the acknowledgement and the recovery are the product's.
"""

import time
from datetime import timedelta
from random import Random

from catalog.models import Service
from detection.models import Metric, Rule
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
NORMAL, BROKEN = 320, 95
SLUG = "demo-card-payments"
GATEWAYS = ("PG-1", "PG-2", "PG-3")


def prepare(service: Service) -> Rule:
    """The metric and its rule; found again where they exist."""
    metric = Metric.objects.filter(slug=SLUG).first()
    if metric is None:
        metric = add_metric(
            name="Card payments by gateway (demo)",
            slug=SLUG,
            dimensions=["gateway"],
            interval=INTERVAL,
            retention=timedelta(days=2),
            service=service,
        )
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
    usual = {gateway: NORMAL + random.randint(-25, 25) for gateway in GATEWAYS}
    if is_broken:
        usual["PG-3"] = BROKEN + random.randint(-15, 15)
    store_frame(metric, at=clock.now(), values=[({"gateway": name}, value) for name, value in usual.items()])


def _is_acknowledged(rule: Rule) -> bool:
    incident = Incident.objects.filter(dedup_key=rule.dedup_key).order_by("-id").first()
    return incident is not None and incident.acknowledged_at is not None and not incident.is_over
