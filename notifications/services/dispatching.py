"""Reads the facts that the apps below recorded, once each, and sets paging and notices in motion."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext_noop

from incidents.models import ClockKind, Incident
from incidents.models.status import OVER, Status
from incidents.services.claiming import act_on_due, claim_incident, complain
from lifecycle import clock
from lifecycle.models import Event
from notifications.models import NoticeKind
from notifications.services.chat_news import tell_chats
from notifications.services.escalating import restart_escalation, start_escalation, stop_escalation
from notifications.services.noticing import (
    INITIAL_AFTER,
    PROGRESS_EVERY,
    bring_forward_initial,
    cancel_notices,
    schedule_notice,
)
from notifications.services.warrooms import end_war_room, want_by_itself
from notifications.telling import FOR_MANAGERS, FOR_THE_NAMED
from problems.services.planning import attach_by_condition

NOW = timedelta(0)
PASSED_OVER = 5000
"""Events without a reaction that one look marks."""
LEVEL_CHANGED = gettext_noop("The level was changed.")


def dispatch_events(*, limit: int = 200) -> int:
    """React to every event not yet reacted to, in order; part of the cycle. Returns how many."""
    passed_over = _pass_over()
    waiting = Event.objects.filter(dispatched_at=None).order_by("id").values_list("pk")
    done, failures = act_on_due(_dispatch, waiting, limit=limit)
    complain(failures)
    return passed_over + sum(done)


@transaction.atomic
def _pass_over() -> int:
    """What nobody reacts to, all at once: a storm of messages sent must not keep a report waiting behind it."""
    idle = Event.objects.filter(dispatched_at=None).exclude(verb__in=REACTIONS)
    free = idle.select_for_update(skip_locked=True).order_by("id").values("pk")[:PASSED_OVER]
    return Event.objects.filter(pk__in=free).update(dispatched_at=clock.now())


@transaction.atomic
def _dispatch(pk: int) -> int:
    """The reaction and the mark that it happened are one transaction."""
    event = Event.objects.select_for_update(skip_locked=True).filter(pk=pk, dispatched_at=None).first()
    if event is None:
        return 0
    reactions = REACTIONS.get(event.verb, [])
    if reactions and event.subject_type_id == ContentType.objects.get_for_model(Incident).pk:
        incident = claim_incident(event.subject_id)
        if incident is None:
            return 0
        for react in reactions:
            react(incident, event)
    event.dispatched_at = clock.now()
    event.save(update_fields=["dispatched_at"])
    return 1


# Events are read late after a standstill, and by several cycles side by side. So a reaction trusts the incident as it
# is now, under its lock, and never undoes what a later event has set in motion.


def _reported(incident: Incident, _event: Event) -> None:
    start_escalation(incident)
    if incident.reporter_email:
        schedule_notice(incident, NoticeKind.RECEIVED, after=NOW)
    if _is_down(incident):
        schedule_notice(incident, NoticeKind.INITIAL, after=NOW if incident.acknowledged_at else INITIAL_AFTER)
        schedule_notice(incident, NoticeKind.PROGRESS, after=PROGRESS_EVERY)


def _to_be_taken_up(incident: Incident, _event: Event) -> None:
    """Its acknowledgement lapsed, or its merge was undone: whoever had it has it no longer."""
    if incident.status == Status.REPORTED:
        start_escalation(incident)
    if _is_down(incident):
        schedule_notice(incident, NoticeKind.PROGRESS, after=PROGRESS_EVERY)


def _acknowledged(incident: Incident, _event: Event) -> None:
    if incident.status != Status.REPORTED:
        stop_escalation(incident, reason=Status.ACKNOWLEDGED)
    bring_forward_initial(incident)


def _recovered(incident: Incident, event: Event) -> None:
    if incident.recovered_at is None:
        return
    stop_escalation(incident, reason=Status.RECOVERED)
    cancel_notices(incident, NoticeKind.INITIAL, NoticeKind.PROGRESS, NoticeKind.RECTIFIED)
    schedule_notice(incident, NoticeKind.RECTIFIED, after=NOW, cause=event)


def _cancelled(incident: Incident, _event: Event) -> None:
    stop_escalation(incident, reason=incident.status)
    cancel_notices(incident)


def _ended(incident: Incident, _event: Event) -> None:
    """Resolved or closed. That the fault is rectified is told still, if it was not told yet."""
    if incident.status in OVER:
        stop_escalation(incident, reason=incident.status)
        cancel_notices(incident, NoticeKind.INITIAL, NoticeKind.PROGRESS, NoticeKind.OVERDUE)


def _reopened(incident: Incident, _event: Event) -> None:
    start_escalation(incident)
    if _is_down(incident):
        cancel_notices(incident, NoticeKind.RECTIFIED)
        schedule_notice(incident, NoticeKind.PROGRESS, after=PROGRESS_EVERY)


def _breached(incident: Incident, event: Event) -> None:
    is_update = event.data.get("clock") == ClockKind.UPDATE
    kind = NoticeKind.UPDATE_OVERDUE if is_update else NoticeKind.OVERDUE
    schedule_notice(incident, kind, after=NOW, cause=event)


def _warned(incident: Incident, event: Event) -> None:
    schedule_notice(incident, NoticeKind.WARNING, after=NOW, cause=event)


def _reminded(incident: Incident, event: Event) -> None:
    schedule_notice(incident, NoticeKind.REMINDER, after=NOW, cause=event)


def _woken(incident: Incident, event: Event) -> None:
    if event.actor_id is None:
        _reminded(incident, event)


def _noted(incident: Incident, event: Event) -> None:
    if event.data.get("mentions"):
        schedule_notice(incident, NoticeKind.MENTION, after=NOW, cause=event)


def _updated(incident: Incident, event: Event) -> None:
    """The news go out at once instead of at the hour, in the words that somebody wrote; to the reporter too."""
    _noted(incident, event)
    if _is_down(incident):
        cancel_notices(incident, NoticeKind.PROGRESS)
        schedule_notice(incident, NoticeKind.PROGRESS, after=NOW, cause=event)
    if event.data.get("visibility") == "public":
        schedule_notice(incident, NoticeKind.ANSWER, after=NOW, cause=event)
    _tell_watchers(incident, event)


def _concerned(incident: Incident, event: Event) -> None:
    """Something about a major incident that somebody in particular has to know or to decide."""
    schedule_notice(incident, NoticeKind.MENTION, after=NOW, cause=event)


def _tell_watchers(incident: Incident, event: Event) -> None:
    if incident.watchers.exists():
        schedule_notice(incident, NoticeKind.WATCHED, after=NOW, cause=event)


def _ask_reporter(incident: Incident, event: Event) -> None:
    if incident.status == Status.RESOLVED and incident.confirmed_at is None:
        schedule_notice(incident, NoticeKind.CONFIRMATION, after=NOW, cause=event)


def _level_changed(incident: Incident, _event: Event) -> None:
    """A raised level may bring the incident under a policy or a row that it was not under before."""
    restart_escalation(incident, reason=LEVEL_CHANGED)
    if _is_down(incident):
        schedule_notice(incident, NoticeKind.INITIAL, after=NOW)
        schedule_notice(incident, NoticeKind.PROGRESS, after=PROGRESS_EVERY)


def _is_down(incident: Incident) -> bool:
    return incident.recovered_at is None and incident.status not in OVER


def _tell_chats(incident: Incident, event: Event) -> None:
    tell_chats(incident, event)


def _attach_plans(incident: Incident, _event: Event) -> None:
    """Plans that ask for labels: alerts are hung on their incident just after it was reported."""
    attach_by_condition(incident)


Reaction = Callable[[Incident, Event], None]
REACTIONS: dict[str, list[Reaction]] = {
    "report": [_reported, _tell_chats, want_by_itself, _attach_plans],
    "alert": [_attach_plans],
    "acknowledge": [_acknowledged, _tell_watchers, _tell_chats],
    "lapse": [_to_be_taken_up],
    "unmerge": [_to_be_taken_up],
    "recover": [_recovered, _tell_watchers, _tell_chats],
    "resolve": [_ended, _ask_reporter, _tell_watchers, _tell_chats],
    "close": [_ended, _tell_watchers, end_war_room],
    "cancel": [_cancelled, _tell_watchers, end_war_room],
    "merge": [_cancelled, end_war_room],
    "reopen": [_reopened, _tell_watchers, _tell_chats],
    "breach": [_breached],
    "warn": [_warned],
    "remind": [_reminded],
    "wake": [_woken],
    "note": [_noted],
    "update": [_updated],
    "change_level": [_level_changed, _tell_watchers, _tell_chats, want_by_itself],
    "declare_major": [want_by_itself],
    "receive_workaround": [_tell_watchers],
    **{verb: [_concerned] for verb in (*FOR_MANAGERS, *FOR_THE_NAMED)},
    "accept_major": [_concerned, want_by_itself],
}
