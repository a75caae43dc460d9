"""What other tools send, read into signals. One file for each format; none knows the database or the time. Pure."""

from collections.abc import Mapping
from typing import Any

from detection.intake import alertmanager, generic, mapped, pagerduty
from detection.intake.signal import Meaning, NotAnAlert, NotUnderstood, Signal

__all__ = ["Meaning", "NotAnAlert", "NotUnderstood", "Signal", "signals_of"]


def signals_of(kind: str, body: Any, mapping: Mapping[str, str]) -> list[Signal]:
    """The signals of a body that was read (intake/reading.py). Raises NotAnAlert, NotUnderstood."""
    if kind == "alertmanager":
        return alertmanager.read(body)
    if kind == "pagerduty":
        return pagerduty.read(body)
    if kind == "mapped":
        return mapped.read(body, mapping)
    return generic.read(body)
