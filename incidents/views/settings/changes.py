"""Who changed which setting, when, and what it was before."""

import json
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.models import (
    ActionPolicy,
    Calendar,
    Category,
    ClockKind,
    Criterion,
    CustomField,
    HandlingPolicy,
    IncidentTemplate,
    Level,
    LevelTarget,
    MatrixCell,
)
from incidents.presentation.durations import typed_words
from incidents.presentation.sentences import sentence_of
from incidents.services.settings import VERBS
from incidents.views.settings.frame import show
from lifecycle.models import Event

A_PAGE = 50
SET: tuple[type[models.Model], ...] = (
    LevelTarget,
    Level,
    Calendar,
    MatrixCell,
    Criterion,
    Category,
    CustomField,
    IncidentTemplate,
    HandlingPolicy,
    ActionPolicy,
)
Fields = list[dict[str, Any]]
FIELDS: Fields = [{field.name: field for field in model._meta.fields} for model in SET]


@require_safe
@for_colleagues
def changes_page(request: PersonRequest) -> HttpResponse:
    events = Event.objects.filter(verb__in=VERBS).select_related("actor").order_by("-pk")
    page = Paginator(events, A_PAGE).get_page(request.GET.get("page"))
    entries = [
        {"event": event, "text": sentence_of(event).write(event), "changes": changes_of(event)} for event in page
    ]
    return show(request, "changes.html", "changes", {"entries": entries, "page": page})


def changes_of(event: Event, fields: Fields = FIELDS) -> list[dict[str, str]]:
    """What differs, by the names of the fields; a dictionary is opened step by step."""
    before, after = (_flat(event.data.get(side, {})) for side in ("before", "after"))
    paths = [path for path in dict.fromkeys([*before, *after]) if before.get(path) != after.get(path)]
    return [
        {
            "name": " › ".join(_label(name, fields) for name in path),
            "before": _text(path[-1], before.get(path), fields),
            "after": _text(path[-1], after.get(path), fields),
        }
        for path in paths
    ]


def _flat(values: dict[str, Any], above: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    flat: dict[tuple[str, ...], Any] = {}
    for name, value in values.items():
        flat.update(_flat(value, (*above, name)) if isinstance(value, dict) else {(*above, name): value})
    return flat


def _label(name: str, known: Fields) -> str:
    """The word for a field or a clock that people read elsewhere; its own name where there is none."""
    if name in ClockKind.values:
        return str(ClockKind(name).label)
    return str(next((fields[name].verbose_name for fields in known if name in fields), name))


def _text(name: str, value: Any, known: Fields) -> str:
    if value in (None, "", [], {}):
        return "–"
    if any(isinstance(fields.get(name), models.DurationField) for fields in known):
        return typed_words(timedelta(seconds=value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
