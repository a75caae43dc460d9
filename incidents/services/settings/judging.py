"""What suggests a level: the priority matrix and the worded criteria."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db import transaction

from catalog.models import Person
from catalog.permissions import require_administrator
from incidents.models import Criterion, Level, MatrixCell
from incidents.services.settings.writing import add_row, change_row
from lifecycle.models import Via


class CellValues(NamedTuple):
    priority: int
    level: Level


@transaction.atomic
def set_matrix(
    *, cells: Mapping[tuple[int, int], CellValues], actor: Person | None = None, via: str = Via.WEB
) -> list[MatrixCell]:
    """State cells anew, by (impact, urgency); answers those that are different now."""
    require_administrator(actor)
    changed = []
    for (impact, urgency), values in sorted(cells.items()):
        cell = MatrixCell.objects.filter(impact=impact, urgency=urgency).first()
        if cell is None:
            cell = MatrixCell(impact=impact, urgency=urgency)
            add_row(cell, "set_matrix_cell", values._asdict(), actor=actor, via=via)
        elif not change_row(cell, "set_matrix_cell", values._asdict(), actor=actor, via=via):
            continue
        changed.append(cell)
    return changed


@transaction.atomic
def add_criterion(
    *,
    level: Level,
    wording: str,
    position: int = 0,
    is_active: bool = True,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Criterion:
    """A wording that speaks for the level where somebody ticks it on the form."""
    criterion = Criterion()
    changes = {"level": level, "wording": wording, "position": position, "is_active": is_active}
    add_row(criterion, "add_criterion", changes, actor=actor, via=via)
    return criterion


@transaction.atomic
def change_criterion(
    criterion: Criterion,
    *,
    level: Level,
    wording: str,
    position: int,
    is_active: bool,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Criterion:
    changes = {"level": level, "wording": wording, "position": position, "is_active": is_active}
    change_row(criterion, "change_criterion", changes, actor=actor, via=via)
    return criterion
