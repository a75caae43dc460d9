"""What a hand-over note lists: the open incidents of the schedule's services, as they are at one moment."""

from typing import Any

from django.db.models import F, Prefetch

from catalog.models import Person
from incidents.models import ActionItem, Clock, Incident
from incidents.presentation.veiling import unseen_of
from reports.meeting.entries import Facts, iso
from reports.meeting.unseen import unseen_actions
from reports.models import HandOver

MOST = 200


def draft_content(note: HandOver) -> list[Facts]:
    """Every open incident of the services that the schedule's team runs, the next deadline first; three queries."""
    running = Clock.objects.running().filter(due_at__isnull=False).order_by("due_at")
    actions = ActionItem.objects.pending().select_related("owner").order_by("due_on", "pk")
    found = (
        Incident.objects.filter(is_drill=False, service__operations_team=note.schedule.team_id)
        .open()
        .select_related("service", "level", "owner", "handler", "transferred_to")
        .prefetch_related(Prefetch("clocks", running, to_attr="running"), Prefetch("action_items", actions))
        .order_by(F("next_due_at").asc(nulls_last=True), "pk")
    )
    return [_line(incident) for incident in found[:MOST]]


def _line(incident: Any) -> Facts:
    clock = next(iter(incident.running), None)
    return {
        "incident": incident.pk,
        "reference": incident.reference,
        "title": incident.title,
        "url": incident.get_absolute_url(),
        "service": incident.service.name,
        "level": incident.level_id,
        "is_major": incident.is_major,
        "status": incident.status,
        "due_at": iso(clock.due_at) if clock else None,
        "clock": clock.kind if clock else None,
        "holder": _holder(incident),
        "snoozed_until": iso(incident.snoozed_until),
        "waits": incident.pending_reason or None,
        "actions": [
            {
                "action": action.pk,
                "title": action.title,
                "owner": action.owner.name,
                "due_on": action.due_on.isoformat(),
            }
            for action in incident.action_items.all()
        ],
    }


def _holder(incident: Incident) -> str | None:
    """Who has it in hand: the developers' team, the handler, or else the owner."""
    holder = incident.transferred_to or incident.handler or incident.owner
    return str(holder) if holder else None


def content_for(note: HandOver, reader: Person | None) -> tuple[list[Facts], int]:
    """(the lines that are for the reader, how many are not): drafted now, or as they were handed over."""
    lines = draft_content(note) if note.status == "drafted" else note.content
    unseen = unseen_of([line["incident"] for line in lines], reader) if reader else set()
    shown = [line for line in lines if line["incident"] not in unseen]
    return (_without_unseen_actions(shown, reader) if reader else shown), len(lines) - len(shown)


def _without_unseen_actions(lines: list[Facts], reader: Person) -> list[Facts]:
    """An item of a group's postmortem may be about more than the incident whose line it stands in."""
    named = {action["action"] for line in lines for action in line["actions"] if "action" in action}
    unseen = unseen_actions(named, reader)
    return [
        {**line, "actions": [action for action in line["actions"] if action.get("action") not in unseen]}
        for line in lines
    ]
