"""What rule kinds say to people. Marked for translation here, without Django; translated where it is shown."""

from dataclasses import dataclass, field
from typing import Any


def gettext_noop(text: str) -> str:
    """Mark a sentence for translation where it is written."""
    return text


@dataclass(frozen=True)
class Sentence:
    """A sentence with ``%(name)s`` places, and what stands in them."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)


class ParametersRefused(Exception):  # noqa: N818 (a refusal is an answer, not an error)
    """What was typed for a rule cannot be used. ``errors`` maps parameter names to sentences."""

    def __init__(self, errors: dict[str, Sentence]) -> None:
        super().__init__("; ".join(f"{name}: {error.text % error.values}" for name, error in errors.items()))
        self.errors = errors


def plain(number: float) -> str:
    """A number as people write it: no decimals where there are none, at most three."""
    return f"{number:.3f}".rstrip("0").rstrip(".") if abs(number) < 1e15 else f"{number:.4g}"
