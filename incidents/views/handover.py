"""The hand-over packet: everything that somebody who takes an incident over has to know, on paper too."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incidents.models import Incident
from incidents.presentation import accounts_of, entries_of, faces_of, side_notice
from incidents.presentation.veiling import unseen_of
from incidents.views.asking import colleague_of, moment_of, visible_incident
from lifecycle.models import Event

MOST_ENTRIES = 100


@login_required
@require_safe
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Made from the record itself, so that it is never older than the incident."""
    person = colleague_of(request)
    incident, now = visible_incident(request, pk), moment_of(request)
    told = Event.objects.about(incident).filter(actor__isnull=False).select_related("actor").order_by("-pk")
    context = {
        "incident": incident,
        "parent": None if unseen_of([incident.parent_id], person) else incident.parent,
        "now": now,
        "side_notice": side_notice(incident),
        "clocks": faces_of(incident, now),
        "accounts": accounts_of(incident, now),
        "hand_overs": _hand_overs(incident),
        "impacts": incident.impacts.all(),
        "solutions": incident.solutions.select_related("proposed_by", "decided_by"),
        "attachments": incident.attachments.all(),
        "children": incident.children.visible_to(person),
        "entries": entries_of(reversed(told[:MOST_ENTRIES]), person),
    }
    return render(request, "incidents/hand_over.html", context)


def _hand_overs(incident: Incident) -> list[Event]:
    """What was written at each transfer and refusal, the newest first."""
    return list(
        Event.objects.about(incident).filter(verb__in=("transfer", "refuse")).select_related("actor").order_by("-pk")
    )
