"""The dated entries of a timeline, written as a table, a list, paragraphs or headings. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from postmortems.imports.headings import Block
from postmortems.imports.moments import (
    BEGIN,
    Context,
    Found,
    after_moment,
    find_moment,
    local_day,
    read_moment,
    resolve,
    zone_named,
)
from postmortems.imports.tables import Table, is_row, read_item, read_table, strip_marks
from postmortems.wording import split_sentences

# Entries that were glued together: a full stop, then a moment with its zone and day.
_GLUED = re.compile(r"(?<=[.!?。])(?=\d{1,2}:\d{2}\s*[A-Z]{2,4}\s+\d{1,2}\s)")
_REMARK = re.compile(r"all times|time ?zone|时区|时间均为", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """A dated fact. ``is_day_only``: the source gives no time of day."""

    at: datetime
    what: str
    role: str = ""
    source: str = ""
    is_day_only: bool = False
    milestone: str = ""
    """What it is the moment of, in the words of our own export."""


@dataclass
class Reading:
    """What was read of a timeline: ``rest`` are the lines without a moment."""

    context: Context
    entries: list[Entry] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    waiting: Found | None = None
    """A moment that stood alone in its line, whose text comes with the next."""
    is_open: bool = False
    """Lines without a moment go on with the last entry."""
    is_below: bool = False
    """Moments stand under their texts, as on pages of status."""


def read_timeline(block: Block, context: Context) -> Reading:
    """The entries of a block; a day in its heading, and a zone in a remark, hold for what stands below."""
    zone = zone_named(block.title)
    reading = Reading(replace(context, zone=zone) if zone else context)
    _note_day(reading, find_day(block.title))
    for table, line in _pieces(block.lines):
        if table is not None:
            _read_table(reading, table)
        else:
            _read_line(reading, line)
    if reading.waiting is not None:
        _add(reading, reading.waiting, "")
    return reading


def read_prose(text: str, context: Context) -> Reading:
    """Sentences of running text that name a time of day, on a day that is known."""
    reading = Reading(context)
    for sentence in split_sentences(text):
        found = find_moment(strip_marks(sentence))
        if found is not None:
            _add(reading, found, strip_marks(sentence), is_prose=True)
        else:
            _note_day(reading, find_day(sentence))
    return reading


def find_day(text: str) -> Found | None:
    """A day without a time, anywhere in a line."""
    for match in BEGIN.finditer(text):
        found = read_moment(text, match.start())
        if found is not None and found.has_day:
            return found
    return None


def _pieces(lines: list[str]) -> Iterator[tuple[Table | None, str]]:
    rows: list[str] = []
    for line in [*lines, ""]:
        if is_row(line):
            rows.append(line)
            continue
        if rows:
            yield read_table(rows), ""
            rows = []
        for part in _GLUED.split(line):
            yield None, part


def _read_table(reading: Reading, table: Table) -> None:
    """Columns by their headings; without any the first is the moment and the rest is what happened."""
    when = table.column("time", "when", "date", "utc", "timestamp", "时间", "时刻", "日期")
    day = table.column("date", "day", "日期")
    role = table.column("role", "who", "by", "actor", "team", "角色", "人员", "谁")
    source = table.column("source", "reference", "link", "来源", "依据")
    milestone = table.column("says-milestone")
    when = 0 if when is None else when
    zone = zone_named(table.head[when])
    if zone:
        reading.context = replace(reading.context, zone=zone)
    taken = {when, role, source, milestone} | ({day} if day != when else set())
    for row in table.rows:
        said = row[when] if day is None or day == when else f"{row[day]} {row[when]}"
        found = read_moment(strip_marks(said))
        what = "\n".join(row[place] for place in range(len(row)) if place not in taken and row[place])
        if found is None or not _add(reading, found, what, role=_cell(row, role), source=_cell(row, source)):
            reading.rest.append(f"| {' | '.join(row)} |")
        elif milestone is not None:
            reading.entries[-1] = replace(reading.entries[-1], milestone=row[milestone])
    reading.is_open = False


def _cell(row: list[str], place: int | None) -> str:
    return row[place] if place is not None else ""


def _read_line(reading: Reading, line: str) -> None:
    heading = re.match(r"^\s*#{1,6}\s+(.*)$", line)
    item = None if heading else read_item(line)
    text = strip_marks(heading[1] if heading else item.text if item else line.lstrip("> "))
    if not text:
        reading.is_open = reading.is_open and line.strip() != "---"
        return
    found = read_moment(text)
    if found is not None and (found.clock or found.has_day):
        _read_dated(reading, found, text, is_heading=bool(heading))
    elif reading.waiting is not None:
        _add(reading, reading.waiting, text)
        reading.waiting = None
    elif (inside := find_moment(text)) is not None and (item or not reading.is_open):
        _add(reading, inside, text)
    elif reading.is_open:
        last = reading.entries[-1]
        reading.entries[-1] = replace(last, what=f"{last.what}\n{text}".strip())
    else:
        _note_zone(reading, text)
        reading.rest.append(line)


def _read_dated(reading: Reading, found: Found, text: str, *, is_heading: bool) -> None:
    """A line that begins with a moment: an entry, a day for those below, or a moment whose text comes with the next."""
    what = after_moment(text, found)
    if re.match(r"\d{1,2}:\d{2}", what) and found.clock:
        what = text  # a stretch of time: both ends stay
    if found.clock is None and (not what or is_heading):
        _note_day(reading, found)
        if what:
            reading.rest.append(text)
        reading.is_open = False
    elif _REMARK.search(what) and found.clock is None:
        _note_day(reading, found)
        _note_zone(reading, what)
    elif not what and _stands_below(reading):
        texts = [strip_marks(line) for line in reading.rest]
        if _add(reading, found, "\n".join(texts)):
            reading.rest.clear()
        reading.is_below, reading.is_open = True, False
    elif not what:
        if reading.waiting is not None:
            _add(reading, reading.waiting, "")
        reading.waiting = found
    elif not _add(reading, found, what):
        reading.rest.append(text)


def _stands_below(reading: Reading) -> bool:
    """Whether a moment alone in its line belongs to the text above it."""
    is_first = not reading.entries and reading.waiting is None
    return bool(reading.rest) and (reading.is_below or is_first)


def _note_zone(reading: Reading, text: str) -> None:
    zone = zone_named(text) if _REMARK.search(text) else None
    reading.context = replace(reading.context, zone=zone) if zone else reading.context


def _add(
    reading: Reading, found: Found, what: str, *, role: str = "", source: str = "", is_prose: bool = False
) -> bool:
    moment = resolve(found, reading.context)
    if moment is None:
        return False
    reading.entries.append(
        Entry(moment, what.strip(), role=role.strip(), source=source.strip(), is_day_only=found.clock is None)
    )
    previous = reading.context.previous if is_prose else moment
    reading.context = replace(reading.context, day=local_day(moment, found, reading.context), previous=previous)
    reading.is_open = not is_prose
    return True


def _note_day(reading: Reading, found: Found | None) -> None:
    """A day of its own: it holds for the times below that have none."""
    moment = resolve(replace(found, clock=None, zone=None), reading.context) if found and found.has_day else None
    if moment is not None and found is not None:
        day = local_day(moment, found, replace(reading.context))
        reading.context = replace(reading.context, day=day, previous=None)
