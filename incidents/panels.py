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
    """``place`` is "top" (below the clocks), "main" or "aside"; or "report": beside the report form, where the incident
    is what was typed so far and not saved. ``build`` returns the template's context or None."""

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


def fill_report(request: HttpRequest, draft: Incident) -> list[tuple[str, dict[str, Any]]]:
    """[(template, context)] for what somebody is reporting, in rank order."""
    panels = [panel for panel in sorted(_panels, key=lambda entry: entry.rank) if panel.place == "report"]
    built = [(panel.template, panel.build(request, draft)) for panel in panels]
    return [(template, context) for template, context in built if context is not None]


def fill(request: HttpRequest, incident: Incident) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Place -> [(template, context)], in rank order."""
    filled: dict[str, list[tuple[str, dict[str, Any]]]] = {"top": [], "main": [], "aside": []}
    for panel in sorted(_panels, key=lambda entry: entry.rank):
        if panel.place not in filled:
            continue
        context = panel.build(request, incident)
        if context is not None:
            filled[panel.place].append((panel.template, context))
    return filled


@dataclass(frozen=True)
class PagePanel:
    """Something at the head of a whole page, "oncall" so far."""

    page: str
    template: str
    build: Callable[[HttpRequest], dict[str, Any] | None]


_page_panels: list[PagePanel] = []


def register_on_page(page: str, template: str) -> Callable[..., Any]:
    """Decorator for a function ``request -> context or None`` (None: nothing to show)."""

    def add(build: Callable[[HttpRequest], dict[str, Any] | None]) -> Any:
        _page_panels.append(PagePanel(page, template, build))
        return build

    return add


def fill_page(request: HttpRequest, page: str) -> list[tuple[str, dict[str, Any]]]:
    """[(template, context)] in the order of registration."""
    built = [(panel.template, panel.build(request)) for panel in _page_panels if panel.page == page]
    return [(template, context) for template, context in built if context is not None]
