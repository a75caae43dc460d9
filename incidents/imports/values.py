"""What single cells say: moments, words, whole numbers. Pure: text in, value or ValueError (in words) out."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
ISO, EPOCH, EPOCH_MS = "iso", "epoch", "epoch_ms"
BY_NAME = (ISO, EPOCH, EPOCH_MS)
LARGEST = 2**31 - 1
Meaning = TypeVar("Meaning")
PLACE = re.compile(r"\{([^{}]+)\}")


@lru_cache(maxsize=50_000)
def parse_moment(text: str, formats: tuple[str, ...], zone: str, latest: datetime) -> datetime:
    """The moment in UTC. A text without an offset is local time of ``zone``; in the hour that a zone repeats in autumn
    the earlier moment is meant."""
    moment = _as_moment(text, formats)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    try:
        in_utc = aware.astimezone(UTC)
    except OverflowError:
        raise ValueError("this year is out of reach") from None
    if in_utc < EARLIEST:
        raise ValueError("this time lies before 1970")
    if in_utc > latest:
        raise ValueError("this time lies in the future")
    return in_utc


def _as_moment(text: str, formats: Iterable[str]) -> datetime:
    for layout in formats:
        try:
            if layout == ISO:
                return datetime.fromisoformat(text)
            if layout in (EPOCH, EPOCH_MS):
                return datetime.fromtimestamp(0, UTC) + timedelta(
                    seconds=float(text) / (1 if layout == EPOCH else 1000)
                )
            return datetime.strptime(text, layout)
        except (ValueError, OverflowError):
            continue
    raise ValueError("this is no time of the format that the profile states")


def parse_count(text: str) -> int:
    """A whole number from 0 on; "3.0" as spreadsheets write it too."""
    if not re.fullmatch(r"\d{1,10}(\.0+)?", text):
        raise ValueError("this is no whole number")
    number = int(text.partition(".")[0])
    if number > LARGEST:
        raise ValueError("this number is too large")
    return number


class Words(Generic[Meaning]):
    """What the words of a column mean. Case and outer blanks do not count; ``*`` stands for anything."""

    def __init__(self, meanings: Mapping[str, Meaning]) -> None:
        self._exact = {word.strip().casefold(): meaning for word, meaning in meanings.items() if "*" not in word}
        self._patterns = [(word.strip().casefold(), meaning) for word, meaning in meanings.items() if "*" in word]

    def find(self, text: str) -> Meaning | None:
        """The meaning of the word itself, else of the first pattern that fits it."""
        word = text.strip().casefold()
        if word in self._exact:
            return self._exact[word]
        return next((meaning for pattern, meaning in self._patterns if fnmatchcase(word, pattern)), None)

    def __bool__(self) -> bool:
        return bool(self._exact or self._patterns)


def fill_in(template: str, cells: Mapping[str, str]) -> str:
    """The template with a cell for each ``{column}``; brackets and commas around nothing go."""
    filled = PLACE.sub(lambda match: cells.get(match[1], ""), template)
    return re.sub(r"\(\s*\)|\[\s*\]", "", filled).strip(" ,;:-/")


def places(template: str) -> list[str]:
    """The columns that a template names."""
    return PLACE.findall(template)
