"""Verbs of on-call schedules and their layers, and of escalation policies."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Role, Team
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from notifications.duty import Window
from notifications.models import (
    DutyRole,
    LayerKind,
    LayerPlace,
    Schedule,
    ScheduleLayer,
    ShiftUnit,
)

FURTHEST_START = timedelta(days=366)
EARLIEST_START = date(2000, 1, 1)
MOST_EVERY = 1000
MOST_MEMBERS = 50
MOST_LAYERS = 20
MOST_WINDOWS = 14


def may_schedule(person: Person) -> bool:
    """Changes rotas and escalation policies."""
    return person.has_role(Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)


def refuse_strangers(actor: Person | None, verb: str) -> None:
    """``actor`` is None where the product itself acts."""
    if actor is not None and not may_schedule(actor):
        raise NotPermitted(verb)


@dataclass(frozen=True)
class Plan:
    """What somebody states of a layer; ``members`` and the fields of hand-overs are of rotations only."""

    starts_on: date
    handover_at: time
    members: Sequence[Person] = ()
    role: str = DutyRole.PRIMARY
    kind: str = LayerKind.ROTATION
    name: str = ""
    unit: str = ShiftUnit.WEEKLY
    every: int = 1
    ends_on: date | None = None
    windows: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def set_schedule(
    *,
    actor: Person | None,
    team: Team,
    starts_on: date,
    handover_at: time,
    time_zone: str,
    members: Sequence[Person],
    unit: str = ShiftUnit.WEEKLY,
    every: int = 1,
    via: str = Via.WEB,
) -> Schedule:
    """State a team's schedule as one rotation, in place of the primary rotation that lies lowest; ``members`` in
    their order, the first has the first turn."""
    schedule = state_schedule(actor=actor, team=team, time_zone=time_zone, via=via)
    plan = Plan(starts_on=starts_on, handover_at=handover_at, members=members, unit=unit, every=every)
    lowest = schedule.layers.filter(role=DutyRole.PRIMARY, kind=LayerKind.ROTATION).order_by("position", "id").first()
    if lowest is None:
        add_layer(schedule, actor=actor, plan=plan, via=via)
    else:
        change_layer(lowest, actor=actor, plan=plan, via=via)
    return schedule


@transaction.atomic
def state_schedule(*, actor: Person | None, team: Team, time_zone: str, via: str = Via.WEB) -> Schedule:
    """Make a team's schedule or change its zone: the hand-overs of its layers then mean the wall clocks there."""
    refuse_strangers(actor, "state_schedule")
    schedule = Schedule.objects.filter(team=team).first() or Schedule(team=team)
    before = {"time_zone": schedule.time_zone} if schedule.pk else {}
    schedule.time_zone = time_zone
    schedule.full_clean()
    if before != {"time_zone": time_zone}:
        schedule.save()
        data = {"before": before, "after": {"time_zone": time_zone}}
        record_event(schedule, "state_schedule", actor=actor, via=via, data=data)
    return schedule


@transaction.atomic
def add_layer(schedule: Schedule, *, actor: Person | None, plan: Plan, via: str = Via.WEB) -> ScheduleLayer:
    """Lay a layer on top of the others of its role."""
    refuse_strangers(actor, "add_layer")
    lock(schedule)
    layers = list(schedule.layers.all())
    if len(layers) >= MOST_LAYERS:
        raise InputRefused(role=_("A schedule has at most %(number)d layers.") % {"number": MOST_LAYERS})
    on_top = max((layer.position for layer in layers if layer.role == plan.role), default=-1) + 1
    layer = _write(ScheduleLayer(schedule=schedule, kind=plan.kind, position=on_top), plan)
    data = {"layer": layer.pk, "before": {}, "after": describe(layer)}
    record_event(schedule, "add_layer", actor=actor, via=via, data=data)
    return layer


@transaction.atomic
def change_layer(layer: ScheduleLayer, *, actor: Person | None, plan: Plan, via: str = Via.WEB) -> ScheduleLayer:
    """State a layer anew; what kind it is and where it lies stay."""
    refuse_strangers(actor, "change_layer")
    lock(layer.schedule)
    before = describe(layer)
    _write(layer, plan)
    after = describe(layer)
    if before != after:
        data = {"layer": layer.pk, "before": before, "after": after}
        record_event(layer.schedule, "change_layer", actor=actor, via=via, data=data)
    return layer


@transaction.atomic
def remove_layer(layer: ScheduleLayer, *, actor: Person | None, via: str = Via.WEB) -> None:
    """Take a layer away, its places and shifts with it."""
    refuse_strangers(actor, "remove_layer")
    lock(layer.schedule)
    data = {"layer": layer.pk, "before": describe(layer), "after": {}}
    schedule = layer.schedule
    layer.delete()
    record_event(schedule, "remove_layer", actor=actor, via=via, data=data)


