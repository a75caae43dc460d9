"""Who changed which setting, when, and what it was before."""

import json
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.presentation.sentences import sentence_of
from incidents.services.settings import VERBS
from incidents.views.settings.frame import show
from lifecycle.models import Event

A_PAGE = 50


@require_safe
@for_colleagues
def changes_page(request: PersonRequest) -> HttpResponse:
    events = Event.objects.filter(verb__in=VERBS).select_related("actor").order_by("-pk")
    page = Paginator(events, A_PAGE).get_page(request.GET.get("page"))
    entries = [{"event": event, "text": sentence_of(event).write(event), "changes": _changes(event)} for event in page]
    return show(request, "changes.html", "changes", {"entries": entries, "page": page})


def _changes(event: Event) -> list[dict[str, str]]:
    """What differs, by the names of the columns; a dictionary is opened one step further."""
    before, after = (_flat(event.data.get(side, {})) for side in ("before", "after"))
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    return [{"name": name, "before": _text(before.get(name)), "after": _text(after.get(name))} for name in names]


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat.update(_flat(value, f"{prefix}{name} › ") if isinstance(value, dict) else {f"{prefix}{name}": value})
    return flat


def _text(value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
