"""The command board: open majors with their clocks and managers, decisions that wait, what nobody acknowledged."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident, Solution
from incidents.presentation import round_words
from incidents.presentation.approvals import Decision, decisions_for
from incidents.presentation.clocks import Face, faces_of
from incidents.tabs import MOST_COUNTED, conditions_of, count_rows
from notifications.models import EscalationStatus
from reports.boards import duty
from reports.boards.counters import counter, list_counter, list_url
from reports.boards.sections import Ask, sections

MOST_MAJORS, MOST_DECISIONS = 12, 8
COUNTING = ("running", "warn", "bad", "paused")


@dataclass(frozen=True)
class Major:
    """An open major incident with the clocks that still count."""

    incident: Incident
    clocks: list[Face]
    age_text: str
    solution: Solution | None
    is_unanswered: bool


def context(person: Person, now: datetime) -> dict[str, Any]:
    seen, conditions = Incident.objects.visible_to(person), conditions_of(person)
    majors = seen.filter(conditions["majors"], is_drill=False)
    asked = {
        "majors": majors,
        "unmanaged": majors.filter(manager=None),
        "unacknowledged": seen.filter(conditions["unacknowledged"]),
        "overdue": seen.open().filter(next_due_at__lte=now),
        "at_risk": seen.filter(conditions["at_risk"]),
    }
    counts = count_rows(person, **{name: (rows, MOST_COUNTED) for name, rows in asked.items()})
    decisions = decisions_for(person, now)
    on_duty = duty.on_duty(duty.read(now), now)
    late = _("A target at risk or missed"), _("No target is at risk."), list_url("at_risk")
    new = _("Unacknowledged"), _("Everything is acknowledged."), list_url("unacknowledged")
    lists = [
        Ask("unacknowledged", *new, asked["unacknowledged"], counts["unacknowledged"]),
        Ask("late", *late, asked["at_risk"], counts["at_risk"]),
    ]
    return {
        "counters": _counters(counts, decisions, on_duty),
        "majors": _majors(majors, now),
        "is_cut": counts["majors"] > MOST_MAJORS,
        "decisions": decisions[:MOST_DECISIONS],
        "decision_count": len(decisions),
        "sections": sections(lists, person, now),
        "on_duty": on_duty,
    }


def _counters(counts: dict[str, int], decisions: list[Decision], on_duty: list[duty.OnDuty]) -> list[dict[str, Any]]:
    gaps = sum(each.is_gap for each in on_duty)
    return [
        list_counter(_("Open majors"), counts["majors"], tab="majors", tone="bad", icon="flag"),
        list_counter(
            _("Majors without a manager"),
            counts["unmanaged"],
            tab="majors",
            manager="-",
            tone="bad",
            icon="user-question",
        ),
        counter(
            _("Decisions waiting"), len(decisions), reverse("incidents:approvals"), tone="warn", icon="nav-approvals"
        ),
        list_counter(
            _("Unacknowledged"), counts["unacknowledged"], tab="unacknowledged", tone="bad", icon="bell-ringing"
        ),
        list_counter(
            _("Overdue now"), counts["overdue"], tab="open", sla="overdue", tone="bad", icon="clock-exclamation"
        ),
        counter(_("Teams without on-call"), gaps, reverse("notifications:oncall"), tone="bad", icon="headset"),
    ]


def _majors(majors: Any, now: datetime) -> list[Major]:
    exhausted = Q(escalations__status=EscalationStatus.EXHAUSTED, status="reported")
    unanswered = set(majors.filter(exhausted).order_by().values_list("pk", flat=True))
    solutions = Prefetch("solutions", Solution.objects.select_related("proposed_by").order_by("-pk"))
    found = (
        majors.select_related("service", "level", "manager", "handler", "owner")
        .prefetch_related("clocks__pauses", solutions)
        .order_by("level", "reported_at")[:MOST_MAJORS]
    )
    return [_major(incident, incident.pk in unanswered, now) for incident in found]


def _major(incident: Incident, is_unanswered: bool, now: datetime) -> Major:
    clocks = [face for face in faces_of(incident, now) if face.state in COUNTING]
    solution = next(iter(incident.solutions.all()), None)
    return Major(incident, clocks, round_words(now - incident.reported_at), solution, is_unanswered)
