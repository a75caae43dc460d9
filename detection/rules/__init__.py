"""The kinds of rules. A new kind is one file here and one line in KINDS."""

from datetime import timedelta
from typing import Any, Protocol

import numpy as np

from detection.rules import (
    absence,
    change,
    earlier_days,
    earlier_weeks,
    learned,
    seasonal,
    share,
    success_rate,
    threshold,
    usual_rate,
)
from detection.rules.parameters import Field
from detection.rules.verdict import Judgement, Mask, Moment, Stretch, Values
from detection.rules.words import Sentence


class Kind(Protocol):
    """What the file of a kind has to offer. All of it is pure: values in, values out.

    Each series is judged by itself: of very many series ``evaluate`` is shown some at a time. A kind may offer more:
    ``NEEDS_OTHER = True`` (a second metric as ``moment.other``), ``NEEDS_TOTAL = True`` (``moment.total``), and
    ``state_dtype(parameters, interval) -> np.dtype``: it learns. Then ``moment.state`` has a row for each series, zeros
    at first, and ``judgement.state`` is kept until the next frame, or until kind, parameters or dtype change.
    """

    @property
    def LABEL(self) -> str: ...  # noqa: N802

    @property
    def FIELDS(self) -> tuple[Field, ...]: ...  # noqa: N802

    @property
    def read(self) -> Any:
        """(raw) -> parameters; raises ParametersRefused."""

    @property
    def describe(self) -> Any:
        """(parameters) -> Sentence."""

    @property
    def stretches(self) -> Any:
        """(parameters) -> tuple[Stretch, ...]: the history that ``evaluate`` wants, all of one width."""

    @property
    def evaluate(self) -> Any:
        """(parameters, Moment) -> Judgement."""


KINDS: dict[str, Kind] = {
    "threshold": threshold,
    "change": change,
    "earlier_days": earlier_days,
    "earlier_weeks": earlier_weeks,
    "seasonal": seasonal,
    "learned": learned,
    "success_rate": success_rate,
    "usual_rate": usual_rate,
    "share": share,
    "absence": absence,
}


def needs_other(kind: Kind) -> bool:
    """Whether it compares with a second metric."""
    return bool(getattr(kind, "NEEDS_OTHER", False))


def needs_total(kind: Kind) -> bool:
    return bool(getattr(kind, "NEEDS_TOTAL", False))


def learns(kind: Kind) -> bool:
    """Whether it remembers something of each series from frame to frame."""
    return hasattr(kind, "state_dtype")


def state_dtype(kind: Kind, parameters: Any, interval: timedelta) -> np.dtype[Any] | None:
    """What the kind remembers of each series; None for one that does not learn."""
    asked = getattr(kind, "state_dtype", None)
    return None if asked is None else np.dtype(asked(parameters, interval))


__all__ = [
    "KINDS",
    "Judgement",
    "Kind",
    "Mask",
    "Moment",
    "Sentence",
    "Stretch",
    "Values",
    "learns",
    "needs_other",
    "needs_total",
    "state_dtype",
]
