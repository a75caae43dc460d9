"""How a verb of the catalogue changes a record and leaves its trace."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from catalog.models import Person
from lifecycle.transitions import record_event


def apply(record: models.Model, changes: dict[str, Any], *, exclude: Iterable[str] = ()) -> None:
    """Set, validate, save. Raises ValidationError by field."""
    for name, value in changes.items():
        setattr(record, name, value)
    record.full_clean(exclude=list(exclude))
    record.save()


def record(
    subject: models.Model, verb: str, actor: Person | None, via: str, data: dict[str, Any] | None = None
) -> None:
    """Leave the trace of what a person did; what the product did while it was set up leaves none."""
    if actor is not None:
        record_event(subject, verb, actor=actor, via=via, data=data)
