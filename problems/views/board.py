"""The problem board: one column a status, and the same as a table."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from catalog.models import Person
from incidents.views.asking import colleague_of
from lifecycle import clock
from lifecycle.transitions import offers
from problems import permissions
from problems.commands import PROBLEM_COMMANDS
from problems.models import Cause, Problem, Status
from problems.models.status import OVER
from problems.pareto import of_cause, recurring_causes
from problems.ranking import Impact, impact_of

COLUMNS = tuple(status for status in Status if status != Status.REJECTED)
MOST_CARDS = 50
PAGE_SIZE = 50
LONG_IN_COLUMN = timedelta(days=14)
# The verb that moves a card on, and the column it moves to.
FORWARD = {
    "investigate": Status.INVESTIGATING,
    "mark_known_error": Status.KNOWN_ERROR,
    "plan_fix": Status.FIX_PLANNED,
    "verify": Status.VERIFYING,
    "close": Status.CLOSED,
}


WORDS = {
    "open": gettext_lazy("Open problems"),
    "overdue": gettext_lazy("Over the target date"),
    "came_back": gettext_lazy("Came back although fixed"),
    "waiver_over": gettext_lazy("Waiver is over"),
}
"""What the table understands beside statuses: what the figures above the board count."""


@dataclass(frozen=True)
class Move:
    """A button that moves the card; ``asks``: it leads to the verb's form instead of acting at once."""

    verb: str
    label: str
    url: str
    asks: bool
    is_back: bool


@dataclass(frozen=True)
class Card:
    problem: Any
    days: int
    is_long: bool
    is_overdue: bool
    has_workaround: bool
    impact: Impact
    moves: list[Move]


@dataclass(frozen=True)
class Column:
    status: str
    label: str
    count: int
    cards: list[Card]
    more: int


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """``?view=table`` shows rows instead of columns, rejected problems included; ``&sort=impact``: weightiest first;
    ``&cause=slug``: what an answer or a factor classes so."""
    person, now = colleague_of(request), clock.now()
    counts = dict(Problem.objects.visible_to(person).values_list("status").annotate(Count("pk")).order_by())
    if request.GET.get("view") == "table":
        return _table(request, person, now, counts)
    columns = [_column(status, person, now, counts.get(status, 0)) for status in COLUMNS]
    context = {
        "columns": columns,
        "total": sum(counts.values()),
        "views": _views("board"),
        "kpis": _kpis(counts, person, now),
    }
    context |= {"may_raise": permissions.works(None, person), "causes": recurring_causes(now)}
    return render(request, "problems/board.html", context)


def _table(request: HttpRequest, person: Person, now: datetime, counts: dict[str, int]) -> HttpResponse:
    status = request.GET.get("status", "")
    is_ranked = request.GET.get("sort") == "impact"
    rows = _problems(person, now).order_by("-points", "-pk") if is_ranked else _problems(person, now).order_by("-pk")
    rows = _of_status(rows, status, now)
    cause = Cause.objects.select_related("parent").filter(slug=request.GET.get("cause", "").replace("\0", "")).first()
    if cause is not None:
        rows = rows.filter(of_cause(cause.slug))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": [_card(problem, person, now) for problem in page],
        "tabs": _tabs(counts, status, page.paginator.count),
        "status": status if status in Status.values or status in WORDS else "",
        "is_ranked": is_ranked,
        "cause": cause,
        "views": _views("table"),
        "may_raise": permissions.works(None, person),
        "total": sum(counts.values()),
    }
    return render(request, "problems/table.html", context)


def _of_status(rows: Any, status: str, now: datetime) -> Any:
    if status in Status.values:
        return rows.filter(status=status)
    if status == "overdue":
        return rows.overdue(now.date())
    return getattr(rows, status)() if status in WORDS else rows


def _problems(person: Person, now: datetime) -> Any:
    found = Problem.objects.visible_to(person).with_incident_figures(now).with_impact(now)
    return found.select_related("service", "owner", "known_error")


