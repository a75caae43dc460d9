"""Which instant the clock on the wall means. ``zoneinfo`` alone lets a time that summer time skips slide by an hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant (in UTC) at which clocks of the zone show the naive ``wall``.

    A time that comes twice means the first of the two; a time that is skipped means the first instant after the gap.
    """
    found = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if wall_clock(found, zone) == wall:
        return found
    return _first_after_the_gap(wall, zone, found)


def wall_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """What clocks of the zone show at the moment, naive."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _first_after_the_gap(wall: datetime, zone: ZoneInfo, late: datetime) -> datetime:
    """Halve the stretch around the gap: before it the clock shows less than ``wall``, after it more."""
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while late - early > SECOND:
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if wall_clock(middle, zone) < wall:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
