"""What an incident is about and why it has its level, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from incidents.models import Category, CustomField, CustomFieldKind, Degree, Incident
from incidents.priority import MatrixReason, Suggestion


@dataclass(frozen=True)
class Classification:
    """What templates/incidents/details.html shows of it. ``custom`` are (name, value) pairs."""

    category: str
    judged: str
    suggested: int | None
    why: list[str]
    custom: list[tuple[str, str]]


def classification_of(incident: Incident) -> Classification:
    """Reads the category and those above it, and the names of the custom fields, where the incident has any."""
    is_followed = incident.suggested_level_id in (None, incident.level_id)
    return Classification(
        category=" / ".join(str(category) for category in _path_of(incident)),
        judged=_judged(incident),
        suggested=None if is_followed else incident.suggested_level_id,
        why=[_translated(line) for line in incident.level_reason.splitlines() if line.strip()],
        custom=_custom(incident),
    )


def reasons_of(suggestion: Suggestion) -> list[str]:
    """Why this level: the criteria first, then the cell of the matrix."""
    reasons = [_translated(wording) for wording in suggestion.criteria]
    if suggestion.matrix is not None:
        reasons.append(matrix_words(suggestion.matrix))
    return reasons


def matrix_words(reason: MatrixReason) -> str:
    words = {
        "impact": Degree(reason.impact).label,
        "urgency": Degree(reason.urgency).label,
        "priority": reason.priority,
    }
    return _("impact %(impact)s × urgency %(urgency)s gives priority %(priority)d") % words


def _path_of(incident: Incident) -> Iterable[Category]:
    """From the root down to the incident's category."""
    if incident.category is None:
        return []
    pks = [int(pk) for pk in incident.category.path.split("/") if pk]
    found = Category.objects.in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def _judged(incident: Incident) -> str:
    if incident.impact is None or incident.urgency is None or incident.priority is None:
        return ""
    return matrix_words(MatrixReason(incident.impact, incident.urgency, incident.priority))


def _custom(incident: Incident) -> list[tuple[str, str]]:
    if not incident.custom:
        return []
    fields = CustomField.objects.filter(key__in=incident.custom)
    return [(field.name, _in_words(field, incident.custom[field.key])) for field in fields]


def _in_words(field: CustomField, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.kind == CustomFieldKind.DATE:
        return date_format(date.fromisoformat(value), "Y-m-d")
    return str(value)


def _translated(line: str) -> str:
    """Shipped wordings read in the reader's language; a person's own words stay as they are."""
    return _(line) if line else line
