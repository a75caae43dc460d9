"""Levels and the targets of their clocks."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from catalog.permissions import require_administrator
from incidents.models import Calendar, ClockKind, Level, LevelTarget
from incidents.services.settings.writing import facts_of, record_change
from lifecycle.models import Via
from lifecycle.text import sanitise
from lifecycle.transitions import lock

ORDER = list(ClockKind)


class TargetValues(TypedDict):
    """What a level asks of one clock."""

    target: timedelta
    is_pausable: bool
    calendar: Calendar | None
    warn_at: list[int]
    overdue_repeat: timedelta | None


@transaction.atomic
def set_level(
    level: Level,
    *,
    criteria: str,
    acknowledgement_lasts: timedelta | None,
    targets: Mapping[str, TargetValues | None],
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Level:
    """State the level anew, and the target of each clock named in ``targets``; None: this level has no such clock.

    Raises ValidationError; the fields of a clock are named "KIND-FIELD".
    """
    require_administrator(actor)
    lock(level)
    before = _facts(level)
    level.criteria, level.acknowledgement_lasts = sanitise(criteria), acknowledgement_lasts
    level.full_clean()
    level.save()
    _refuse_pausing_level_1(level, targets)
    for kind in sorted(targets, key=lambda kind: ORDER.index(ClockKind(kind))):
        _set_target(level, kind, targets[kind])
    record_change(level, "set_level", before, _facts(level), actor=actor, via=via)
    return level


def _refuse_pausing_level_1(level: Level, targets: Mapping[str, TargetValues | None]) -> None:
    recovery = targets.get(ClockKind.RECOVERY)
    if level.pk == 1 and recovery is not None and recovery["is_pausable"]:
        sentence = _("The recovery of a Level 1 incident never pauses.")
        raise ValidationError({f"{ClockKind.RECOVERY}-is_pausable": sentence})


def _set_target(level: Level, kind: str, values: TargetValues | None) -> None:
    row = level.targets.filter(kind=kind).first()
    if values is None:
        if row is not None:
            row.delete()
        return
    row = row or LevelTarget(level=level, kind=kind)
    for name, value in values.items():
        setattr(row, name, value)
    try:
        row.full_clean()
    except ValidationError as error:
        raise ValidationError({f"{kind}-{name}": texts for name, texts in error.message_dict.items()}) from error
    row.save()


def _facts(level: Level) -> dict[str, Any]:
    names = tuple(TargetValues.__annotations__)
    targets = {row.kind: facts_of(row, names) for row in level.targets.order_by("kind")}
    return {**facts_of(level, ["criteria", "acknowledgement_lasts"]), "targets": targets}
