"""What a body says, whoever sent it: one signal for each alert in it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Body = Mapping[str, Any]


class Meaning(StrEnum):
    """What the source says of its alert. UNKNOWN: neither firing nor well (no data); it opens and ends nothing."""

    OPEN = "open"
    ACK = "ack"
    RESOLVE = "resolve"
    UNKNOWN = "unknown"


class NotAnAlert(ValueError):  # noqa: N818
    """Something else than an alert: ``kind`` is "handshake", "chat command" or "not an alert"."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class NotUnderstood(ValueError):  # noqa: N818
    """Perhaps an alert, but nothing in it says what. ``text`` is marked for translation, ``detail`` is not."""

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(f"{text}\n{detail}" if detail else text)


@dataclass(frozen=True)
class Signal:
    """``at``: the moment of this state at the source, ``started_at``: when it began to fire there; None: not said.

    ``status`` and ``severity_at_source`` are the source's own words. ``dedup_key`` is the same for firing and
    resolving, ``group_key`` is how the source groups, "" where it does not.
    """

    meaning: Meaning
    title: str
    dedup_key: str
    status: str = ""
    description: str = ""
    severity: str = ""
    severity_at_source: str = ""
    at: datetime | None = None
    started_at: datetime | None = None
    group_key: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    links: Sequence[str] = ()
