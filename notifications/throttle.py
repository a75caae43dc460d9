"""How many messages a person gets in how long: when the next one may go. Values in, values out.

The figures are GoAlert's. Waiting is the effect, never dropping: what waits is sent when its time has come, folded into
one message with whatever else waits for the same person and channel.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Weight(StrEnum):
    """What kind of message it is to its reader."""

    PAGE = "page"
    """Asks to be acknowledged."""
    NOTICE = "notice"
    """Says where an incident stands."""
    ANSWER = "answer"
    """What the person asked for: a test, a code. Never throttled, and counts for nothing."""


@dataclass(frozen=True)
class Window:
    """At most ``most`` in ``within``; ``of`` are the kinds that count, every kind where it is empty."""

    most: int
    within: timedelta
    of: Weight | None = None


VOICE = (Window(3, 15 * MINUTE), Window(7, HOUR), Window(15, 3 * HOUR))
SMS = (Window(5, 15 * MINUTE), Window(11, HOUR), Window(21, 3 * HOUR))
PAGES = (Window(1, MINUTE, Weight.PAGE),)
NOTICES = (
    Window(1, 3 * MINUTE, Weight.NOTICE),
    Window(3, 20 * MINUTE, Weight.NOTICE),
    Window(8, 120 * MINUTE, Weight.NOTICE),
)
WINDOWS: dict[tuple[str, Weight], tuple[Window, ...]] = {
    ("voice", Weight.PAGE): (*PAGES, *VOICE),
    ("voice", Weight.NOTICE): (*NOTICES, *VOICE),
    ("sms", Weight.PAGE): (*PAGES, *SMS),
    ("sms", Weight.NOTICE): (*NOTICES, *SMS),
    ("email", Weight.PAGE): PAGES,
}
"""By channel and kind. Notices by mail wake nobody and are not throttled, nor is what goes to a chat."""

LONGEST = max(window.within for windows in WINDOWS.values() for window in windows)
"""What happened longer ago than this changes nothing."""


@dataclass(frozen=True)
class Past:
    """A message that the person got by the channel, or that is on its way."""

    at: datetime
    weight: Weight


def windows_of(channel: str, weight: Weight) -> tuple[Window, ...]:
    return WINDOWS.get((channel, weight), ())


def free_at(windows: Iterable[Window], past: Sequence[Past], now: datetime) -> datetime:
    """The earliest moment from now on at which one more message keeps every window."""
    return max([now, *(_free_in(window, past) for window in windows if _is_full(window, past))])


def _is_full(window: Window, past: Sequence[Past]) -> bool:
    return len(_counted(window, past)) >= window.most


def _free_in(window: Window, past: Sequence[Past]) -> datetime:
    """When the oldest of those that fill the window leaves it."""
    return _counted(window, past)[-window.most] + window.within


def _counted(window: Window, past: Sequence[Past]) -> list[datetime]:
    """The moments that count, the oldest first."""
    kinds = (Weight.PAGE, Weight.NOTICE) if window.of is None else (window.of,)
    return sorted(each.at for each in past if each.weight in kinds)
