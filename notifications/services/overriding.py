"""Changes of duty inside a window: made, taken back, and never two that contradict each other."""

import zoneinfo
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from notifications.duty import clash
from notifications.models import DutyRole, LayerPlace, LayerShift, Override, OverrideKind, Schedule
from notifications.rosters import change_of, read_rota
from notifications.services.duty_news import Sentence, tell, words_of
from notifications.services.scheduling import may_schedule, not_callable

LONGEST = timedelta(days=366)
FURTHEST = timedelta(days=2 * 366)


def is_member(schedule: Schedule, person: Person) -> bool:
    """Of the team, or of one of the schedule's layers."""
    if not person.is_colleague:
        return False
    return (
        schedule.team.members.filter(pk=person.pk).exists()
        or LayerPlace.objects.filter(layer__schedule=schedule, person=person).exists()
        or LayerShift.objects.filter(layer__schedule=schedule, person=person).exists()
    )


def may_override(
    schedule: Schedule, actor: Person, *, kind: str, person: Person | None, replaces: Person | None
) -> bool:
    """Members step in themselves or have themselves replaced; only whoever keeps the rota takes somebody away."""
    if may_schedule(actor):
        return True
    speaks_of_self = actor in (person, replaces)
    return kind != OverrideKind.REMOVE and speaks_of_self and is_member(schedule, actor)


@transaction.atomic
def make_override(
    schedule: Schedule,
    *,
    actor: Person | None,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    person: Person | None,
    replaces: Person | None = None,
    role: str = DutyRole.PRIMARY,
    reason: str = "",
    via: str = Via.WEB,
) -> Override:
    """Change who is on call inside [starts_at, ends_at). REPLACE without ``replaces`` is a temporary schedule."""
    if actor is not None and not may_override(schedule, actor, kind=kind, person=person, replaces=replaces):
        raise NotPermitted("make_override")
    lock(schedule)
    override = Override(
        schedule=schedule,
        role=role,
        kind=kind,
        person=person,
        replaces=replaces if kind == OverrideKind.REPLACE else None,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip()[:200],
        made_by=actor,
    )
    _check_window(starts_at, ends_at)
    _check_people(override)
    _check_clashes(override)
    _check_leaving(override)
    concerned = [person, *_displaced(override)]
    override.save()
    record_event(schedule, "make_override", actor=actor, via=via, data={"before": {}, "after": describe(override)})
    for colleague in concerned:
        if colleague != actor:
            tell([colleague], override, _sentence(override, colleague), key=f"override:{override.pk}")
    return override


@transaction.atomic
def withdraw_override(override: Override, *, actor: Person | None, via: str = Via.WEB) -> Override:
    """Take a change back. One that has begun ends now instead: who was on call yesterday stays what it was."""
    if actor is not None and not (may_schedule(actor) or override.made_by_id == actor.pk):
        raise NotPermitted("withdraw_override")
    schedule = override.schedule
    lock(schedule)
    lock(override)
    now = clock.now()
    if override.withdrawn_at is not None or override.ends_at <= now:
        raise InputRefused(override=_("It is over or withdrawn already."))
    before = describe(override)
    if override.starts_at < now:
        override.ends_at = now
    else:
        override.withdrawn_at = now
    override.save(update_fields=["ends_at", "withdrawn_at"])
    record_event(schedule, "withdraw_override", actor=actor, via=via, data={"before": before, "after": {}})
    people = [other for other in (override.person, override.replaces) if other != actor]
    tell(people, override, lambda: _withdrawn(override), key=f"override:{override.pk}:withdrawn")
    return override


def _withdrawn(override: Override) -> str:
    return _("%(team)s: the change of duty from %(start)s to %(end)s (%(zone)s) is withdrawn.") % words_of(override)


def step_in(
    schedule: Schedule, *, actor: Person, length: timedelta, role: str = DutyRole.PRIMARY, via: str = Via.WEB
) -> Override:
    """The actor takes over from now on: one click on the page."""
    now = clock.now()
    return make_override(
        schedule,
        actor=actor,
        kind=OverrideKind.REPLACE,
        starts_at=now,
        ends_at=now + length,
        person=actor,
        role=role,
        via=via,
    )


