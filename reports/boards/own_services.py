"""The services a person owns, leads or works for: what is open there, and how stable the month is so far."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from incidents.models import Incident
from incidents.tabs import MOST_COUNTED, count_rows
from reports import words
from reports.boards.counters import counter, list_url
from reports.boards.measures import month_so_far
from reports.measurement import KINDS

MOST_SERVICES, MOST_INCIDENTS = 60, 3


@dataclass(frozen=True)
class State:
    """A service: ``worst`` is the gravest level that is open there, None while nothing is."""

    service: Service
    worst: int | None
    count: int
    incidents: list[Incident]
    url: str
    shares: list[tuple[str, str]]
    """(kind, share in words) of the month so far."""
    budget: str
    is_spent: bool


def context(person: Person, now: datetime) -> dict[str, Any]:
    services = list(own_services(person).select_related("owner", "operations_team")[:MOST_SERVICES])
    seen = Incident.objects.visible_to(person).open().filter(service__in=services)
    asked = {
        "open": seen,
        "majors": seen.major(),
        "unacknowledged": seen.filter(status="reported"),
        "overdue": seen.filter(next_due_at__lte=now),
    }
    counts = count_rows(person, **{name: (rows, MOST_COUNTED) for name, rows in asked.items()})
    states = _states(services, seen, now)
    hurt = sum(state.count > 0 for state in states)
    return {
        "counters": [
            counter(_("My services"), len(services), "#services", icon="nav-catalogue"),
            counter(_("With open incidents"), hurt, "#services", tone="warn", icon="alert-triangle"),
            counter(_("Open majors"), counts["majors"], "#services", tone="bad", icon="flag"),
            counter(_("Unacknowledged"), counts["unacknowledged"], "#services", tone="bad", icon="bell-ringing"),
            counter(_("Overdue now"), counts["overdue"], "#services", tone="bad", icon="clock-exclamation"),
        ],
        "states": states,
        "month_name": words.month_name(month_so_far(now)["month"]),
        "is_cut": len(services) == MOST_SERVICES,
    }


def own_services(person: Person) -> Any:
    """Those in use that the person owns or leads, or that a team of theirs runs or develops."""
    teams: Any = person.teams.values("pk")
    own = Q(owner=person) | Q(rd_leader=person) | Q(operations_team__in=teams) | Q(development_team__in=teams)
    return Service.objects.filter(own, is_active=True).order_by("name")


def _states(services: list[Service], seen: Any, now: datetime) -> list[State]:
    """Those in trouble first, the gravest before the others."""
    found = seen.order_by().values("service").annotate(worst=Min("level"), count=Count("pk"))
    open_there = {row["service"]: row for row in found}
    worst = _worst_incidents(seen)
    month = month_so_far(now)
    states = [
        State(
            service=service,
            worst=open_there.get(service.pk, {}).get("worst"),
            count=open_there.get(service.pk, {}).get("count", 0),
            incidents=worst.get(service.pk, []),
            url=list_url("open", service=service.slug),
            shares=_shares(month["services"].get(service.slug, {})),
            budget=_budget(month["services"].get(service.slug, {})),
            is_spent=(month["services"].get(service.slug, {}).get("used") or 0) > 1,
        )
        for service in services
    ]
    return sorted(states, key=lambda state: (state.worst or 9, -state.count, state.service.name))


def _worst_incidents(seen: Any) -> dict[int, list[Incident]]:
    place = Window(RowNumber(), partition_by=F("service"), order_by=["level", "reported_at", "pk"])
    found = seen.annotate(place=place).filter(place__lte=MOST_INCIDENTS).select_related("level").order_by("place")
    incidents: dict[int, list[Incident]] = {}
    for incident in found:
        incidents.setdefault(incident.service_id, []).append(incident)
    return incidents


def _shares(shares: dict[str, float | None]) -> list[tuple[str, str]]:
    names = {"uv": "UV", "pv": "PV", "time": _("Time")}
    return [(names[kind], words.stability(shares.get(kind))) for kind in KINDS]


def _budget(shares: dict[str, float | None]) -> str:
    """How much of what the target allows is used; empty without a target."""
    if shares.get("target") is None:
        return ""
    told = {"target": words.stability(shares["target"]), "used": words.percent(shares.get("used"), places=0)}
    return _("UV target %(target)s: %(used)s of its budget is used") % told
