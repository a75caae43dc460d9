"""Looks at signs that something near paging is wrong while paging itself still works: queues, clocks, gaps.

What raises an alarm elsewhere and can be seen to be over ends here.
"""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from catalog.models import Team
from lifecycle import clock
from notifications.health import ALIVE_FOR, CANARY_LIMIT, SKEW_LIMIT
from notifications.models import Alarm, AlarmKind, Canary, Heartbeat, Schedule
from notifications.recipients import on_call
from notifications.services.alarming import end_alarm, raise_alarm


def watch_signs() -> None:
    """Raise what is seen to be wrong, end what is seen to be right again."""
    now = clock.now()
    wrong = {**_silent_queues(now), **_skewed_clocks(now)}
    for (kind, about), detail in wrong.items():
        raise_alarm(kind, about=about, detail=detail)
    for alarm in Alarm.objects.unsettled().open().filter(kind__in=OVER):
        if (alarm.kind, alarm.about) not in wrong and OVER[AlarmKind(alarm.kind)](alarm, now):
            end_alarm(alarm.kind, about=alarm.about)


Wrong = dict[tuple[str, str], str]
"""(kind, about) -> detail."""


def _silent_queues(now: datetime) -> Wrong:
    limit = now - CANARY_LIMIT
    silent = Canary.objects.filter(Q(answered_at__lt=limit) | Q(answered_at=None, sent_at__lt=limit))
    return {(AlarmKind.QUEUE_DEAD, canary.queue): "" for canary in silent}


def _skewed_clocks(now: datetime) -> Wrong:
    skewed = Heartbeat.objects.filter(beat_at__gt=now - ALIVE_FOR).filter(
        Q(clock_skew__gt=SKEW_LIMIT) | Q(clock_skew__lt=-SKEW_LIMIT)
    )
    return {
        (AlarmKind.CLOCK_SKEW, beat.ticker): f"{beat.clock_skew.total_seconds():+.1f} s"
        for beat in skewed
        if beat.clock_skew is not None
    }


def _is_filled(alarm: Alarm, now: datetime) -> bool:
    """Somebody of the team is on call now."""
    team = Team.objects.filter(name=alarm.about).first()
    schedule = Schedule.objects.filter(team=team).first() if team else None
    return schedule is not None and bool(on_call(schedule, now).primary)


def _is_another_day(alarm: Alarm, now: datetime) -> bool:
    """Caps are counted by the day, in UTC."""
    return alarm.seen_at.date() < now.date()


def _always(_alarm: Alarm, _now: datetime) -> bool:
    """What is no longer seen to be wrong is right."""
    return True


OVER: dict[AlarmKind, Callable[[Alarm, datetime], bool]] = {
    AlarmKind.QUEUE_DEAD: _always,
    AlarmKind.CLOCK_SKEW: _always,
    AlarmKind.DUTY_GAP: _is_filled,
    AlarmKind.SPEND_CAP: _is_another_day,
}
"""How it is seen that the cause of an alarm is gone. The others end where they were raised, or with their incident."""
