"""What a localisation says to people: which segment, with its numbers, who is hit and who is not."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from detection.localisation import Explanation, Finding, Segment, Value

NAMED = 5


def name_of(labels: Mapping[str, str]) -> str:
    """``gateway A × method UPI``."""
    return " × ".join(f"{dimension} {value}" for dimension, value in labels.items())


def names_of(segments: Sequence[Mapping[str, str]]) -> str:
    """Several segments of one dimension share its name: ``gateway A, B``; others are set side by side."""
    dimensions = {tuple(labels) for labels in segments}
    if len(segments) > 1 and len(dimensions) == 1 and len(next(iter(dimensions))) == 1:
        dimension = next(iter(segments[0]))
        return f"{dimension} " + ", ".join(labels[dimension] for labels in segments)
    return "; ".join(name_of(labels) for labels in segments)


def addition_of(explanation: Explanation) -> str:
    """What goes behind the title of an incident; empty where no segment explains it."""
    if explanation.finding != Finding.SEGMENT:
        return ""
    segments = explanation.segments
    return f"– {names_of([segment.labels for segment in segments])}: {_numbers(segments)}"


def note_of(explanation: Explanation) -> str:
    """What goes onto the timeline, in a few sentences."""
    if explanation.finding in (Finding.NOTHING, Finding.EVEN):
        return _("No segment explains it: it is spread evenly.") if explanation.finding == Finding.EVEN else ""
    said = [_("%(segment)s: %(numbers)s.") % _words(segment) for segment in explanation.segments]
    share = {"share": f"{100 * explanation.share:.0f}", "confidence": f"{100 * explanation.confidence:.0f}"}
    if explanation.finding == Finding.PARTLY:
        said.append(_("That is %(share)s %% of the difference only; the rest is spread.") % share)
    else:
        said.append(_("That explains %(share)s %% of the difference (confidence %(confidence)s %%).") % share)
    return "\n".join([" ".join(said), *sides_of(explanation)])


def sides_of(explanation: Explanation) -> list[str]:
    """Of every dimension that the segments leave open: who is hit and who is not."""
    fixed = {dimension for segment in explanation.segments for dimension in segment.labels}
    lines = []
    for dimension, hit in explanation.hit.items():
        spared = explanation.spared.get(dimension, ())
        if not hit or (dimension in fixed and not spared):
            continue
        words = {"dimension": dimension, "hit": _some(hit), "spared": _some(spared)}
        if spared:
            lines.append(_("%(dimension)s: hit %(hit)s; not hit %(spared)s") % words)
        else:
            lines.append(_("%(dimension)s: hit %(hit)s; all of them") % words)
    return lines


def numbers_of(*, actual: float, expected: float, volume: float | None) -> str:
    """``35 % instead of 63 %`` of a rate, ``120 instead of 800`` of a volume."""
    if volume:
        words = {"actual": f"{100 * actual / volume:.0f} %", "expected": f"{100 * expected / volume:.0f} %"}
    else:
        words = {"actual": count_of(actual), "expected": count_of(expected)}
    return _("%(actual)s instead of %(expected)s") % words


def count_of(number: float) -> str:
    """A count with its thousands apart; small amounts keep a decimal."""
    return f"{number:,.0f}" if number == int(number) or abs(number) >= 10 else f"{number:.1f}"


def lost_words(lost: float, *, is_drop: bool) -> str:
    whole = round(lost)
    if is_drop:
        return ngettext("%(count)s is missing", "%(count)s are missing", whole) % {"count": f"{whole:,}"}
    return ngettext("%(count)s too many", "%(count)s too many", whole) % {"count": f"{whole:,}"}


def _words(segment: Segment) -> dict[str, Any]:
    return {"segment": name_of(segment.labels), "numbers": _numbers([segment])}


def _numbers(segments: Sequence[Segment]) -> str:
    volume = None if segments[0].volume is None else sum(segment.volume or 0 for segment in segments)
    actual, expected = sum(segment.actual for segment in segments), sum(segment.expected for segment in segments)
    return numbers_of(actual=actual, expected=expected, volume=volume)


def _some(values: Sequence[Value]) -> str:
    named = ", ".join(value.name or _("(empty)") for value in values[:NAMED])
    rest = len(values) - NAMED
    return f"{named} +{rest}" if rest > 0 else named
