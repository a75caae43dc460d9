"""Metrics, rules and frames for the tests, made through the services."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from detection.models import Integration, Metric, Rule
from detection.services import add_integration, add_metric, add_rule, evaluate_due, store_frame
from incidents.models import Level
from lifecycle import clock
from tests.factories import make_service

MINUTE = timedelta(minutes=1)
_numbers = count(1)


def make_metric(**fields: Any) -> Metric:
    number = next(_numbers)
    fields.setdefault("name", f"Payments {number}")
    fields.setdefault("slug", f"payments-{number}")
    fields.setdefault("dimensions", ["status"])
    return add_metric(**fields)


def make_rule(metric: Metric | None = None, **fields: Any) -> Rule:
    """Fires above 20 in 2 of 3 frames, over after 3 at 10 or less; judges what was stored in the last ten days."""
    metric = metric or make_metric()
    fields.setdefault("name", "Too many")
    fields.setdefault("kind", "threshold")
    fields.setdefault("parameters", {"direction": "above", "value": 20, "clear_value": 10})
    fields.setdefault("title", "{series} at {value}, {expected} tolerated")
    for name, value in {"fire_for": 2, "fire_of": 3, "clear_after": 3}.items():
        fields.setdefault(name, value)
    if "service" not in fields:
        fields["service"] = make_service()
    level = fields.pop("level", 2)
    fields["level"] = level if isinstance(level, Level) else Level.objects.get(pk=level)
    fields.setdefault("evaluate_from", clock.now() - timedelta(days=10))
    return add_rule(metric=metric, **fields)


def feed(metric: Metric, values: Sequence[float | None], *, start: datetime, status: str = "reversed") -> datetime:
    """One frame a minute from ``start``; returns the minute after the last."""
    for index, value in enumerate(values):
        store_frame(metric, at=start + index * metric.interval, values=[({"status": status}, value)])
    return start + len(values) * metric.interval


def feed_and_judge(metric: Metric, values: Sequence[float | None], *, start: datetime, **labels: str) -> datetime:
    """As when live: every frame is judged before the next one comes."""
    at = start
    for value in values:
        at = feed(metric, [value], start=at, **labels)
        evaluate_due()
    return at


def two_hours_ago(metric: Metric) -> datetime:
    return metric.align(clock.now() - timedelta(hours=2))


def make_integration(**fields: Any) -> tuple[Integration, str]:
    """It and its key; JSON of any tool by default."""
    fields.setdefault("name", f"Monitoring {next(_numbers)}")
    fields.setdefault("kind", "json")
    if "service" not in fields:
        fields["service"] = make_service()
    fields["level"] = Level.objects.get(pk=fields.pop("level", 2))
    return add_integration(**fields)
