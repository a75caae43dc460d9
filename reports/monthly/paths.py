"""The path of a figure (``reports.frozen``) and its value in words."""

from typing import Any

from django.utils.translation import gettext_lazy

from reports import words
from reports.models import Section

TOKENS = {
    "incidents": gettext_lazy("Incidents"),
    "durations": gettext_lazy("Lengths of time"),
    "attainment": Section.SLA.label,
    "stability": Section.STABILITY.label,
    "top": Section.TOP.label,
    "quality": gettext_lazy("Data quality"),
    "previous": gettext_lazy("the month before"),
    "company": gettext_lazy("Company"),
    "lines": gettext_lazy("business line"),
    "services": gettext_lazy("the service"),
    "all": gettext_lazy("all"),
    "by_level": gettext_lazy("level"),
    "count": gettext_lazy("how many"),
    "cancelled": gettext_lazy("cancelled"),
    "major": gettext_lazy("major"),
    "by_rules": gettext_lazy("found by our own rules"),
    "detect": gettext_lazy("to detect"),
    "acknowledge": gettext_lazy("to acknowledge"),
    "recover": gettext_lazy("to recover"),
    "resolve": gettext_lazy("to resolve"),
    "median": gettext_lazy("median"),
    "met": gettext_lazy("targets met"),
    "missed": gettext_lazy("targets missed"),
    "uv": "UV",
    "pv": "PV",
    "time": gettext_lazy("Time"),
    "lost": gettext_lazy("lost"),
    "whole": gettext_lazy("whole"),
    "users": gettext_lazy("affected users"),
    "outage": gettext_lazy("outage"),
    "action_age": gettext_lazy("Action items"),
    "problem_age": gettext_lazy("Problems"),
    "unresolved_age": gettext_lazy("Unresolved incidents"),
}
SILENT = {"panels", "rows", "parts", "value"}
"""Tokens that say nothing to people."""
SECONDS = ("median", "p90", "outage")


def path_in_words(path: str) -> str:
    """ "durations recover 1 median" -> "Lengths of time · to recover · 1 · median"; names stay."""
    return " · ".join(str(TOKENS.get(token, token)) for token in path.split(" ") if token not in SILENT)


def value_in_words(path: str, value: Any) -> str:
    """Lengths of time as such, numbers with their thousands."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return words.told(value)
    tokens = path.split(" ")
    is_age = tokens[-1] == "value" and any(token.endswith(("_age", "_by_month")) for token in tokens)
    if tokens[-1] in SECONDS or is_age or tokens[-2:-1] == ["time"]:
        return words.duration(value)
    return f"{value:,}".removesuffix(".0")
