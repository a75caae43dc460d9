"""Reads a profile from TOML and says everything that is wrong with it at once. Pure but for the file."""

import codecs
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from incidents.imports.faults import ImportRefusedError
from incidents.imports.profile import (
    UNCHANGED,
    Moment,
    Placing,
    Profile,
    Reading,
    Reopening,
    Reporting,
    Scale,
    StatusWord,
    Verdict,
)
from incidents.imports.tables import MISSING, Table
from incidents.imports.values import BY_NAME, Words

SHIPPED = Path(__file__).resolve().parent / "profiles"
STATUSES = ("reported", "acknowledged", "pending", "recovered", "resolved", "closed", "cancelled", UNCHANGED)
WAITING = ("reporter", "vendor", "problem", "other")
MOMENTS = ("occurred", "opened", "acknowledged", "recovered", "resolved", "closed")


class ProfileError(ImportRefusedError):
    """The profile cannot be used; ``faults`` has a sentence for everything that is wrong."""

    def __init__(self, name: str, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(f"The profile {name} cannot be used:\n" + "\n".join(f"  {fault}" for fault in faults))


def shipped_profiles() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load_profile(name: str) -> Profile:
    """A shipped profile by its name, or a file of one's own by its path. Raises ProfileError."""
    is_path = name.endswith(".toml") or "/" in name
    path = Path(name) if is_path else SHIPPED / f"{name}.toml"
    if not is_path and name not in shipped_profiles():
        known = ", ".join(shipped_profiles())
        raise ProfileError(name, [f"there is none of this name; there are {known}, or give the path of a .toml file"])
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(name, [f"it cannot be read: {getattr(error, 'strerror', None) or error}"]) from error
    return read_profile(table, default_name=path.stem)


def read_profile(table: Mapping[str, Any], *, default_name: str) -> Profile:
    """Raises ProfileError with every fault."""
    top = Table(table, "", [])
    name = top.text("name", default=default_name)
    profile = _read(top, name)
    top.refuse_the_rest()
    if not (name and len(name) <= 60):
        top.faults.append("name: must have 1 to 60 characters")
    if not (profile.row_time or profile.moments["opened"].column):
        top.faults.append("row_time: is missing (or, where each incident has one row, moments.opened = a column)")
    if top.faults:
        raise ProfileError(name, sorted(top.faults))
    return profile


def _read(top: Table, name: str) -> Profile:
    status, service, category, reporter = (top.table(key) for key in ("status", "service", "category", "reporter"))
    level, history = top.table("level"), top.table("history")
    levels = level.numbers("of_priority", 1, 3)
    return Profile(
        name=name,
        about=top.text("about"),
        reference=top.text("reference", MISSING),
        title=top.text("title", MISSING),
        description=top.text("description"),
        row_time=top.text("row_time"),
        row_by=top.text("row_by"),
        group=top.text("group"),
        problem=top.text("problem"),
        reading=_reading(top),
        status=_status_words(status),
        status_columns=status.texts("columns", MISSING),
        priority=_scale(top, "priority", 5),
        impact=_scale(top, "impact", 3),
        urgency=_scale(top, "urgency", 3),
        level_of_priority={int(key): number for key, number in levels.items() if _is_priority(level, key)}
        or {1: 1, 2: 2, 3: 3, 4: 3, 5: 3},
        level=_level(level),
        service=_service(service),
        category=category.texts("columns"),
        is_category_offered=category.flag("offered"),
        reporter=Reporting(reporter.text("name"), reporter.text("contact"), reporter.text("email")),
        moments=_moments(top, bool(top.text("row_time"))),
        reopened=_reopening(top.table("reopened")),
        sla=_verdict(top.table("sla")),
        counters=top.columns("counters"),
        facts=top.columns("facts"),
        track=history.texts("track"),
    )


def _reading(top: Table) -> Reading:
    file, time = top.table("file"), top.table("time")
    reading = Reading(
        encoding=file.text("encoding", "utf-8"),
        delimiter=file.text("delimiter"),
        unknown=file.texts("unknown", ("", "?")),
        is_ordered_by_time=file.text("order", "file") == "time",
        formats=time.texts("formats", ("iso",)),
        zone=time.text("zone", "UTC"),
    )
    if file.text("order", "file") not in ("file", "time"):
        file.complain("order", "must be “file” or “time”")
    if len(reading.delimiter) > 1 or reading.delimiter in ('"', "\n", "\r"):
        file.complain("delimiter", "must be one character")
    _check_encoding(file, reading.encoding)
    _check_time(time, reading)
    return reading


def _check_encoding(file: Table, encoding: str) -> None:
    try:
        is_text = codecs.lookup(encoding)._is_text_encoding
    except LookupError:
        is_text = False
    if not is_text:
        file.complain("encoding", f"“{encoding}” is not known")


def _check_time(time: Table, reading: Reading) -> None:
    try:
        ZoneInfo(reading.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        time.complain("zone", f"“{reading.zone}” is no time zone")
    for layout in reading.formats:
        if layout not in BY_NAME and "%" not in layout:
            time.complain("formats", f"“{layout}” is neither a pattern such as %d/%m/%Y %H:%M nor iso, epoch, epoch_ms")
        elif layout not in BY_NAME:
            _check_pattern(time, layout)


def _check_pattern(time: Table, layout: str) -> None:
    moment = datetime(2016, 2, 29, 1, 16)
    try:
        datetime.strptime(moment.strftime(layout), layout)
    except (ValueError, Exception) as error:  # strptime lets errors of `re` through
        time.complain("formats", f"“{layout}” is no pattern of a time: {error}")


def _status_words(status: Table) -> Words[StatusWord]:
    words = status.table("words")
    if not words.entries:
        words.complain("", "must say what the states of the source mean")
    return Words({state: _status_word(words, state) for state in words.entries})


def _status_word(words: Table, state: str) -> StatusWord:
    status, _for, waiting = words.text(state).partition(" for ")
    if status not in STATUSES:
        words.complain(state, f"must be one of {', '.join(STATUSES)} (pending: also “pending for reporter”)")
    if waiting and (status != "pending" or waiting not in WAITING):
        words.complain(state, f"only pending can be “for” somebody: {', '.join(WAITING)}")
    return StatusWord(status, waiting or ("other" if status == "pending" else ""))


def _scale(top: Table, key: str, highest: int) -> Scale:
    table = top.table(key)
    scale = Scale(table.text("column"), Words(table.numbers("words", 1, highest)))
    if table.entries and not (scale.column and scale.words):
        table.complain("", "needs a column and words")
    return scale


def _is_priority(level: Table, key: str) -> bool:
    if key in ("1", "2", "3", "4", "5"):
        return True
    level.complain(f"of_priority.{key}", "must be a priority from 1 to 5")
    return False


def _level(table: Table) -> int:
    number: int = table.take("default", int, "1, 2 or 3", 3) or 3
    if number not in (1, 2, 3):
        table.complain("default", "must be 1, 2 or 3")
    return number


def _service(table: Table) -> Placing:
    placing = Placing(
        table.text("column"), table.text("name"), table.text("prefix"), table.text("owner"), table.flag("offered")
    )
    if not (placing.column or placing.name):
        table.complain("", "needs a column, or a name for all")
    return placing


def _moments(top: Table, has_rows: bool) -> dict[str, Moment]:
    table = top.table("moments")
    moments = {name: _moment(table, name) for name in table.entries}
    for name, moment in moments.items():
        if not (has_rows or moment.column):
            table.complain(name, "must name a column, because the profile has no row_time")
    return {"opened": Moment(), **moments}


def _moment(table: Table, name: str) -> Moment:
    if isinstance(table.entries[name], str):
        return Moment(column=table.text(name))
    inner = table.table(name)
    first, last = inner.texts("first_state"), inner.texts("last_state")
    row = inner.text("row")
    if sum(map(bool, (first, last, row))) != 1 or row not in ("", "first", "last"):
        inner.complain("", "must be a column, {first_state = […]}, {last_state = […]} or {row = “first” or “last”}")
    return Moment(states=first or last, is_last=bool(last) or row == "last")


def _reopening(table: Table) -> Reopening:
    reopening = Reopening(table.text("column"), table.texts("from"), table.texts("to"))
    if table.entries and not reopening.column and not (reopening.out_of and reopening.into):
        table.complain("", "needs a column, or states from and to")
    return reopening


def _verdict(table: Table) -> Verdict:
    verdict = Verdict(table.text("column"), table.texts("met"), table.texts("missed"))
    if table.entries and not (verdict.column and verdict.met):
        table.complain("", "needs a column and the words that mean met")
    return verdict
