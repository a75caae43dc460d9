"""Verbs of on-call schedules and escalation policies."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Role, Team
from lifecycle.transitions import InputRefused, NotPermitted
from notifications.models import EscalationPolicy, Schedule, ScheduleMember


def may_schedule(person: Person) -> bool:
    """Changes rotas and escalation policies."""
    return person.has_role(Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)


@transaction.atomic
def set_schedule(
    *,
    actor: Person | None,
    team: Team,
    starts_on: date,
    handover_at: time,
    time_zone: str,
    members: Sequence[Person],
) -> Schedule:
    """State a team's weekly rotation; ``members`` in their order, the first has the first week."""
    if actor is not None and not may_schedule(actor):
        raise NotPermitted("set_schedule")
    if not members:
        raise InputRefused(members=_("Name at least one person: an empty schedule pages nobody."))
    if len({member.pk for member in members}) != len(members):
        raise InputRefused(members=_("Somebody stands there twice."))
    schedule = Schedule.objects.filter(team=team).first() or Schedule(team=team)
    schedule.starts_on, schedule.handover_at, schedule.time_zone = starts_on, handover_at, time_zone
    schedule.full_clean()
    schedule.save()
    schedule.places.all().delete()
    for position, member in enumerate(members):
        ScheduleMember.objects.create(schedule=schedule, person=member, position=position)
    return schedule


@transaction.atomic
def change_policy(
    policy: EscalationPolicy,
    *,
    actor: Person | None,
    round_length: timedelta,
    repeats: int,
    fallback: Person | None,
) -> EscalationPolicy:
    """Change how often a policy repeats and who is its last resort. Running escalations keep their snapshot."""
    if actor is not None and not may_schedule(actor):
        raise NotPermitted("change_policy")
    last = max((step.after for step in policy.steps.all()), default=timedelta(0))
    if round_length <= last:
        raise InputRefused(round_length=_("A round must be longer than its last step."))
    policy.round_length, policy.repeats, policy.fallback = round_length, repeats, fallback
    policy.full_clean()
    policy.save()
    return policy
