"""Planning meetings: which days, who, and which fall out."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.services.performing import require
from incidents.services.settings.writing import record_change
from lifecycle.transitions import InputRefused, NotPermitted, lock, perform, record_event, refuse
from notifications.duty import instant
from reports.meeting import permissions
from reports.models import Meeting, MeetingPolicy, MeetingStatus


@transaction.atomic
def plan_meeting(day: date, *, actor: Person | None, via: str) -> Meeting:
    """Plan the meeting of a day by the policy; one that is planned already is answered as it is."""
    if actor is not None and not permissions.plans(None, actor):
        raise NotPermitted("plan_meeting")
    policy = MeetingPolicy.current()
    zone = ZoneInfo(policy.time_zone)
    meeting, is_new = Meeting.objects.get_or_create(
        day=day,
        defaults={
            "starts_at": instant(datetime.combine(day, policy.begins_at), zone),
            "day_ends_at": instant(datetime.combine(day + timedelta(days=1), time()), zone),
            "time_zone": policy.time_zone,
            "chair": policy.chair,
        },
    )
    if is_new:
        meeting.attendees.set(policy.attendees.filter(is_active=True))
        record_event(meeting, "plan", actor=actor, via=via)
    return meeting


@transaction.atomic
def arrange_meeting(
    meeting: Meeting,
    *,
    actor: Person,
    via: str,
    chair: Person | None = None,
    attendees: Iterable[Person] = (),
    expected_version: int | None = None,
) -> Meeting:
    """Say who chairs it and who takes part, until it has ended; whoever is not named does not."""
    lock(meeting, expected_version=expected_version)
    if not permissions.runs(meeting, actor):
        raise NotPermitted("arrange")
    if meeting.status not in (MeetingStatus.PLANNED, MeetingStatus.RUNNING):
        raise refuse(meeting, "arrange", _("The meeting is over."))
    people = list(attendees)
    if any(not person.is_colleague for person in (*people, *([chair] if chair else []))):
        raise InputRefused(attendees=_("Colleagues only."))
    meeting.chair = chair
    meeting.version += 1
    meeting.save(update_fields=["chair", "version"])
    meeting.attendees.set(people)
    data = {"chair": chair.name if chair else "", "attendees": sorted(person.name for person in people)}
    record_event(meeting, "arrange", actor=actor, via=via, data=data)
    return meeting


@transaction.atomic
def skip_meeting(
    meeting: Meeting, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Meeting:
    """It falls out. What was carried over stays carried over, and counts once more."""
    require(reason=reason)
    arguments = {"reason": reason.strip()}
    perform(meeting, "skip", actor=actor, via=via, note=reason, expected_version=expected_version, arguments=arguments)
    return meeting


@transaction.atomic
def reinstate_meeting(
    meeting: Meeting, *, actor: Person | None, via: str, expected_version: int | None = None
) -> Meeting:
    perform(meeting, "reinstate", actor=actor, via=via, expected_version=expected_version)
    return meeting


PEOPLE = ("attendees", "subscribers", "chats")


@transaction.atomic
def set_meeting_policy(*, actor: Person, via: str, **changes: Any) -> MeetingPolicy:
    """``changes``: fields of MeetingPolicy by name. Meetings that are planned already keep their hour.

    Raises NotPermitted, ValidationError by field.
    """
    if not permissions.plans(None, actor):
        raise NotPermitted("set_meeting_policy")
    policy = MeetingPolicy.current()
    lock(policy)
    before = _facts(policy, changes)
    for name, value in changes.items():
        if name not in PEOPLE:
            setattr(policy, name, value)
    policy.keep_due_at = None
    policy.full_clean()
    policy.save()
    for name in PEOPLE:
        if name in changes:
            getattr(policy, name).set(changes[name])
    record_change(policy, "set_meeting_policy", before, _facts(policy, changes), actor=actor, via=via)
    return policy


def _facts(policy: MeetingPolicy, names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(getattr(policy, name)) for name in names}


def _plain(value: Any) -> Any:
    if hasattr(value, "all"):
        return sorted(str(each) for each in value.all())
    return value if isinstance(value, int | list | dict | None) else str(value)
