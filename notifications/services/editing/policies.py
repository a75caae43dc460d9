"""Escalation policies: add, change, copy, delete."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.contacts import validate_time_zone
from catalog.models import Person, Role
from lifecycle.models import Via
from lifecycle.text import one_line, sanitise
from lifecycle.transitions import InputRefused, lock
from notifications.models import ChatHook, EscalationPolicy, EscalationStep, Schedule, StepTarget, Urgency
from notifications.plan import Snapshot
from notifications.services.editing.writing import (
    Facts,
    record_change,
    refuse_odd_channels,
    refuse_unknown_levels,
    require_editor,
)

MOST_STEPS = 50
MOST_REPEATS = 20
LONGEST_ROUND = timedelta(hours=24)


@dataclass(frozen=True)
class StepValues:
    """A step as somebody typed it. ``after`` counts from the beginning of a round."""

    after: timedelta
    target: str
    channels: Sequence[str] = ()
    urgency: str = Urgency.IMPORTANT
    people: Sequence[Person] = ()
    schedule: Schedule | None = None
    chat: ChatHook | None = None
    from_time: time | None = None
    to_time: time | None = None
    weekdays: Sequence[int] = ()
    min_alerts: int | None = None
    alerts_within: timedelta | None = None

    @classmethod
    def of(cls, step: EscalationStep) -> "StepValues":
        names = (name for name in cls.__dataclass_fields__ if name != "people")
        return cls(people=list(step.people.all()), **{name: getattr(step, name) for name in names})


@dataclass(frozen=True)
class PolicyValues:
    name: str
    round_length: timedelta
    repeats: int
    steps: Sequence[StepValues]
    levels: Sequence[int] = ()
    time_zone: str = "UTC"
    fallback: Person | None = None

    @classmethod
    def of(cls, policy: EscalationPolicy) -> "PolicyValues":
        names = (name for name in cls.__dataclass_fields__ if name != "steps")
        steps = [StepValues.of(step) for step in policy.steps.prefetch_related("people")]
        return cls(steps=steps, **{name: getattr(policy, name) for name in names})


@transaction.atomic
def add_policy(values: PolicyValues, *, actor: Person | None, via: str = Via.WEB) -> EscalationPolicy:
    require_editor(actor)
    policy = EscalationPolicy()
    _write(policy, values)
    record_change(policy, "add_escalation_policy", {}, _facts(policy), actor=actor, via=via)
    return policy


@transaction.atomic
def change_policy(
    policy: EscalationPolicy,
    values: PolicyValues,
    *,
    actor: Person | None,
    via: str = Via.WEB,
    expected_version: int | None = None,
) -> EscalationPolicy:
    """``expected_version``: the one that the asker has read; somebody else's change in between refuses this one."""
    require_editor(actor)
    lock(policy)
    if expected_version is not None and policy.version != expected_version:
        raise InputRefused(name=_("Somebody else changed this policy in the meantime. Look at it again, then repeat."))
    before = _facts(policy)
    _write(policy, values)
    if record_change(policy, "change_escalation_policy", before, _facts(policy), actor=actor, via=via) or not actor:
        policy.version += 1
        policy.save(update_fields=["version"])
    return policy


def copy_policy(policy: EscalationPolicy, *, actor: Person | None, via: str = Via.WEB) -> EscalationPolicy:
    """The same steps under a new name, for no level yet."""
    values = PolicyValues.of(policy)
    taken = set(EscalationPolicy.objects.values_list("name", flat=True))
    stem = _("Copy of %(name)s") % {"name": policy}
    names = (stem[:90] if number == 1 else f"{stem[:90]} {number}" for number in range(1, len(taken) + 2))
    name = next(name for name in names if name not in taken)
    return add_policy(PolicyValues(**{**values.__dict__, "name": name, "levels": []}), actor=actor, via=via)


@transaction.atomic
def delete_policy(policy: EscalationPolicy, *, actor: Person | None, via: str = Via.WEB) -> None:
    """Only one that neither a level nor a route leads to. Running escalations go on with their snapshot."""
    require_editor(actor)
    lock(policy)
    if policy.levels:
        raise InputRefused(policy=_("Levels are paged by this policy: give them another one first."))
    if policy.routes.exists():
        raise InputRefused(policy=_("Routes lead to this policy: change them first."))
    record_change(policy, "delete_escalation_policy", _facts(policy), {}, actor=actor, via=via)
    policy.delete()


