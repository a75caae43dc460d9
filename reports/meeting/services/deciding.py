"""Decisions. With an owner and a due date a decision becomes an action item."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import ActionItem, Incident
from incidents.models.action import ActionType
from incidents.services.actions import open_action
from lifecycle import clock
from lifecycle.text import one_line
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event, refuse
from reports.meeting import permissions
from reports.meeting.services.items import lock_open
from reports.models import AgendaItem, Decision, Meeting


@transaction.atomic
def assign_item(
    item: AgendaItem,
    *,
    actor: Person,
    via: str,
    title: str,
    owner: Person | None,
    due_on: date | None,
    type: str = ActionType.MITIGATE,
) -> Decision:
    """Somebody does something about the item by a day: an action item, which those see who see the item's incident."""
    lock_open(item, "assign", actor)
    action = _open(item.meeting, actor, via, title, type, owner, due_on, item.incident)
    return _keep(item.meeting, actor, via, title, item, action)


@transaction.atomic
def record_decision(
    meeting: Meeting,
    *,
    actor: Person,
    via: str,
    text: str,
    owner: Person | None = None,
    due_on: date | None = None,
    type: str = ActionType.MITIGATE,
) -> Decision:
    """What the meeting decided; with an owner and a due date it is an action item as well."""
    if not permissions.contributes(meeting, actor):
        raise NotPermitted("decide")
    lock(meeting)
    if not meeting.is_running:
        raise refuse(meeting, "decide", _("The meeting is not running."))
    if not text.strip():
        raise InputRefused(text=_("Please write something here."))
    if (owner is None) != (due_on is None):
        raise InputRefused(owner=_("An action item needs both an owner and a due date."))
    action = _open(meeting, actor, via, text, type, owner, due_on, None) if owner else None
    return _keep(meeting, actor, via, text, None, action)


def _open(
    meeting: Meeting,
    actor: Person,
    via: str,
    title: str,
    type: str,
    owner: Person | None,
    due_on: date | None,
    incident: Incident | None,
) -> ActionItem:
    return open_action(
        actor=actor,
        via=via,
        title=title,
        type=type,
        owner=owner,
        due_on=due_on,
        incident=incident,
        origin=meeting,
    )


def _keep(
    meeting: Meeting, actor: Person, via: str, text: str, item: AgendaItem | None, action: ActionItem | None
) -> Decision:
    decision = Decision.objects.create(
        meeting=meeting,
        item=item,
        text=one_line(text),
        action=action,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    # Of an item that not everybody sees nothing is told in the meeting's own history.
    about = item if item is not None else meeting
    data = {"owner": action.owner.name, "due_on": action.due_on.isoformat()} if action else {}
    record_event(about, "decide", actor=actor, via=via, note=decision.text, data=data)
    return decision
