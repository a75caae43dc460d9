"""Proposed postmortems among what waits for a decision (incidents/presentation/approvals.py)."""

from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from catalog.models import Person, Role
from incidents.models import Incident
from incidents.presentation import round_words
from incidents.presentation.approvals import Decision, register
from postmortems.models import Postmortem

MOST_PROPOSED = 50


def proposed_to(person: Person, now: datetime) -> list[Decision]:
    """Those that the person may start or decline, the longest waiting first; three queries."""
    about = Incident.objects.select_related("service", "level").order_by("level", "pk")
    rows = Postmortem.objects.awaiting_decision(person).prefetch_related(Prefetch("incidents", about))
    return [_decision(postmortem, now) for postmortem in rows.order_by("pk")[:MOST_PROPOSED]]


def waiting_for(person: Person) -> QuerySet[Postmortem] | None:
    """What is counted beside the navigation's link: an incident manager is who is asked first."""
    return Postmortem.objects.awaiting_decision(person) if person.has_role(Role.INCIDENT_MANAGER) else None


def _decision(postmortem: Postmortem, now: datetime) -> Decision:
    incidents = list(postmortem.incidents.all())
    return Decision(
        kind="postmortem",
        label=_("Postmortem?"),
        record=postmortem,
        incident=incidents[0],
        text=f"{postmortem.reference} · {', '.join(incident.reference for incident in incidents)}",
        requested_by=None,
        asked_of=None,
        deadline=None,
        is_overdue=False,
        waiting_text=round_words(now - postmortem.status_since),
        actions=[],
        is_decided_there=True,
    )


register(proposed_to, waiting_for)
