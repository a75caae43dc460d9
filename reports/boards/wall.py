"""What the wall-board shows. A wall is public: restricted incidents stand on none, whoever signed in at it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import Clock, Incident
from incidents.models.queries import IncidentQuerySet
from incidents.presentation import Face, next_face, round_words
from notifications.health import Light, pager_light
from reports.boards import duty
from reports.boards.measures import month_so_far

MOST_ROWS = 8
LEVELS = (1, 2, 3)


@dataclass(frozen=True)
class Allowance:
    """How much the wall may tell whoever walks past it."""

    shows_services: bool = True
    shows_titles: bool = True
    links: bool = True
    """Whether what is shown leads to the product; a screen that nobody signed in at has nowhere to go."""


@dataclass(frozen=True)
class WallRow:
    incident: Incident
    clock: Face | None
    age_text: str


def shown_on_walls() -> IncidentQuerySet:
    return Incident.objects.public().filter(is_drill=False)


def context(allowance: Allowance, now: datetime) -> dict[str, Any]:
    counts = _counts(now)
    rows = _rows(now)
    return {
        "allowance": allowance,
        "levels": [{"number": level, "count": counts[f"level_{level}"]} for level in LEVELS],
        "counts": counts,
        "rows": rows,
        "more": counts["open"] - len(rows),
        "on_duty": duty.on_duty(duty.read(now), now) if allowance.shows_services else [],
        "light": pager_light(now) if allowance.shows_services else _without_words(pager_light(now)),
        "month": month_so_far(now),
        "now": now,
    }


def _counts(now: datetime) -> dict[str, int]:
    """Open ones by level and by what is wrong with them, and what happened today where the wall hangs."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    levels = {f"level_{level}": Count("pk", filter=Q(level=level)) for level in LEVELS}
    found: dict[str, int] = (
        shown_on_walls()
        .open()
        .aggregate(
            open=Count("pk"),
            unacknowledged=Count("pk", filter=Q(status="reported")),
            at_risk=Count("pk", filter=Q(at_risk_at__lte=now) & ~Q(next_due_at__lte=now)),
            overdue=Count("pk", filter=Q(next_due_at__lte=now)),
            **levels,
        )
    )
    of_today = {"reported_today": "reported_at", "recovered_today": "recovered_at", "resolved_today": "resolved_at"}
    return found | {
        name: shown_on_walls().filter(**_within(field, midnight)).count() for name, field in of_today.items()
    }


def _within(field: str, midnight: datetime) -> dict[str, datetime]:
    return {f"{field}__gte": midnight, f"{field}__lt": midnight + timedelta(days=1)}


def _rows(now: datetime) -> list[WallRow]:
    """The worst level first, and the nearest deadline within it."""
    found = shown_on_walls().open().select_related("level", "service", "handler")
    ordered = found.by_next_deadline().order_by("level", *found.by_next_deadline().query.order_by)
    incidents = list(ordered[:MOST_ROWS])
    clocks: dict[int, list[Clock]] = {}
    for clock in Clock.objects.running().filter(incident__in=incidents):
        clocks.setdefault(clock.incident_id, []).append(clock)
    return [
        WallRow(each, next_face(clocks.get(each.pk, []), now), round_words(now - each.reported_at))
        for each in incidents
    ]


def _without_words(light: Light) -> Light:
    """Whether people are paged is for everybody; why not is for those inside."""
    words = {"ok": _("Paging OK"), "warn": _("Paging needs a look"), "bad": _("Paging stands still")}
    return Light(light.state, words[light.state], "")
