"""Action items speak up at their moments: the owner is reminded before the due date, and what is overdue is said again
and again. The events "remind" and "nag" of the item say so; who is told of them is for notifications to say."""

from datetime import datetime

from django.db import transaction

from incidents.action_times import days_over, next_office_moment
from incidents.models import ActionItem, ActionPolicy
from incidents.services.actions import set_times
from incidents.services.claiming import act_on_due, complain
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import record_event


def remind_of_actions(*, limit: int = 100) -> int:
    """Every open item whose moment has come; part of the cycle. Returns how many were looked at."""
    due = ActionItem.objects.to_speak_of(clock.now()).order_by("pk").values_list("pk")
    spoken, failures = act_on_due(_speak, due, limit=limit)
    complain(failures)
    return sum(spoken)


@transaction.atomic
def _speak(pk: int) -> int:
    """Once, however many moments went by meanwhile: the next moment is set in the same transaction as the event. One
    that somebody else holds waits for the next cycle."""
    now = clock.now()
    free = ActionItem.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    action = free.to_speak_of(now).select_related("owner", "incident").filter(pk=pk).first()
    if action is None:
        return 0
    if (morning := _morning_after(now, action)) is not None:
        action.remind_at = max(action.remind_at, morning) if action.remind_at else None
        action.next_nag_at = max(action.next_nag_at, morning) if action.next_nag_at else None
        action.save(update_fields=["remind_at", "next_nag_at"])
        return 1
    days = days_over(action.due_on, at=now, zone=action.owner.time_zone)
    is_nag = days > 0 and action.next_nag_at is not None and action.next_nag_at <= now
    set_times(action, after=now)
    action.save(update_fields=["remind_at", "next_nag_at"])
    if is_nag:
        record_event(action, "nag", actor=None, via=Via.SYSTEM, data={"days_over": days})
    elif days <= 0:
        record_event(action, "remind", actor=None, via=Via.SYSTEM, data={"days_left": -days})
    return 1


def _morning_after(now: datetime, action: ActionItem) -> datetime | None:
    """Where it is night for the owner, because the moment was missed: the next morning."""
    morning = next_office_moment(now, hour=ActionPolicy.current().mail_hour, zone=action.owner.time_zone)
    return morning if morning > now else None
