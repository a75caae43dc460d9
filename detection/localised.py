"""A localisation as pages show it: its segments in a table, who is hit and who is not."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from detection.localisation import Finding
from detection.models import Localisation, Rule
from detection.segments import count_of, lost_words, name_of

MOST_NAMED = 8


@dataclass(frozen=True)
class Row:
    """One segment: counts, of a rate with the rate behind them."""

    name: str
    actual: str
    expected: str
    share: str


@dataclass(frozen=True)
class Side:
    """Of one dimension, who is hit and who is not, as words."""

    dimension: str
    hit: str
    spared: str


@dataclass(frozen=True)
class Where:
    """``rows`` are empty where no segment was found; ``is_even``: then it is spread evenly."""

    rule: Rule
    share: str
    is_even: bool
    rows: list[Row] = field(default_factory=list)
    sides: list[Side] = field(default_factory=list)


def where_of(kept: Localisation) -> Where:
    is_found = kept.finding in (Finding.SEGMENT, Finding.PARTLY)
    words = lost_words(kept.lost, is_drop=kept.is_drop) if is_found and kept.rule.metric.counts else ""
    order = (kept.rule.metric.detail or kept.rule.metric).dimensions
    rows = [_row(segment, order) for segment in kept.segments] if is_found else []
    return Where(kept.rule, words, kept.finding == Finding.EVEN, rows, _sides(kept, order) if is_found else [])


def _row(segment: dict[str, Any], order: list[str]) -> Row:
    """``order`` of the dimensions: the database keeps none."""
    volume = segment.get("volume")
    actual, expected = (_count(segment[name], volume) for name in ("actual", "expected"))
    labels = {name: segment["labels"][name] for name in order if name in segment["labels"]}
    return Row(name_of(labels) or _("all"), actual, expected, f"{100 * segment['share']:.0f} %")


def _count(number: float, volume: float | None) -> str:
    return f"{count_of(number)} ({100 * number / volume:.0f} %)" if volume else count_of(number)


def _sides(kept: Localisation, order: list[str]) -> list[Side]:
    """The dimensions that the segments leave open, and of which some are hit and some are not."""
    fixed = {name for labels in kept.labels for name in labels}
    sides = []
    for dimension in order:
        hit, spared = kept.hit.get(dimension, []), kept.spared.get(dimension, [])
        if hit and spared and dimension not in fixed:
            sides.append(Side(dimension, _names(hit), _names(spared)))
    return sides


def _names(values: list[dict[str, Any]]) -> str:
    named = ", ".join(value["name"] or _("(empty)") for value in values[:MOST_NAMED])
    rest = len(values) - MOST_NAMED
    return f"{named} +{rest}" if rest > 0 else named
