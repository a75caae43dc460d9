"""Who may change paging, and the trace that a change leaves."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Level
from lifecycle.transitions import InputRefused, NotPermitted, record_event
from notifications.services.scheduling import may_schedule
from notifications.ways import PERSONAL

Facts = Mapping[str, Any]


def require_editor(actor: Person | None) -> None:
    if actor is not None and not may_schedule(actor):
        raise NotPermitted("edit_paging")


def record_change(row: models.Model, verb: str, before: Facts, after: Facts, *, actor: Person | None, via: str) -> bool:
    """Only what differs is kept; whether anything does. The product that sets itself up leaves no trace."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if names and actor is not None:
        data = {
            "name": str(row),
            "before": {name: before[name] for name in names if name in before},
            "after": {name: after[name] for name in names if name in after},
        }
        record_event(row, verb, actor=actor, via=via, data=data)
    return bool(names)


def refuse_unknown_levels(levels: list[int], *, may_be_empty: bool) -> None:
    if not levels and not may_be_empty:
        raise InputRefused(levels=_("Choose at least one level."))
    if set(levels) - set(Level.objects.values_list("pk", flat=True)):
        raise InputRefused(levels=_("There is no such level."))


def refuse_odd_channels(channels: list[str], *, may_be_empty: bool) -> None:
    if not channels and not may_be_empty:
        raise InputRefused(channels=_("Choose at least one method."))
    if set(channels) - set(PERSONAL):
        raise InputRefused(channels=_("People are reached by phone call, SMS or e-mail."))