def describe(override: Override) -> dict[str, str]:
    """For the history of the schedule."""
    return {
        "kind": override.kind,
        "role": override.role,
        "person": override.person.name if override.person else "",
        "replaces": override.replaces.name if override.replaces else "",
        "starts_at": override.starts_at.isoformat(),
        "ends_at": override.ends_at.isoformat(),
        "reason": override.reason,
    }


def in_words(override: Override) -> str:
    """An override as a clause: who does what, and when."""
    zone = zoneinfo.ZoneInfo(override.schedule.time_zone)
    words = {
        "person": override.person,
        "replaces": override.replaces,
        "start": f"{override.starts_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "end": f"{override.ends_at.astimezone(zone):%Y-%m-%d %H:%M}",
    }
    if override.kind == OverrideKind.ADD:
        return _("%(person)s in addition, %(start)s to %(end)s") % words
    if override.kind == OverrideKind.REMOVE:
        return _("%(person)s not on call, %(start)s to %(end)s") % words
    if override.replaces is None:
        return _("%(person)s instead of whoever it would be, %(start)s to %(end)s") % words
    return _("%(person)s instead of %(replaces)s, %(start)s to %(end)s") % words


def _check_window(starts_at: datetime, ends_at: datetime) -> None:
    now = clock.now()
    if ends_at <= starts_at:
        raise InputRefused(ends_at=_("It ends after it has begun."))
    if ends_at <= now:
        raise InputRefused(ends_at=_("That is over already."))
    if ends_at - starts_at > LONGEST:
        raise InputRefused(ends_at=_("At most a year at once: change the layers instead."))
    if starts_at > now + FURTHEST:
        raise InputRefused(starts_at=_("That is more than two years ahead."))


def _check_people(override: Override) -> None:
    if override.person is None:
        raise InputRefused(person=_("Name somebody."))
    if override.kind != OverrideKind.REMOVE and not override.person.is_colleague:
        raise InputRefused(person=not_callable(override.person))
    if override.kind == OverrideKind.REPLACE and override.person == override.replaces:
        raise InputRefused(replaces=_("Nobody stands in for themselves."))


def _check_leaving(override: Override) -> None:
    """Whoever is taken away must be there; asked after clashes, whose refusal says more."""
    leaving = override.person if override.kind == OverrideKind.REMOVE else override.replaces
    if leaving is not None and leaving.pk not in _on_call_in(override):
        sentence = _("%(person)s is not on call in that time.") % {"person": leaving}
        raise InputRefused(**{"person" if override.kind == OverrideKind.REMOVE else "replaces": sentence})


def _check_clashes(override: Override) -> None:
    change = change_of(override)
    others = override.schedule.overrides.filter(
        role=override.role,
        withdrawn_at=None,
        starts_at__lt=override.ends_at,
        ends_at__gt=override.starts_at,
    ).select_related("person", "replaces", "schedule")
    other = next((other for other in others if clash(change, change_of(other))), None)
    if other is not None:
        sentence = _("It contradicts another change: %(other)s. Withdraw that first.") % {"other": in_words(other)}
        raise InputRefused(starts_at=sentence)


def _on_call_in(override: Override) -> set[int]:
    """Who is on call in the override's role at any time of its window, as it is without it."""
    rota = read_rota(override.schedule, override.starts_at, override.ends_at)
    duties = rota.duties_between(override.starts_at, override.ends_at)
    found: set[int] = set()
    for duty in duties:
        found.update(duty.secondary if override.role == DutyRole.SECONDARY else duty.primary)
    return found


def _displaced(override: Override) -> list[Person]:
    """Who is on call without it and not with it."""
    if override.kind != OverrideKind.REPLACE:
        return []
    if override.replaces is not None:
        return [override.replaces]
    numbers = _on_call_in(override) - {override.person_id}
    return list(Person.objects.filter(pk__in=numbers))


def _sentence(override: Override, reader: Person | None) -> Sentence:
    """A maker of the reader's sentence: on call now, or not any more."""
    is_on = reader == override.person and override.kind != OverrideKind.REMOVE

    def make() -> str:
        words = words_of(override)
        if is_on:
            return _("%(team)s: you are on call as %(role)s from %(start)s to %(end)s (%(zone)s).") % words
        return _("%(team)s: you are not on call as %(role)s from %(start)s to %(end)s (%(zone)s).") % words

    return make
