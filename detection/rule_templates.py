"""Rules to start from: what has proved itself on recorded payments, without a number that only one company has. Data.

Each compares with what is usual for the series itself, asks for a smallest volume, and for m of n frames. Profiles of
recordings install them as they are; the page of a new rule offers them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as translated

from detection.rules.words import gettext_noop

_ = gettext_noop


@dataclass(frozen=True)
class RuleTemplate:
    """``level`` by number; ``title`` of the incident with its places. ``purpose``: what it is for, as a sentence."""

    key: str
    name: str
    purpose: str
    kind: str
    parameters: Mapping[str, Any]
    level: int
    title: str
    fire_for: int
    fire_of: int
    clear_after: int


_OF_MINUTES = (
    RuleTemplate(
        key="rate-falls",
        name=_("Success rate falls below its usual one"),
        purpose=_("Payments that succeed, of payments that are tried: by gateway, by method, by merchant or in total."),
        kind="usual_rate",
        parameters={"direction": "below", "percent": 20, "sigmas": 4, "minimum_volume": 50, "half_life": 720},
        level=2,
        title=_("Success rate of {series} fell to {value} %, {expected} % are usual"),
        fire_for=3,
        fire_of=5,
        clear_after=15,
    ),
    RuleTemplate(
        key="rate-rises-far",
        name=_("Failure rate at several times its usual one"),
        purpose=_("Payments that are reversed or fail, of all payments: rare things that become common."),
        kind="usual_rate",
        parameters={"direction": "above", "percent": 300, "sigmas": 4, "minimum_volume": 50, "half_life": 720},
        level=1,
        title=_("Payments are {series}: {value} % of all, {expected} % are usual"),
        fire_for=2,
        fire_of=3,
        clear_after=20,
    ),
    RuleTemplate(
        key="rate-rises",
        name=_("Failure rate above its usual one"),
        purpose=_("Payments that are denied, of all payments: what happens every day, and now much more."),
        kind="usual_rate",
        parameters={"direction": "above", "percent": 60, "sigmas": 4, "minimum_volume": 50, "half_life": 720},
        level=2,
        title=_("Payments are {series}: {value} % of all, {expected} % are usual"),
        fire_for=3,
        fire_of=5,
        clear_after=20,
    ),
    RuleTemplate(
        key="volume-falls",
        name=_("Volume below that of earlier days"),
        purpose=_("Payments a minute against the same minute of the last seven days."),
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
        title=_("{series} fell to {value} a minute, {expected} are usual"),
        fire_for=4,
        fire_of=5,
        clear_after=15,
    ),
)
_OF_HOURS = (
    RuleTemplate(
        key="hourly-rate-falls",
        name=_("Success rate of an hour falls below its usual one"),
        purpose=_("As the one by minute, for tables that are counted by the hour."),
        kind="usual_rate",
        parameters={"direction": "below", "percent": 20, "sigmas": 3, "minimum_volume": 50, "half_life": 24},
        level=2,
        title=_("Success rate of {series} fell to {value} %, {expected} % are usual"),
        fire_for=2,
        fire_of=3,
        clear_after=3,
    ),
    RuleTemplate(
        key="hourly-volume-falls",
        name=_("Volume of an hour below that of earlier days"),
        purpose=_("Sales an hour against the same hour of the last seven days."),
        kind="earlier_days",
        parameters={
            "direction": "below",
            "ratio": 0.5,
            "days": 7,
            "required_days": 3,
            "around": 0,
            "minimum_expected": 5,
        },
        level=2,
        title=_("{series} fell to {value} an hour, {expected} are usual"),
        fire_for=2,
        fire_of=3,
        clear_after=2,
    ),
)
TEMPLATES = {template.key: template for template in (*_OF_MINUTES, *_OF_HOURS)}


def initial_of(template: RuleTemplate) -> dict[str, Any]:
    """What the form of a new rule begins with."""
    plain = {name: getattr(template, name) for name in ("level", "fire_for", "fire_of", "clear_after")}
    return plain | dict(template.parameters) | {"name": translated(template.name), "title": translated(template.title)}


def offered() -> list[dict[str, str]]:
    """Key, kind, name and purpose of each, in the reader's language."""
    return [
        {
            "key": template.key,
            "kind": template.kind,
            "name": translated(template.name),
            "purpose": translated(template.purpose),
        }
        for template in TEMPLATES.values()
    ]
