"""What is asked of an indicator."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from reports.period import Period

Key = tuple[str, ...]
"""One key for each dimension of ``Question.by``, in that order; "-" where a row has none."""
NONE = "-"


@dataclass(frozen=True)
class Question:
    """The rows of a period that the filters leave (dimension -> key), told apart by the dimensions of ``by``."""

    period: Period
    now: datetime
    filters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    by: tuple[str, ...] = ()

    def narrowed(self, key: Key) -> "Question":
        """What makes up one of the answers: the same, with the key's parts as filters."""
        return replace(self, filters={**self.filters, **dict(zip(self.by, key, strict=True))}, by=())
