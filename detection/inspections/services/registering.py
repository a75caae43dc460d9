"""The tables of dates and capacities: entries by hand, and many out of a CSV file."""

import csv
import io
import math
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from detection.inspections.services.defining import refuse_stale, require_editor
from detection.models import Capacity, ExpiryDate
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, lock, record_event

Entry = ExpiryDate | Capacity
FIELDS: dict[type[Entry], tuple[str, ...]] = {
    ExpiryDate: ("name", "kind", "service", "expires_on"),
    Capacity: ("name", "service", "value", "threshold", "unit", "measured_on"),
}
OPTIONAL = ("kind", "unit", "measured_on")
MOST_ROWS = 5000
MOST_FAULTS = 5


@dataclass(frozen=True)
class Imported:
    added: int
    changed: int
    unchanged: int


@transaction.atomic
def add_entry(table: type[Entry], *, actor: Person | None = None, via: str = Via.SYSTEM, **fields: Any) -> Entry:
    """Raises InputRefused by field, NotPermitted."""
    require_editor(actor, None)
    entry = table(**_defaults(table))
    _set(entry, fields)
    entry.save()
    record_event(entry, "add", actor=actor, via=via)
    return entry


@transaction.atomic
def edit_entry(
    entry: Entry, *, actor: Person | None, via: str, expected_version: int | None = None, **changes: Any
) -> Entry:
    """Raises InputRefused by field, NotPermitted."""
    require_editor(actor, None)
    lock(entry)
    refuse_stale(entry, expected_version)
    before = {name: getattr(entry, name) for name in changes}
    _set(entry, changes)
    entry.version += 1
    entry.save()
    changed = {name: [str(before[name]), str(getattr(entry, name))] for name in changes}
    data = {"changed": {name: pair for name, pair in changed.items() if pair[0] != pair[1]}}
    record_event(entry, "edit", actor=actor, via=via, data=data)
    return entry


@transaction.atomic
def remove_entry(entry: Entry, *, actor: Person | None, via: str) -> None:
    """It is kept no longer; the next run closes what was found of it. Its events stay."""
    require_editor(actor, None)
    record_event(entry, "remove", actor=actor, via=via, data={"name": entry.name})
    entry.delete()


@transaction.atomic
def import_entries(table: type[Entry], text: str, *, actor: Person | None = None, via: str = Via.SYSTEM) -> Imported:
    """Add the rows of a CSV file with a heading, and change those of the same service and name. All or nothing.

    The service is named by its short name. Raises InputRefused(file=...) with the first faults by line.
    """
    require_editor(actor, None)
    rows, faults, counts = _rows(table, text), [], {"added": 0, "changed": 0, "unchanged": 0}
    services = {service.slug: service for service in Service.objects.all()}
    for line, row in rows:
        try:
            counts[_import(table, row, services, actor=actor, via=via)] += 1
        except InputRefused as refused:
            told = "; ".join(f"{name}: {sentence}" for name, sentence in refused.errors.items())
            faults.append(_("line %(line)d: %(fault)s") % {"line": line, "fault": told})
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise InputRefused(file=" · ".join(faults))
    return Imported(**counts)


def _import(
    table: type[Entry], row: dict[str, str], services: dict[str, Service], *, actor: Person | None, via: str
) -> str:
    """added, changed or unchanged."""
    service = services.get(row.get("service", "").strip())
    if service is None:
        raise InputRefused(service=_("There is no such service."))
    texts = {name: row[name].strip() for name in FIELDS[table] if name in row and name != "service"}
    values = {name: text for name, text in texts.items() if text or name not in OPTIONAL}
    held = table.objects.filter(service=service, name=values.get("name", "")).first()
    if held is None:
        add_entry(table, actor=actor, via=via, service=service, **values)
        return "added"
    changes = {name: value for name, value in _clean(held, values).items() if getattr(held, name) != value}
    if changes:
        edit_entry(held, actor=actor, via=via, **changes)
    return "changed" if changes else "unchanged"


def _clean(entry: Entry, values: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        try:
            found[name] = entry._meta.get_field(name).clean(value, entry)  # type: ignore[union-attr]
        except ValidationError as error:
            raise InputRefused(**{name: " ".join(error.messages)}) from error
    return found


def _rows(table: type[Entry], text: str) -> list[tuple[int, dict[str, str]]]:
    """(line, columns) of a CSV text; commas, semicolons or tabs between."""
    lines = io.StringIO(text.lstrip("\ufeff"), newline="")
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.DictReader(lines, delimiter=delimiter, strict=True)
        names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        rows = [(reader.line_num, {name: value or "" for name, value in row.items() if name}) for row in reader]
    except csv.Error as error:
        raise InputRefused(file=_("This is not CSV: %(error)s") % {"error": error}) from error
    if missing := [name for name in FIELDS[table] if name not in names and name not in OPTIONAL]:
        raise InputRefused(file=_("The heading names no column “%(name)s”.") % {"name": missing[0]})
    if len(rows) > MOST_ROWS:
        raise InputRefused(file=_("There are more than %(count)d rows.") % {"count": MOST_ROWS})
    return rows


def _defaults(table: type[Entry]) -> dict[str, date]:
    return {"measured_on": clock.now().date()} if table is Capacity else {}


def _set(entry: Entry, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if name not in FIELDS[type(entry)]:
            raise InputRefused(**{name: _("This cannot be changed.")})
        setattr(entry, name, value)
        if isinstance(value, float) and not math.isfinite(value):
            raise InputRefused(**{name: _("Enter a number.")})
    try:
        entry.full_clean()
    except ValidationError as error:
        errors = error.message_dict
        named = {"name" if name == "__all__" else name: texts for name, texts in errors.items()}
        raise InputRefused(**{name: " ".join(texts) for name, texts in named.items()}) from error
