"""The incident list."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Paginator
from django.db.models import F, Max, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_duration
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.models import Person
from catalog.tabs import Tab
from incidents import permissions
from incidents.filter_choices import offer_to
from incidents.models import Clock, Incident
from incidents.presentation import Face, next_face, round_words
from incidents.presentation.veiling import unseen_of
from incidents.services.bulk import BULK_COMMANDS, MOST, may_use, words_of
from incidents.tabs import LOUD, MOST_COUNTED, TABS, CountOf, count_rows, queries_of
from incidents.views.asking import moment_of, reader_of
from incidents.views.selecting import Selection, selection_of

PAGE_SIZE = 50
MOST_LISTED = 10_000
"""Skipped rows cost as much as shown ones. Whoever wants more narrows the list, or turns its order round."""
DENSITIES = ("roomy", "dense")
HEAVY = ("search", "description", "resolution", "workaround", "custom", "level_reason", "pending_reason")


@dataclass(frozen=True)
class Row:
    incident: Incident
    parent: int | None
    merged_into: int | None
    clock: Face | None
    age_text: str
    escalation: Any
    is_snoozed: bool
    can_acknowledge: bool
    can_take: bool


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator that was told how many rows there are."""

    def __init__(self, rows: QuerySet[Any], known: int) -> None:
        super().__init__(rows, PAGE_SIZE)
        self.count = known


@dataclass(frozen=True)
class Head:
    """A column's head; ``url`` orders the list by it, where that is possible."""

    label: str
    url: str
    is_current: bool
    direction: str


@login_required
@require_safe
def incident_list(request: HttpRequest) -> HttpResponse:
    """Tabs, filters and rows; neither the number of queries nor their cost depends on how many incidents there are."""
    person, now = reader_of(request), moment_of(request)
    offered = offer_to(person)
    first = next((view for view in offered.views if view.is_default), None)
    if first is not None and not request.GET:
        return HttpResponseRedirect(f"{reverse('incidents:list')}?{first.query}")
    selection = selection_of(request, person, offered)
    counts = _count(selection, person)
    found = BoundedPaginator(selection.rows.values_list("pk", flat=True), min(counts["listed"], MOST_LISTED))
    page = found.get_page(request.GET.get("page"))
    rows = rows_of(list(page.object_list), person, now)
    context = {
        "selection": selection,
        "tabs": _tabs(selection, counts),
        "filters": selection.filters,
        "tokens": selection.tokens,
        "heads": _heads(selection),
        "bulk": _bulk(person),
        "most_rows": MOST,
        "page": page,
        "is_cut": counts["listed"] > MOST_LISTED,
        "rows": rows,
        "density": _density(request),
        "last_reported_at": None if rows else _last_reported_at(person),
        "may_select": person.is_colleague,
        "now": now,
    }
    return render(request, "incidents/list.html", context)


def _count(selection: Selection, person: Person) -> dict[str, int]:
    """What each tab shows, and the list itself; one round trip, and no count goes on for ever."""
    tabs = queries_of(Incident.objects.visible_to(person), person)
    bounded = {tab: (rows, MOST_COUNTED) for tab, rows in tabs.items()}
    return count_rows(person, listed=(selection.rows, MOST_LISTED), **bounded)


def rows_of(numbers: list[int], person: Person, now: datetime) -> list[Row]:
    """The rows of these incidents, in this order. What they show is read for these numbers alone: in one query with
    the search, the database would weigh it for every incident there is.

    What the person may see is asked by the query, so that here their roles alone decide.
    """
    known = _with_details(Incident.objects.filter(pk__in=numbers), person).in_bulk() if numbers else {}
    unseen = unseen_of([other for row in known.values() for other in (row.parent_id, row.merged_into_id)], person)
    responds, handles = permissions.takes_notice.test(person), permissions.operates.test(person)
    rows = [_row(known[pk], person, now, responds=responds, handles=handles) for pk in numbers if pk in known]
    return [
        replace(row, parent=_unless(row.parent, unseen), merged_into=_unless(row.merged_into, unseen)) for row in rows
    ]


def _unless(number: int | None, unseen: set[int]) -> int | None:
    return None if number in unseen else number


