"""The incident list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import Max, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.models import Person
from incidents.filters import TABS, IncidentFilter, conditions_of, count_tabs, tabs_of
from incidents.models import Clock, Incident
from incidents.models.queries import IncidentQuerySet
from incidents.permissions import responds
from incidents.presentation import Face, next_face, round_words
from incidents.views.asking import moment_of, reader_of

PAGE_SIZE = 50
CHOICES = ("status", "level", "owner")


@dataclass(frozen=True)
class Row:
    incident: Incident
    clock: Face | None
    age_text: str
    escalation: Any
    can_acknowledge: bool


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    is_current: bool
    count: int
    tone: str


@dataclass(frozen=True)
class Token:
    """An active filter, and the address without it."""

    label: str
    value: str
    url_without: str
    error: str


class KnownPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator that was told the count."""

    def __init__(self, rows: IncidentQuerySet, known: int | None) -> None:
        super().__init__(rows, PAGE_SIZE)
        if known is not None:
            self.count = known


@login_required
@require_safe
def incident_list(request: HttpRequest) -> HttpResponse:
    """Tabs, filters and the rows by next deadline; the number of queries does not depend on the rows."""
    person, now = reader_of(request), moment_of(request)
    visible = Incident.objects.visible_to(person)
    tabs, counts = tabs_of(person), count_tabs(visible, person)
    tab = request.GET.get("tab", "open")
    tab = tab if tab in tabs else "open"
    filters = IncidentFilter(request.GET, queryset=visible.filter(conditions_of(person)[tab]))
    tokens = _tokens(request, filters)
    page = _page(request, filters, tab, known=None if tokens else counts[tab])
    rows = [_row(incident, person, now) for incident in page]
    context = {
        "tabs": _tabs(tabs, counts, tab),
        "tab": tab,
        "filters": filters.form,
        "tokens": tokens,
        "page": page,
        "rows": rows,
        "last_reported_at": None if page.paginator.count else visible.aggregate(last=Max("reported_at"))["last"],
        "now": now,
    }
    return render(request, "incidents/list.html", context)


def _page(request: HttpRequest, filters: IncidentFilter, tab: str, *, known: int | None) -> Page[Incident]:
    """By next deadline; all of them by number, since most are over. An invalid filter shows nothing: rows that it
    should have kept away would mislead."""
    found: Any = filters.qs if filters.form.is_valid() else Incident.objects.none()
    ordered = found.order_by("-id") if tab == "all" else found.by_next_deadline()
    rows = ordered.select_related("level", "service", "owner", "handler")
    running = Prefetch("clocks", Clock.objects.running(), to_attr="running_clocks")
    related = ["escalations"] if hasattr(Incident, "escalations") else []
    return KnownPaginator(rows.prefetch_related(running, *related), known).get_page(request.GET.get("page"))


def _row(incident: Any, person: Person, now: datetime) -> Row:
    pages = incident.escalations.all() if hasattr(incident, "escalations") else []
    return Row(
        incident=incident,
        clock=next_face(incident.running_clocks, now),
        age_text=round_words(now - incident.reported_at),
        escalation=next((escalation for escalation in pages if escalation.next_due_at), None),
        can_acknowledge=incident.status == "reported" and responds(incident, person),
    )


def _tabs(tabs: list[str], counts: dict[str, int], current: str) -> list[Tab]:
    address = reverse("incidents:list")
    loud = ("unacknowledged", "at_risk")
    return [
        Tab(
            label=str(TABS[tab]),
            url=f"{address}?tab={tab}",
            is_current=tab == current,
            count=counts[tab],
            tone="bad" if tab in loud and counts[tab] else "",
        )
        for tab in tabs
    ]


def _tokens(request: HttpRequest, filters: IncidentFilter) -> list[Token]:
    """The filters in force, each with the address that drops it."""
    form = filters.form
    is_valid = form.is_valid()
    return [
        Token(
            label=str(form.fields[name].label),
            value=_value_words(form, name),
            url_without=_without(request, name),
            error="" if is_valid else " ".join(form.errors.get(name, [])),
        )
        for name in form.fields
        if request.GET.get(name)
    ]


def _value_words(form: Any, name: str) -> str:
    """The chosen value as the reader sees it in the filter bar."""
    if name not in form.cleaned_data:
        return _("not understood")
    value = form.cleaned_data[name]
    labels = {str(key): str(label) for key, label in form.fields[name].choices} if name in CHOICES else {}
    return labels.get(str(value), str(value))


def _without(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    query.pop(name, None)
    query.pop("page", None)
    return f"{request.path}?{query.urlencode()}"
