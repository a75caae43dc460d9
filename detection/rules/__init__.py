"""The kinds of rules. A new kind is one file here and one line in KINDS."""

from typing import Any, Protocol

from detection.rules import earlier_days, threshold
from detection.rules.parameters import Field
from detection.rules.verdict import Judgement, Mask, Stretch, Values
from detection.rules.words import Sentence


class Kind(Protocol):
    """What the file of a kind has to offer. All of it is pure: values in, values out."""

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
        """(parameters, values, history, is_open) -> Judgement."""


KINDS: dict[str, Kind] = {"threshold": threshold, "earlier_days": earlier_days}

__all__ = ["KINDS", "Judgement", "Kind", "Mask", "Sentence", "Stretch", "Values"]