def _with_details(rows: QuerySet[Any], person: Person) -> QuerySet[Any]:
    """Everything a row shows, also of the records that belong to it."""
    running = Clock.objects.running().filter(incident=OuterRef("pk")).order_by(F("due_at").asc(nulls_last=True))
    clock = running.values(clock=JSONObject(kind="kind", due_at="due_at", target="target"))[:1]
    children = Incident.objects.visible_to(person).filter(parent=OuterRef("pk"))
    details = rows.annotate(next_clocks=ArraySubquery(clock), child_count=CountOf(children.order_by().values("pk")))
    if hasattr(Incident, "alerts"):
        alert: Any = Incident.alerts.rel.related_model
        alerts = alert.objects.filter(incident=OuterRef("pk"))
        details = details.annotate(alert_count=CountOf(alerts.order_by().values("pk")))
    if hasattr(Incident, "problems"):
        links = Incident.problems.through.objects.filter(incident=OuterRef("pk"))
        details = details.annotate(problem_numbers=ArraySubquery(links.order_by("problem_id").values("problem_id")))
    related = ["escalations"] if hasattr(Incident, "escalations") else []
    joined = details.select_related("level", "service", "owner", "handler").defer(*HEAVY)
    complete: QuerySet[Any] = joined.prefetch_related(*related)
    return complete


def _row(incident: Any, person: Person, now: datetime, *, responds: bool, handles: bool) -> Row:
    pages = incident.escalations.all() if hasattr(incident, "escalations") else []
    is_new = incident.status == "reported"
    return Row(
        incident=incident,
        parent=incident.parent_id,
        merged_into=incident.merged_into_id,
        clock=next_face([_clock(each) for each in incident.next_clocks], now),
        age_text=round_words(now - incident.reported_at),
        escalation=next((escalation for escalation in pages if escalation.next_due_at), None),
        is_snoozed=incident.snoozed_until is not None and incident.snoozed_until > now,
        can_acknowledge=is_new and responds,
        can_take=not is_new and not incident.is_over and handles and incident.handler_id != person.pk,
    )


def _clock(values: dict[str, Any]) -> Clock:
    """The clock of a row, as far as its chip needs it."""
    due_at = values["due_at"] and datetime.fromisoformat(values["due_at"])
    return Clock(kind=values["kind"], due_at=due_at, target=parse_duration(values["target"]))


def _tabs(selection: Selection, counts: dict[str, int]) -> list[Tab]:
    address = reverse("incidents:list")
    query = selection.query
    views = [
        Tab(view.name, f"{address}?{view.query}", view.query == query, None, "") for view in selection.offered.views
    ]
    is_view = any(view.is_current for view in views)
    return [
        Tab(
            label=str(TABS[tab]),
            url=f"{address}?tab={tab}",
            is_current=tab == selection.tab and not is_view,
            count=_bounded(counts[tab]),
            tone="bad" if tab in LOUD and counts[tab] else "",
        )
        for tab in TABS
        if tab in counts
    ] + views


def _heads(selection: Selection) -> list[Head]:
    orders = {"level": "ascending", "newest": "descending", "deadline": "ascending"}
    columns = [
        (_("Level"), "level"),
        (_("No."), "newest"),
        (_("Title, service, age"), ""),
        (_("Status"), ""),
        (_("Next deadline"), "deadline"),
        (_("Owner, next page"), ""),
    ]
    return [
        Head(
            label=label,
            url=f"{reverse('incidents:list')}?{selection.query_with(order=order)}" if order else "",
            is_current=bool(order) and selection.order == order,
            direction=orders.get(order, ""),
        )
        for label, order in columns
    ]


def _bulk(person: Person) -> list[dict[str, str]]:
    """The verbs of the bar, as far as the person's roles go."""
    commands = [command for verb, command in BULK_COMMANDS.items() if may_use(verb, person)]
    return [{"name": command.verb, "label": words_of(command), "icon": command.icon} for command in commands]


def _bounded(count: int) -> str:
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count}"


def _density(request: HttpRequest) -> str:
    """As asked for, and so until it is asked for otherwise."""
    asked = request.GET.get("density", "")
    if asked in DENSITIES and asked != request.session.get("density", DENSITIES[0]):
        request.session["density"] = asked
    kept = request.session.get("density")
    return kept if kept in DENSITIES else DENSITIES[0]


def _last_reported_at(person: Person) -> datetime | None:
    found: datetime | None = Incident.objects.visible_to(person).aggregate(last=Max("reported_at"))["last"]
    return found
