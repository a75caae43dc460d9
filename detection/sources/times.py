"""How a time column writes its moments. Pure."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

TIMESTAMP, EPOCH, EPOCH_MILLISECONDS = "timestamp", "epoch", "epoch_ms"
FORMATS = (TIMESTAMP, EPOCH, EPOCH_MILLISECONDS)
# Texts of such a pattern sort as the moments do, so that "from ... until" can be asked of them.
_SORTED = re.compile(r"%Y[^%]{0,2}%m[^%]{0,2}%d([^%]{0,2}%H([^%]{0,2}%M([^%]{0,2}%S[^%]{0,2})?)?)?")


def is_known(time_format: str) -> bool:
    """One of FORMATS, or a pattern such as ``%Y-%m-%d %H:%M:%S`` or ``%Y%m%d%H%M``."""
    return time_format in FORMATS or bool(_SORTED.fullmatch(time_format))


def is_zone(name: str) -> bool:
    return name in available_timezones()


def written(at: datetime, time_format: str, time_zone: str) -> int | str | datetime:
    """The moment as the column has it: a number, a text, or an aware time in the column's zone."""
    if time_format == EPOCH:
        return round(at.timestamp())
    if time_format == EPOCH_MILLISECONDS:
        return round(at.timestamp() * 1000)
    local = at.astimezone(ZoneInfo(time_zone))
    return local if time_format == TIMESTAMP else local.strftime(time_format)


def offset_of(at: datetime, time_zone: str) -> str:
    """``+08:00``: what the zone is away from UTC at that moment."""
    seconds = at.astimezone(ZoneInfo(time_zone)).utcoffset()
    minutes = int(seconds.total_seconds() // 60) if seconds is not None else 0
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
