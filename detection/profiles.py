"""What is known about recordings that can be replayed: how to read them and which rules watch them. Data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from detection.recordings import Layout


@dataclass(frozen=True)
class RuleTemplate:
    """A rule that the profile installs for its metric."""

    name: str
    label: str
    kind: str
    parameters: Mapping[str, Any]
    level: int
    title: str
    fire_for: int
    fire_of: int
    clear_after: int


@dataclass(frozen=True)
class Profile:
    """``labels`` have a series from the start. In a minute that has rows, a label without one counted zero; a minute
    without any row is missing. ``group``: the rules share one incident, since they see one flow of payments."""

    name: str
    metric_name: str
    layout: Layout
    dimension: str
    labels: tuple[str, ...]
    service_slug: str
    service_name: str
    group: str
    rules: tuple[RuleTemplate, ...] = field(default=())


CLOUDWALK = Profile(
    name="cloudwalk",
    metric_name="Card transactions by status",
    layout=Layout(
        time=("time", "minute", "timestamp", "hour"),
        label=("status", "state"),
        value=("count", "f0_", "transactions", "total", "value", "n"),
    ),
    dimension="status",
    labels=("approved", "denied", "refunded", "reversed", "backend_reversed", "failed", "processing"),
    service_slug="card-payments",
    service_name="Card payments",
    group="card-transactions",
    rules=(
        RuleTemplate(
            name="Reversed card payments",
            label="reversed",
            kind="threshold",
            parameters={"direction": "above", "value": 20, "clear_value": 10},
            level=1,
            title="Card payments are reversed: {value} in a minute, {expected} are tolerated",
            fire_for=2,
            fire_of=3,
            clear_after=20,
        ),
        RuleTemplate(
            name="Denied card payments",
            label="denied",
            kind="threshold",
            parameters={"direction": "above", "value": 55, "clear_value": 45},
            level=2,
            title="Card payments are denied: {value} in a minute, {expected} are tolerated",
            fire_for=3,
            fire_of=5,
            clear_after=20,
        ),
        RuleTemplate(
            name="Failed card payments",
            label="failed",
            kind="threshold",
            parameters={"direction": "above", "value": 4, "clear_value": 2},
            level=2,
            title="Card payments fail: {value} in a minute, {expected} are tolerated",
            fire_for=2,
            fire_of=3,
            clear_after=20,
        ),
        RuleTemplate(
            name="Approved card payments against earlier days",
            label="approved",
            kind="earlier_days",
            parameters={
                "direction": "below",
                "ratio": 0.5,
                "days": 7,
                "required_days": 3,
                "around": 2,
                "minimum_expected": 30,
            },
            level=1,
            title="Approved card payments fell to {value} a minute, {expected} are usual",
            fire_for=4,
            fire_of=5,
            clear_after=15,
        ),
    ),
)
PROFILES = {profile.name: profile for profile in (CLOUDWALK,)}