def _write(policy: EscalationPolicy, values: PolicyValues) -> None:
    _refuse(policy, values)
    policy.name, policy.levels = one_line(sanitise(values.name)), sorted(set(values.levels))
    policy.time_zone, policy.fallback = values.time_zone, values.fallback
    policy.round_length, policy.repeats = values.round_length, values.repeats
    policy.save()
    policy.steps.all().delete()
    for step in values.steps:
        fields = {name: value for name, value in step.__dict__.items() if name != "people"}
        fields |= {"channels": list(step.channels), "weekdays": sorted(set(step.weekdays))}
        EscalationStep.objects.create(policy=policy, **fields).people.set(step.people)


def _facts(policy: EscalationPolicy) -> Facts:
    """As the events keep it: the snapshot's shape, with the levels."""
    policy = EscalationPolicy.objects.prefetch_related("steps__people").get(pk=policy.pk)
    facts = Snapshot.of(policy).dump()
    return {"levels": policy.levels, **{name: facts[name] for name in facts if name not in ("version", "also")}}


def _refuse(policy: EscalationPolicy, values: PolicyValues) -> None:
    if not one_line(values.name):
        raise InputRefused(name=_("Give it a name."))
    if EscalationPolicy.objects.filter(name=one_line(sanitise(values.name))).exclude(pk=policy.pk).exists():
        raise InputRefused(name=_("There is a policy of this name already."))
    refuse_unknown_levels(list(values.levels), may_be_empty=True)
    for other in EscalationPolicy.objects.filter(levels__overlap=list(values.levels)).exclude(pk=policy.pk):
        words = {"levels": ", ".join(map(str, sorted({*other.levels} & {*values.levels}))), "policy": other}
        raise InputRefused(levels=_("Level %(levels)s is paged by the policy “%(policy)s” already.") % words)
    try:
        validate_time_zone(values.time_zone)
    except ValidationError as error:
        raise InputRefused(time_zone=" ".join(error.messages)) from error
    _refuse_round(values)
    _refuse_fallback(values)
    for number, step in enumerate(values.steps, start=1):
        refuse_step(number, step, round_length=values.round_length)


def _refuse_round(values: PolicyValues) -> None:
    if not values.steps:
        raise InputRefused(steps=_("A policy needs at least one step."))
    if len(values.steps) > MOST_STEPS:
        raise InputRefused(steps=_("More than %(number)d steps are too many.") % {"number": MOST_STEPS})
    if not timedelta(minutes=1) <= values.round_length <= LONGEST_ROUND:
        raise InputRefused(round_length=_("A round lasts between a minute and a day."))
    if not 0 <= values.repeats <= MOST_REPEATS:
        raise InputRefused(repeats=_("At most %(number)d repeats.") % {"number": MOST_REPEATS})


def _refuse_fallback(values: PolicyValues) -> None:
    if values.fallback is not None and not values.fallback.is_colleague:
        raise InputRefused(fallback=_("%(person)s has no active account.") % {"person": values.fallback})
    if values.fallback is None and not Person.objects.with_role(Role.INCIDENT_MANAGER).exists():
        raise InputRefused(
            fallback=_("There is no incident manager who would be the fallback: name a fallback contact.")
        )


def refuse_step(number: int, step: StepValues, *, round_length: timedelta) -> None:
    """Raises InputRefused with the step's number in the sentence."""
    wrong = _wrong(step, round_length)
    if wrong:
        raise InputRefused(steps=_("Step %(number)d: %(wrong)s") % {"number": number, "wrong": wrong})
    try:
        refuse_odd_channels(list(step.channels), may_be_empty=True)
    except InputRefused as refused:
        raise InputRefused(steps=_("Step %(number)d: %(wrong)s") % {"number": number, "wrong": refused}) from refused


def _wrong(step: StepValues, round_length: timedelta) -> str:
    """What is wrong with the step, the worst first; empty where nothing is."""
    gone = next((person for person in step.people if not person.is_colleague), None)
    checks = (
        (step.target not in StepTarget.values, _("it names nobody.")),
        (step.urgency not in Urgency.values, _("there is no such urgency.")),
        (step.after < timedelta(0) or step.after >= round_length, _("it must come within the round.")),
        (step.target == StepTarget.PEOPLE and not step.people, _("name at least one person.")),
        (gone is not None, _("%(person)s has no active account.") % {"person": gone}),
        (step.target == StepTarget.SCHEDULE and step.schedule is None, _("choose the schedule.")),
        (step.target == StepTarget.CHAT and step.chat is None, _("choose the chat.")),
        (bool(set(step.weekdays) - set(range(7))), _("there is no such day of the week.")),
        (step.min_alerts is not None and step.min_alerts < 1, _("at least one alert.")),
        (step.alerts_within is not None and not step.min_alerts, _("say how many alerts within that time.")),
    )
    return next((sentence for is_wrong, sentence in checks if is_wrong), "")
