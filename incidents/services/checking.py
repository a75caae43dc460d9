"""Holds the stored clocks against the event log: what ``manage.py check_clocks`` prints."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType

from incidents.models import Clock, Incident
from incidents.sla_history import VERBS, ClockHistory, recompute
from lifecycle.models import Event

BATCH = 500
Facts = dict[str, Any]


def check_all_clocks() -> Iterator[tuple[Incident, list[str]]]:
    """Every incident, oldest first, with what is wrong with its clocks."""
    incidents = Incident.objects.order_by("pk").only("pk", "next_due_at").prefetch_related("clocks__pauses")
    last = 0
    while batch := list(incidents.filter(pk__gt=last)[:BATCH]):
        events, last = _events_of(batch), batch[-1].pk
        for incident in batch:
            yield incident, clock_differences(incident, events[incident.pk])


def check_clocks(incident: Incident) -> list[str]:
    """What is wrong with the clocks of one incident, in the words of this program; empty where nothing is."""
    fresh = Incident.objects.prefetch_related("clocks__pauses").get(pk=incident.pk)
    return clock_differences(fresh, _events_of([fresh])[fresh.pk])


def clock_differences(incident: Incident, events: Sequence[Event]) -> list[str]:
    """Stored rows against rows worked out anew from ``events``, all of the incident's in the order of recording."""
    rows = list(incident.clocks.all())
    try:
        histories = recompute(events)
    except ValueError as fault:
        return [str(fault)] if rows else []
    stored = {(row.kind, row.ordinal): _facts_of_row(row) for row in rows}
    recomputed = {(history.kind, history.ordinal): _facts_of_history(history) for history in histories}
    found = [
        f"{kind} {ordinal}: {difference}"
        for kind, ordinal in sorted(stored.keys() | recomputed.keys())
        for difference in _differences(stored.get((kind, ordinal)), recomputed.get((kind, ordinal)))
    ]
    next_due_at = min((row.due_at for row in rows if row.due_at and row.stopped_at is None), default=None)
    if incident.next_due_at != next_due_at:
        found.append(f"next_due_at is {incident.next_due_at}, the first deadline of a running clock is {next_due_at}")
    return found


def _differences(stored: Facts | None, recomputed: Facts | None) -> list[str]:
    if stored is None or recomputed is None:
        return ["is stored, the log knows nothing of it" if stored else "is missing, the log tells of it"]
    return [
        f"{name} is {value}, by the log {recomputed[name]}"
        for name, value in stored.items()
        if value != recomputed[name]
    ]


def _facts_of_row(row: Clock) -> Facts:
    return {
        "origin_at": row.origin_at,
        "target": row.target,
        "is_pausable": row.is_pausable,
        "calendar": row.hours,
        "pauses": sorted(row.intervals, key=str),
        "stopped_at": row.stopped_at,
        "is_void": row.is_void,
        "due_at": row.due_at,
    }


def _facts_of_history(history: ClockHistory) -> Facts:
    facts = {name: getattr(history, name) for name in ("origin_at", "target", "is_pausable", "calendar")}
    return {
        **facts,
        "pauses": sorted(history.pauses, key=str),
        "stopped_at": history.stopped_at,
        "is_void": history.is_void,
        "due_at": history.due_at,
    }


def _events_of(incidents: Sequence[Incident]) -> defaultdict[int, list[Event]]:
    keys = [incident.pk for incident in incidents]
    subject = ContentType.objects.get_for_model(Incident)
    events: defaultdict[int, list[Event]] = defaultdict(list)
    told = Event.objects.filter(subject_type=subject, subject_id__in=keys, verb__in=VERBS)
    for event in told.order_by("pk"):
        events[event.subject_id].append(event)
    return events
