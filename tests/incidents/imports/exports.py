"""Small exports and a profile for them, as a user would write it."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from incidents.imports.drafts import Draft
from incidents.imports.faults import Fault, Faults
from incidents.imports.folding import fold
from incidents.imports.lines import open_export
from incidents.imports.profile import Profile
from incidents.imports.profile_reading import read_profile
from incidents.imports.rows import Row, Rows
from incidents.imports.spool import Spool

PROFILE = """
name = "desk"
reference = "ticket"
row_time = "changed"
row_by = "who"
title = "{subject} ({kind})"
group = "team"
problem = "problem"

[time]
formats = ["%d/%m/%Y %H:%M", "iso"]
zone = "Europe/Rome"

[status]
columns = "state"
words = { New = "reported", Work = "acknowledged", Ask = "pending for reporter", Fixed = "resolved", Done = "closed" }

[priority]
column = "priority"
words = { "1*" = 1, "2*" = 2, "3*" = 3 }

[service]
column = "product"

[category]
columns = "kind"

[moments]
opened = "opened"
acknowledged = { first_state = ["Work"] }
resolved = "fixed"
closed = "done"

[reopened]
from = ["Fixed", "Done"]
to = ["New", "Work"]

[sla]
column = "in_time"
met = ["true"]
missed = ["false"]

[counters]
moves = "changes of team"

[facts]
place = "place"

[history]
track = ["priority"]
"""
HEADER = "ticket,state,changed,who,opened,fixed,done,priority,in_time,team,product,kind,subject,problem,place"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
DEFAULTS = {
    "ticket": "T1",
    "state": "New",
    "changed": "01/03/2026 10:00",
    "opened": "01/03/2026 09:00",
    "priority": "2 high",
    "in_time": "true",
    "product": "Till",
    "subject": "Card refused",
}


def table(**changes: Any) -> dict[str, Any]:
    """The profile as TOML has it, with tables or keys replaced."""
    return tomllib.loads(PROFILE) | changes


def profile(**changes: Any) -> Profile:
    return read_profile(table(**changes), default_name="desk")


def line(**cells: str) -> str:
    """One row; what is not named has a default, or is empty."""
    return ",".join((DEFAULTS | cells).get(name, "") for name in HEADER.split(","))


def export(*lines: str) -> str:
    return "\n".join([HEADER, *lines]) + "\n"


def written(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(path: Path, used: Profile | None = None) -> tuple[list[Row], list[Fault]]:
    faults: list[Fault] = []
    read_by = used or profile()
    with open_export(path, read_by.reading.encoding, lambda _size: None) as text:
        return list(Rows(text, read_by, faults.append)), faults


def drafts_of(path: Path, used: Profile | None = None) -> tuple[list[Draft], list[Fault]]:
    read_by = used or profile()
    rows, complaints = rows_of(path, read_by)
    faults = Faults()
    with Spool() as spool:
        spool.fill(rows)
        drafts = [fold(found, read_by, latest=NOW, complain=faults.add) for _ref, found in spool.references()]
    return [draft for draft in drafts if draft is not None], complaints + faults.first
