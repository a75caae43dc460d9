"""Fills {series}, {value}, {expected} and {rule} into a title. Nothing else in braces means anything. Pure."""

import re
from collections.abc import Mapping

PLACES = ("series", "value", "expected", "rule")
_PLACE = re.compile(r"\{(\w*)[^{}]*\}")


def unknown_places(template: str) -> list[str]:
    """What stands in braces and is no place, so that a slip is seen when the rule is saved."""
    return sorted({match[0] for match in _PLACE.finditer(template) if match[0][1:-1] not in PLACES})


def fill(template: str, places: Mapping[str, str]) -> str:
    """Replace in one pass: what is filled in is never looked at again."""
    return re.sub(r"\{(series|value|expected|rule)\}", lambda match: places.get(match[1], ""), template)


def name_of(labels: Mapping[str, str]) -> str:
    """A series as people call it."""
    return ", ".join(str(value) for value in labels.values()) or "all"
