"""How a setting is changed: lock, set, validate, save, and say what was before and what is after."""

from collections.abc import Iterable, Mapping
from datetime import time, timedelta
from typing import Any

from django.db import models

from catalog.models import Person
from catalog.permissions import require_administrator
from lifecycle.text import sanitise
from lifecycle.transitions import lock, record_event

Changes = Mapping[str, Any]


def add_row(row: models.Model, verb: str, changes: Changes, *, actor: Person | None, via: str) -> None:
    """Raises ValidationError by field."""
    require_administrator(actor)
    _apply(row, changes)
    record_change(row, verb, {}, facts_of(row, changes), actor=actor, via=via)


def change_row(row: models.Model, verb: str, changes: Changes, *, actor: Person | None, via: str) -> bool:
    """Whether anything is different now. Raises ValidationError by field."""
    require_administrator(actor)
    lock(row)
    before = facts_of(row, changes)
    _apply(row, changes)
    after = facts_of(row, changes)
    return record_change(row, verb, before, after, actor=actor, via=via)


def record_change(
    row: models.Model, verb: str, before: Changes, after: Changes, *, actor: Person | None, via: str
) -> bool:
    """Only what differs is said; the product that sets itself up leaves no trace."""
    names = [name for name in after if name not in before or before[name] != after[name]]
    if not names or actor is None:
        return bool(names)
    data = {
        "name": str(row),
        "before": {name: before[name] for name in names if name in before},
        "after": {name: after[name] for name in names},
    }
    record_event(row, verb, actor=actor, via=via, data=data)
    return True


def facts_of(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """The row's values as JSON keeps them."""
    return {name: _plain(getattr(row, name)) for name in names}


def _apply(row: models.Model, changes: Changes) -> None:
    for name, value in changes.items():
        setattr(row, name, sanitise(value) if isinstance(value, str) else value)
    row.full_clean()
    row.save()


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        name = getattr(value, "name", "")
        return f"{name} (#{value.pk})" if name else value.pk
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value.total_seconds() if isinstance(value, timedelta) else value
