"""What the cycle does for meetings and hand-over notes: plan the next ones, and close what nobody came to."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from lifecycle import clock
from lifecycle.models import Via
from notifications.duty import duty_at
from notifications.models import Schedule
from notifications.rosters import read_rotas
from reports.meeting.services.handing_over import HORIZON, draft_at, next_change
from reports.meeting.services.planning import plan_meeting, skip_meeting
from reports.meeting.services.running import end_meeting
from reports.models import Meeting, MeetingPolicy, MeetingStatus

EVERY = timedelta(minutes=1)
NOBODY_CAME = gettext_noop("Nobody started it.")


def keep_meetings() -> int:
    """A step of the cycle: one query in most seconds, the work once a minute, by one process. Returns what was done."""
    with transaction.atomic():
        now = clock.now()
        due = Q(keep_due_at=None) | Q(keep_due_at__lte=now)
        policy = MeetingPolicy.objects.select_for_update(no_key=True, skip_locked=True).filter(due).first()
        if policy is None:
            return 0
        MeetingPolicy.objects.filter(pk=policy.pk).update(keep_due_at=now + EVERY)
        return _close_what_is_past(now) + _plan_next(policy, now) + _draft_notes(policy, now)


def next_day(policy: MeetingPolicy, now: datetime) -> datetime | None:
    """The next day, today included, on which a meeting is held; None where no weekday is chosen."""
    today = now.astimezone(ZoneInfo(policy.time_zone))
    return next(
        (day for day in (today + timedelta(days=n) for n in range(7)) if day.weekday() in policy.weekdays), None
    )


def _close_what_is_past(now: datetime) -> int:
    past = list(Meeting.objects.filter(status__in=("planned", "running"), day_ends_at__lte=now))
    for meeting in past:
        if meeting.status == MeetingStatus.PLANNED:
            skip_meeting(meeting, actor=None, via=Via.SYSTEM, reason=NOBODY_CAME)
        else:
            end_meeting(meeting, actor=None, via=Via.SYSTEM)
    return len(past)


def _plan_next(policy: MeetingPolicy, now: datetime) -> int:
    """Today's, or that of the next day on which one is held; after today's is over, the one behind it."""
    if not policy.is_active:
        return 0
    day = next_day(policy, now)
    if day is not None and Meeting.objects.filter(day=day.date(), status__in=("ended", "skipped")).exists():
        day = next_day(policy, now + timedelta(days=1))
    if day is None or Meeting.objects.filter(day=day.date()).exists():
        return 0
    plan_meeting(day.date(), actor=None, via=Via.SYSTEM)
    return 1


def _draft_notes(policy: MeetingPolicy, now: datetime) -> int:
    """Whoever is on call for less than that time before the change has nothing to hand over, unless they want to."""
    ahead, number = timedelta(minutes=policy.draft_before), 0
    for rota in read_rotas(Schedule.objects.select_related("team"), now - ahead, now + HORIZON):
        change = next_change(rota, now)
        if change is None or change[0] > now + ahead:
            continue
        changes_at, leaving, _arriving = change
        if leaving in rota.who(duty_at(rota.roster, changes_at - ahead).primary):
            draft_at(rota.schedule, *change, actor=None)
            number += 1
    return number