@transaction.atomic
def move_layer(layer: ScheduleLayer, *, actor: Person | None, up: bool, via: str = Via.WEB) -> bool:
    """Swap a layer with its neighbour above or below in the same role; False at the end of the pile."""
    refuse_strangers(actor, "move_layer")
    lock(layer.schedule)
    pile = list(layer.schedule.layers.filter(role=layer.role).order_by("position", "id"))
    place = next(number for number, other in enumerate(pile) if other.pk == layer.pk)
    goal = place + (1 if up else -1)
    if not 0 <= goal < len(pile):
        return False
    before = [str(other) for other in pile]
    pile[place], pile[goal] = pile[goal], pile[place]
    for position, other in enumerate(pile):
        other.position = position
    ScheduleLayer.objects.bulk_update(pile, ["position"])
    data = {"layer": layer.pk, "before": {"order": before}, "after": {"order": [str(other) for other in pile]}}
    record_event(layer.schedule, "move_layer", actor=actor, via=via, data=data)
    return True


def describe(layer: ScheduleLayer) -> dict[str, Any]:
    """A layer in words and plain values, for the history of its schedule."""
    described: dict[str, Any] = {
        "role": layer.role,
        "name": layer.name,
        "windows": layer.windows,
        "ends_on": layer.ends_on.isoformat() if layer.ends_on else "",
    }
    if layer.kind == LayerKind.CALENDAR:
        return described
    names = [place.person.name for place in layer.places.select_related("person")]
    return described | {
        "unit": layer.unit,
        "every": layer.every,
        "starts_on": layer.starts_on.isoformat(),
        "handover_at": layer.handover_at.isoformat("minutes"),
        "members": names,
    }


def _write(layer: ScheduleLayer, plan: Plan) -> ScheduleLayer:
    _check(layer, plan)
    for name in ("role", "name", "unit", "every", "starts_on", "handover_at", "ends_on", "windows"):
        setattr(layer, name, getattr(plan, name))
    layer.full_clean(exclude=("fetched_at", "fetch_due_at"))
    layer.save()
    layer.places.all().delete()
    LayerPlace.objects.bulk_create(
        LayerPlace(layer=layer, person=person, position=position) for position, person in enumerate(plan.members)
    )
    return layer


def _check(layer: ScheduleLayer, plan: Plan) -> None:
    if layer.kind == LayerKind.ROTATION:
        _check_members(plan.members)
    if not 1 <= plan.every <= MOST_EVERY:
        raise InputRefused(every=_("Write a number from 1 to %(most)d.") % {"most": MOST_EVERY})
    if plan.starts_on > clock.now().date() + FURTHEST_START:
        raise InputRefused(starts_on=_("That is more than a year ahead: until then nobody would be paged."))
    if plan.starts_on < EARLIEST_START:
        raise InputRefused(starts_on=_("That is too long ago: begin in this century."))
    if plan.ends_on is not None and plan.ends_on <= plan.starts_on:
        raise InputRefused(ends_on=_("A layer ends after it has begun."))
    _check_windows(plan.windows)


def _check_members(members: Sequence[Person]) -> None:
    if not members:
        raise InputRefused(members=_("Name at least one person: an empty schedule pages nobody."))
    if len({member.pk for member in members}) != len(members):
        raise InputRefused(members=_("Somebody stands there twice."))
    if len(members) > MOST_MEMBERS:
        raise InputRefused(members=_("A rotation has at most %(number)d people.") % {"number": MOST_MEMBERS})
    outsider = next((member for member in members if not member.is_colleague), None)
    if outsider is not None:
        raise InputRefused(members=not_callable(outsider))


def not_callable(person: Person) -> str:
    """Why somebody who is no colleague cannot be on call."""
    if not person.is_active:
        return _("The account of %(person)s is not active.") % {"person": person}
    return _("%(person)s is a reporter and cannot be on call.") % {"person": person}


def _check_windows(windows: list[dict[str, Any]]) -> None:
    if len(windows) > MOST_WINDOWS:
        raise InputRefused(windows=_("A layer has at most %(number)d windows.") % {"number": MOST_WINDOWS})
    try:
        loaded = [Window.load(window) for window in windows]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputRefused(
            windows=_("Write each window with weekdays, from and to, such as 18:00 and 08:00.")
        ) from None
    if any(not window.weekdays <= set(range(7)) for window in loaded):
        raise InputRefused(windows=_("Weekdays are numbers from 0 (Monday) to 6 (Sunday)."))
