"""Durations as people type them: "10 min", "1 h 30 min", "7 d", "2 小时", or ISO 8601 ("PT10M"). Pure."""

import re
import unicodedata
from datetime import timedelta

from django.utils.dateparse import parse_duration

LONGEST = timedelta(days=3650)
UNITS = {
    "seconds": ("s", "sec", "secs", "second", "seconds", "秒", "秒钟"),
    "minutes": ("m", "min", "mins", "minute", "minutes", "分", "分钟"),
    "hours": ("h", "hr", "hrs", "hour", "hours", "时", "小时", "个小时"),
    "days": ("d", "day", "days", "天", "日"),
    "weeks": ("w", "week", "weeks", "周", "星期"),
}
UNIT_OF = {word: unit for unit, words in UNITS.items() for word in words}
PART = re.compile(r"\s*([0-9]{1,6}(?:[.,][0-9]{1,3})?)\s*([^\W\d_]+)\.?\s*")


def read_duration(text: str) -> timedelta:
    """Raises ValueError for what is no duration, for none at all, and for more than ten years."""
    typed = unicodedata.normalize("NFKC", text).strip()
    duration = _iso(typed) if typed[:1].upper() == "P" else _in_parts(typed.lower())
    if duration is None or not timedelta(0) < duration <= LONGEST:
        raise ValueError(f"{text!r} is no duration")
    return duration


def _iso(text: str) -> timedelta | None:
    try:
        return parse_duration(text.upper())
    except OverflowError:
        return None


def _in_parts(text: str) -> timedelta | None:
    """Each unit once: "1 h 1 h" is a slip of the hand."""
    found: dict[str, float] = {}
    place = 0
    while place < len(text):
        part = PART.match(text, place)
        unit = UNIT_OF.get(part[2]) if part else None
        if part is None or unit is None or unit in found:
            return None
        found[unit] = float(part[1].replace(",", "."))
        place = part.end()
    return timedelta(**found) if found else None


def split_duration(duration: timedelta) -> list[tuple[int, str]]:
    """(number, unit) of each unit that is not zero, the greatest first; whole seconds."""
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "days"), (hours, "hours"), (minutes, "minutes"), (seconds, "seconds")]
    return [(number, unit) for number, unit in parts if number]