def _column(status: Status, person: Person, now: datetime, count: int) -> Column:
    """What weighs most comes first (problems/ranking.py); of what is closed, the latest."""
    order = ("-status_since", "-pk") if status in OVER else ("-points", "-last_seen_at", "-pk")
    found = _problems(person, now).filter(status=status).order_by(*order)
    cards = [_card(problem, person, now) for problem in found[:MOST_CARDS]] if count else []
    return Column(status, str(status.label), count, cards, count - len(cards))


def _card(problem: Any, person: Person, now: datetime) -> Card:
    waited = now - problem.status_since
    return Card(
        problem=problem,
        days=max(waited.days, 0),
        is_long=waited > LONG_IN_COLUMN and not problem.is_over,
        is_overdue=bool(problem.due_on and problem.due_on < now.date() and not problem.is_over),
        has_workaround=hasattr(problem, "known_error"),
        impact=impact_of(problem),
        moves=_moves(problem, person),
    )


def _moves(problem: Problem, person: Person) -> list[Move]:
    """At most one step back and one forward; what asks for something opens its form on the problem's page."""
    allowed = {offer.verb: offer for offer in offers(problem, person) if offer.is_allowed}
    forward = next((verb for verb in FORWARD if verb in allowed), "")
    verbs = [verb for verb in ("step_back", "reopen", forward) if verb in allowed]
    return [
        Move(
            verb=verb,
            label=str(FORWARD[verb].label) if verb in FORWARD else allowed[verb].label,
            url=reverse("problems:command", args=[problem.pk, verb]),
            asks=bool(PROBLEM_COMMANDS[verb].form.base_fields),
            is_back=verb in ("step_back", "reopen"),
        )
        for verb in verbs
    ]


def _views(current: str) -> list[dict[str, Any]]:
    address = reverse("problems:list")
    return [
        {"label": _("Board"), "url": address, "is_current": current == "board", "icon": "layout-columns"},
        {"label": _("Table"), "url": f"{address}?view=table", "is_current": current == "table", "icon": "table"},
    ]


def _tabs(counts: dict[str, int], current: str, found: int) -> list[dict[str, Any]]:
    address = f"{reverse('problems:list')}?view=table"
    every = {"label": _("All"), "url": address, "is_current": not current, "count": sum(counts.values())}
    return (
        [every]
        + [
            {
                "label": str(status.label),
                "url": f"{address}&status={status}",
                "is_current": status == current,
                "count": counts.get(status, 0),
            }
            for status in Status
        ]
        + [
            {"label": str(label), "url": f"{address}&status={word}", "is_current": True, "count": found}
            for word, label in WORDS.items()
            if word == current
        ]
    )


def _kpis(counts: dict[str, int], person: Person, now: datetime) -> list[dict[str, Any]]:
    table = f"{reverse('problems:list')}?view=table"
    seen = Problem.objects.visible_to(person)
    overdue = seen.overdue(now.date()).count()
    loud = {"came_back": seen.came_back().count(), "waiver_over": seen.waiver_over().count()}
    is_open = sum(count for status, count in counts.items() if status not in (Status.CLOSED, Status.REJECTED))
    known = counts.get(Status.KNOWN_ERROR, 0)
    unsought = counts.get(Status.LOGGED, 0)
    return [
        {"label": _("Open problems"), "value": is_open, "icon": "nav-problems", "url": f"{table}&status=open"},
        {
            "label": _("Not yet investigated"),
            "value": unsought,
            "icon": "status-logged",
            "url": f"{table}&status=logged",
            "tone": "warn" if unsought else "",
        },
        {
            "label": _("Known errors without a plan"),
            "value": known,
            "icon": "status-known_error",
            "url": f"{table}&status=known_error",
        },
        {
            "label": _("Over the target date"),
            "value": overdue,
            "icon": "clock-exclamation",
            "url": f"{table}&status=overdue",
            "tone": "bad" if overdue else "",
        },
        *(
            {
                "label": str(WORDS[word]),
                "value": count,
                "icon": "alert-triangle",
                "url": f"{table}&status={word}",
                "tone": "warn",
            }
            for word, count in loud.items()
            if count
        ),
    ]
