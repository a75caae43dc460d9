"""My queue: what the reader was paged for, what is theirs, what is their teams'; and their duty."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import ActionItem, Incident, Status
from incidents.models.queries import IncidentQuerySet
from incidents.tabs import MOST_COUNTED, conditions_of, count_rows
from notifications.models import Delivery
from notifications.models.delivery import Purpose
from reports.boards import duty
from reports.boards.counters import counter, list_counter, list_url
from reports.boards.sections import Ask, Section, sections
from reports.meeting.panels import notes_that_wait


def context(person: Person, now: datetime) -> dict[str, Any]:
    seen, conditions = Incident.objects.visible_to(person), conditions_of(person)
    paged = seen.filter(paged_to(person))
    mine, team = seen.filter(conditions["mine"]), seen.filter(conditions["team"])
    waiting = team.filter(status=Status.REPORTED)
    at_risk = mine.filter(conditions["at_risk"])
    owed = ActionItem.objects.of_seen(person).filter(owner=person, status="open")
    asked = {"paged": paged, "mine": mine, "team": team, "waiting": waiting, "at_risk": at_risk, "owed": owed}
    counts = count_rows(person, **{name: (rows, MOST_COUNTED) for name, rows in asked.items()})
    return {
        "counters": _counters(counts),
        "sections": _sections({"paged": paged, "mine": mine, "team": team}, counts, person, now),
        "duties": duty.own_duties(duty.read(now), person, now),
        "waiting": {"notes": notes_that_wait(person)},
    }


def paged_to(person: Person) -> Combinable | Q:
    """Nobody acknowledged them, and the person was paged."""
    pages = Delivery.objects.filter(incident=OuterRef("pk"), recipient=person, purpose=Purpose.PAGE)
    return Q(status=Status.REPORTED) & Exists(pages)


def _counters(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        counter(_("Paged to me"), counts["paged"], "#paged", tone="bad", icon="bell-ringing"),
        list_counter(_("Mine"), counts["mine"], tab="mine", icon="user"),
        list_counter(_("Of my teams"), counts["team"], tab="team", icon="users"),
        list_counter(
            _("Unacknowledged in my teams"), counts["waiting"], tab="team", status="reported", tone="bad", icon="bell"
        ),
        list_counter(
            _("Mine, a target at risk"),
            counts["at_risk"],
            tab="mine",
            sla="at_risk",
            tone="warn",
            icon="clock-exclamation",
        ),
        counter(_("Action items I owe"), counts["owed"], f"{reverse('incidents:actions')}?show=mine", icon="checkbox"),
    ]


def _sections(
    lists: dict[str, IncidentQuerySet], counts: dict[str, int], person: Person, now: datetime
) -> list[Section]:
    words = {
        "paged": (_("Paged to me"), _("Nobody is waiting for your answer."), ""),
        "mine": (_("Mine"), _("No open incident is yours."), list_url("mine")),
        "team": (_("My teams"), _("Your teams have no other open incident."), list_url("team")),
    }
    return sections([Ask(name, *words[name], rows, counts[name]) for name, rows in lists.items()], person, now)
