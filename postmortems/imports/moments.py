"""Moments as people write them: "18:51 UTC on 24 Feb 2018", "3月15日 下午7:05", "[09:37]". Pure."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_PACIFIC, _EASTERN = ZoneInfo("America/Los_Angeles"), ZoneInfo("America/New_York")
_CENTRAL, _CHINA = ZoneInfo("America/Chicago"), ZoneInfo("Asia/Shanghai")
ZONES: dict[str, tzinfo] = {
    **dict.fromkeys(("utc", "gmt", "z", "coordinated universal time"), UTC),
    **{word: timezone(timedelta(hours=hours)) for word, hours in (("pst", -8), ("pdt", -7), ("mst", -7), ("mdt", -6))},
    **{word: timezone(timedelta(hours=hours)) for word, hours in (("cst", -6), ("cdt", -5), ("est", -5), ("edt", -4))},
    **{word: timezone(timedelta(hours=hours)) for word, hours in (("cet", 1), ("cest", 2), ("bst", 1), ("eest", 3))},
    **{word: timezone(timedelta(hours=hours)) for word, hours in (("jst", 9), ("kst", 9), ("sgt", 8), ("hkt", 8))},
    **{word: timezone(timedelta(hours=hours)) for word, hours in (("aest", 10), ("aedt", 11), ("ist", 5.5))},
    **dict.fromkeys(("pt", "pacific time", "pacific", "us/pacific", "america/los_angeles"), _PACIFIC),
    **dict.fromkeys(("et", "eastern time", "eastern", "us/eastern", "america/new_york"), _EASTERN),
    **dict.fromkeys(("ct", "central time", "us/central"), _CENTRAL),
    **dict.fromkeys(("北京时间", "中国标准时间", "beijing time", "china standard time", "asia/shanghai"), _CHINA),
}
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATES = (
    r"(?P<iso_y>\d{4})[-/.](?P<iso_m>\d{1,2})[-/.](?P<iso_d>\d{1,2})(?!\d)",
    r"(?:(?P<zh_y>\d{4})\s?年\s?)?(?P<zh_m>\d{1,2})\s?月\s?(?P<zh_d>\d{1,2})\s?[日号]?",
    rf"(?P<dm_d>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?(?P<dm_m>{_MONTH})(?:,?[\s-]*(?P<dm_y>\d{{4}})(?!:?\d))?(?![a-z])",
    rf"(?P<md_m>{_MONTH})\s+(?P<md_d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s*(?P<md_y>\d{{4}})(?!:?\d))?",
    r"(?P<sl_a>\d{1,2})/(?P<sl_b>\d{1,2})/(?P<sl_y>\d{4}|\d{2})(?!\d)",
)
_TIMES = (
    r"(?P<hm_h>\d{1,2})[:：](?P<hm_m>\d{2})(?:[:：](?P<hm_s>\d{2})(?:[.,](?P<hm_f>\d{1,9}))?)?"
    r"(?:\s*(?P<hm_p>[ap]\.?m)\b\.?)?(?!\d)",
    r"(?P<h_h>\d{1,2})\s?(?P<h_p>[ap]\.?m)\b\.?",
    r"(?P<mil>\d{4})(?:h|\s?hrs)?(?=\s*(?:utc|gmt|z\b))",
    r"(?P<zh_p>凌晨|早上|上午|中午|下午|傍晚|晚上)?\s?(?P<zh_h>\d{1,2})\s?[点时](?!间)"
    r"(?:\s?(?P<zh_min>\d{1,2})\s?分?|(?P<zh_half>半)|整)?(?:\s?(?P<zh_s>\d{1,2})\s?秒)?",
)
_ZONE = (
    r"(?P<offset>(?:utc|gmt)?\s?[+-]\d{1,2}(?::?\d{2})?)(?![\d:-])|(?P<zone>"
    + "|".join(re.escape(word) for word in sorted(ZONES, key=len, reverse=True))
    + r")(?![a-z])"
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?|(?:周|星期)[一二三四五六日天]"
_FILLER = re.compile(
    r"[\s,;()\[\]*_`（）【】，]*(?:(?:at|on|of|the|around|approximately|approx\.?|about|约|于|在)(?=[\s\d~]))?[\s~*_`]*",
    re.I,
)
_ITEMS = [
    *(("date", re.compile(pattern, re.I)) for pattern in _DATES),
    *(("time", re.compile(pattern, re.I)) for pattern in _TIMES),
    ("weekday", re.compile(_WEEKDAY, re.I)),
    ("zone", re.compile(_ZONE, re.I)),
    ("t", re.compile(r"T(?=\d\d:)")),
]
BEGIN = re.compile("|".join((*(f"(?:{pattern})" for pattern in (*_DATES, *_TIMES)),)), re.I)
_SEPARATOR = re.compile(r"^[\s,;:：.\-–—|>)\]*_`】）~]+")
ROLLOVER = timedelta(hours=6)


@dataclass(frozen=True)
class Found:
    """A moment as it was written: what it says, and where it stands."""

    start: int
    end: int
    day: tuple[int | None, int, int] | None = None
    """Year (or not said), month, day."""
    slashed: tuple[int, int, int] | None = None
    """a/b/year, which may be either way round."""
    clock: time | None = None
    zone: tzinfo | None = None

    @property
    def has_day(self) -> bool:
        return self.day is not None or self.slashed is not None


@dataclass(frozen=True)
class Context:
    """What a moment that does not say all of it is read by: the day before it, its zone, the entry before it."""

    day: date | None = None
    zone: tzinfo = UTC
    previous: datetime | None = None


def read_moment(text: str, start: int = 0) -> Found | None:
    """The moment that stands at ``start``; None where none does. Numbers that are no date or time are none."""
    found, place = Found(start, start), start
    while True:
        item = _next_item(text, place)
        if item is None:
            break
        kind, match = item
        read = _take(found, kind, match)
        if read is None:
            break
        found, place = replace(read, end=match.end()), match.end()
    return found if found.has_day or found.clock else None


def find_moment(text: str) -> Found | None:
    """The first moment with a time of day, anywhere; a day that stands before it alone goes with it."""
    place, lonely = 0, None
    while match := BEGIN.search(text, place):
        is_inside_word = match.start() > 0 and (text[match.start() - 1].isdigit() or text[match.start() - 1] in "./:-$")
        found = None if is_inside_word else read_moment(text, match.start())
        if found is None:
            place = match.end() if is_inside_word else match.start() + 1
            continue
        if found.clock is not None:
            if not found.has_day and lonely is not None:
                found = replace(found, day=lonely.day, slashed=lonely.slashed)
            return found
        lonely, place = found, max(found.end, match.start() + 1)
    return None


def after_moment(text: str, found: Found) -> str:
    """What follows the moment, without what parts them."""
    return _SEPARATOR.sub("", text[found.end :]).strip()


def resolve(found: Found, context: Context) -> datetime | None:
    """The moment in UTC; None where its day is not known. A time alone that lies hours before the entry before it is of
    the next day."""
    day = _day_of(found, context)
    if day is None:
        return None
    zone = found.zone or context.zone
    moment = datetime.combine(day, found.clock or time(), tzinfo=zone)
    if not found.has_day and context.previous is not None and moment < context.previous - ROLLOVER:
        moment += timedelta(days=1)
    return moment.astimezone(UTC)


def local_day(moment: datetime, found: Found, context: Context) -> date:
    """The day of a resolved moment where it was written."""
    return moment.astimezone(found.zone or context.zone).date()


def zone_named(text: str) -> tzinfo | None:
    """A zone that stands in a remark such as "all times in Pacific Time"."""
    match = re.search(_ZONE, text, re.I)
    return _zone(match) if match else None


def _next_item(text: str, place: int) -> tuple[str, re.Match[str]] | None:
    after = _FILLER.match(text, place)
    for begin in dict.fromkeys((after.end() if after else place, place)):
        for kind, pattern in _ITEMS:
            if match := pattern.match(text, begin):
                return kind, match
    return None


def _take(found: Found, kind: str, match: re.Match[str]) -> Found | None:
    """What is known with one more item; None where it does not belong: a second date or time, or a false one."""
    if kind in ("weekday", "t"):
        return found
    if kind == "zone":
        return replace(found, zone=_zone(match)) if found.clock and found.zone is None else None
    if kind == "time":
        clock = _clock(match) if found.clock is None else None
        return replace(found, clock=clock) if clock else None
    if found.has_day:
        return None
    return _with_day(found, match)


def _with_day(found: Found, match: re.Match[str]) -> Found | None:
    parts = match.groupdict()
    if "sl_a" in parts:
        year = int(parts["sl_y"])
        slashed = (int(parts["sl_a"]), int(parts["sl_b"]), year + 2000 if year < 100 else year)
        return replace(found, slashed=slashed) if _ways_round(slashed) else None
    kind = next(iter(parts)).split("_")[0]
    month = parts[f"{kind}_m"]
    number = MONTHS[month[:3].lower()] if month[0].isalpha() else int(month)
    year_word = parts[f"{kind}_y"]
    day = (int(year_word) if year_word else None, number, int(parts[f"{kind}_d"]))
    return replace(found, day=day) if _date(day[0] or 2000, *day[1:]) else None


def _clock(match: re.Match[str]) -> time | None:
    parts = match.groupdict()
    try:
        if "mil" in parts:
            return time(int(parts["mil"][:2]), int(parts["mil"][2:]))
        if "zh_h" in parts:
            hour, minute = int(parts["zh_h"]), 30 if parts["zh_half"] else int(parts["zh_min"] or 0)
            is_late = parts["zh_p"] in ("下午", "傍晚", "晚上") or (parts["zh_p"] == "中午" and hour < 3)
            return time(hour + 12 if is_late and hour < 12 else hour, minute, int(parts["zh_s"] or 0))
        kind = next(iter(parts)).split("_")[0]
        hour, half = int(parts[f"{kind}_h"]), (parts[f"{kind}_p"] or "").lower()[:1]
        if half and hour <= 12:  # "15:47 PM" is written too
            hour = hour % 12 + (12 if half == "p" else 0)
        fraction = (parts.get("hm_f") or "")[:6].ljust(6, "0")
        return time(hour, int(parts.get("hm_m") or 0), int(parts.get("hm_s") or 0), int(fraction))
    except ValueError:
        return None


def _zone(match: re.Match[str]) -> tzinfo | None:
    if match["offset"]:
        sign, hours, minutes = re.search(r"([+-])(\d{1,2}):?(\d{2})?", match["offset"]).groups()  # type: ignore[union-attr]
        away = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(away if sign == "+" else -away) if away < timedelta(hours=24) else None
    return ZONES[match["zone"].lower()]


def _day_of(found: Found, context: Context) -> date | None:
    near = context.day
    if found.slashed:
        ways = _ways_round(found.slashed)
        return min(ways, key=lambda day: abs(day - near)) if near and ways else ways[0]
    if found.day is None:
        return near
    year, month, day = found.day
    if year is not None:
        return _date(year, month, day)
    if near is None:
        return None
    years = [
        found_day for other in (near.year, near.year - 1, near.year + 1) if (found_day := _date(other, month, day))
    ]
    return min(years, key=lambda found_day: abs(found_day - near)) if years else None


def _ways_round(slashed: tuple[int, int, int]) -> list[date]:
    """Month first, as most that are written so, then day first; those that there are."""
    one, two, year = slashed
    return [day for day in (_date(year, one, two), _date(year, two, one)) if day is not None]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
