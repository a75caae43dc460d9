"""Places on the incident page that apps above this one fill, so that nothing here has to know them.

An app registers a panel in its AppConfig.ready(); the page renders what the panels return.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from incidents.models import Incident


@dataclass(frozen=True)
class Panel:
    """``place`` is "top" (below the clocks), "main" or "aside"; ``build`` returns the template's context or None."""

    place: str
    rank: int
    template: str
    build: Callable[[HttpRequest, Incident], dict[str, Any] | None]


_panels: list[Panel] = []


def register(place: str, rank: int, template: str) -> Callable[..., Any]:
    """Decorator for a function ``(request, incident) -> context or None`` (None: nothing to show)."""

    def add(build: Callable[[HttpRequest, Incident], dict[str, Any] | None]) -> Any:
        _panels.append(Panel(place, rank, template, build))
        return build

    return add


def fill(request: HttpRequest, incident: Incident) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Place -> [(template, context)], in rank order."""
    filled: dict[str, list[tuple[str, dict[str, Any]]]] = {"top": [], "main": [], "aside": []}
    for panel in sorted(_panels, key=lambda entry: entry.rank):
        context = panel.build(request, incident)
        if context is not None:
            filled[panel.place].append((panel.template, context))
    return filled
