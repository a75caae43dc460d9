"""Who is paged next, and when: what the page shows is what the cycle then does, in more than 10,000 generated cases.

A case is one look at the page followed by what the cycle does at the moment shown. Most cases are played on values
alone, with the very functions that both use; some hundreds more are played on rows."""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction

from catalog.models import Person
from incidents.models import Incident
from lifecycle import clock as database_clock
from lifecycle.models import Event
from notifications.conditions import Condition
from notifications.models import Escalation, EscalationPolicy, PersonalRule, Route
from notifications.panels import Row, paged_next
from notifications.plan import FrozenStep, Snapshot, choose, upcoming
from notifications.services.dispatching import dispatch_events
from notifications.services.editing.policies import PolicyValues, StepValues, add_policy
from notifications.services.editing.routes import RouteValues, change_route
from notifications.services.escalating import advance_escalations
from notifications.services.steering import escalate_now, skip_step
from tests.clock import Clock
from tests.factories import make_incident
from tests.scenarios.stage import Duty, make_duty

START = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
ZERO = timedelta(0)
SEED = 20261130
ON_VALUES, ON_ROWS = 10_000, 200
ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/St_Johns")
TARGETS = ("primary", "secondary", "manager", "service_owner", "rd_leader", "people")


def a_condition(chance: random.Random) -> dict[str, object]:
    kind = chance.choice(["none", "none", "hours", "days", "both"])
    hours: dict[str, object] = {"from_time": time(chance.randrange(24)), "to_time": time(chance.randrange(24))}
    days: dict[str, object] = {"weekdays": tuple(sorted(chance.sample(range(7), chance.randint(1, 6))))}
    kinds: dict[str, dict[str, object]] = {"none": {}, "hours": hours, "days": days, "both": hours | days}
    return kinds[kind]


def some_moments(chance: random.Random) -> tuple[list[timedelta], timedelta]:
    """The moments of the steps of a round, and its length; several at one moment too."""
    moments = sorted(timedelta(seconds=chance.randint(0, 3000)) for _step in range(chance.randint(1, 6)))
    moments += moments[-1:] if chance.random() < 0.2 else []
    return moments, moments[-1] + timedelta(seconds=chance.randint(1, 1800))


# --- On values ------------------------------------------------------------------------------------------------------


def a_snapshot(chance: random.Random) -> Snapshot:
    moments, length = some_moments(chance)
    steps = tuple(
        FrozenStep(after, chance.choice(TARGETS), condition=Condition(**a_condition(chance)))  # type: ignore[arg-type]
        for after in moments
    )
    return Snapshot("p", None, length, chance.randint(0, 4), steps, zone=chance.choice(ZONES))


def looks(chance: random.Random) -> Iterator[tuple[str, str]]:
    """(what the page showed, what the cycle did) for every look at one escalation until it is over."""
    snapshot = a_snapshot(chance)
    now, next_step, ahead = START + timedelta(seconds=chance.randint(0, 10**7)), 0, ZERO
    started = now
    while True:
        dues = upcoming(snapshot, started_at=started, next_step=next_step, brought_forward=ahead)
        shown = dues[0]
        said = shown.step.frozen.condition.unmet(shown.at, zone=snapshot.zone_info, count_alerts=lambda _since: 0)
        if chance.random() < 0.15:  # somebody asks for the next person at once
            ahead += max(shown.at - now, ZERO)
            continue
        stands_still = chance.random() < 0.15
        now = max(now, shown.at) + timedelta(milliseconds=chance.randint(0, 999))
        now += timedelta(seconds=chance.randint(0, 7200)) if stands_still else ZERO
        fire, skipped, following = choose(dues, now=now)
        first = (skipped or fire)[0]
        did = first.step.frozen.condition.unmet(first.at, zone=snapshot.zone_info, count_alerts=lambda _since: 0)
        yield f"{shown.step.index} {shown.at} {said}", f"{first.step.index} {first.at} {did}"
        if not stands_still:
            assert not skipped, "a cycle that runs every second leaves nothing out"
        if following is None:
            return
        next_step = following.step.index


def test_the_page_and_the_cycle_agree_on_values(capsys: pytest.CaptureFixture[str]) -> None:
    chance, cases = random.Random(SEED), 0
    while cases < ON_VALUES:
        for shown, did in looks(chance):
            assert shown == did, f"seed {SEED}, case {cases}"
            cases += 1
    with capsys.disabled():
        sys.stdout.write(f"\nwho is paged next: {cases} looks on values, seed {SEED}\n")


# --- On rows --------------------------------------------------------------------------------------------------------


def a_policy(chance: random.Random, duty: Duty) -> EscalationPolicy:
    moments, length = some_moments(chance)
    everybody = [duty.primary, duty.secondary, duty.manager, duty.owner, duty.leader]
    steps = [
        StepValues(
            after,
            chance.choice(TARGETS),
            chance.choice([(), ("voice",), ("voice", "sms"), ("email",)]),
            people=chance.sample(everybody, chance.randint(1, 3)),
            **a_condition(chance),  # type: ignore[arg-type]
        )
        for after in moments
    ]
    fallback = chance.choice([None, duty.owner])
    values = PolicyValues(
        name=f"policy {chance.random()}",
        round_length=length,
        repeats=chance.randint(0, 1),
        steps=steps,
        time_zone=chance.choice(ZONES),
        fallback=fallback,
    )
    return add_policy(values, actor=None)


def disturb(chance: random.Random, duty: Duty, incident: Incident, escalation: Escalation) -> None:
    """Something that happens between two looks: people come and go, numbers and rules change, hands reach in."""
    whom = chance.choice([duty.primary, duty.secondary, duty.manager, duty.leader])
    kind = chance.choice(["nothing", "nothing", "away", "unverified", "rule", "forward", "skip"])
    if kind == "away":
        Person.objects.filter(pk=whom.pk).update(is_active=chance.random() < 0.5)
    elif kind == "unverified":
        at = None if chance.random() < 0.5 else database_clock.now()
        Person.objects.filter(pk=whom.pk).update(phone_verified_at=at)
    elif kind == "rule":
        after = timedelta(minutes=chance.randint(0, 9))
        channels = chance.sample(["voice", "sms", "email"], chance.randint(1, 3))
        PersonalRule.objects.update_or_create(
            person=whom, urgency="important", after=after, defaults={"channels": channels}
        )
    elif kind == "forward":
        escalate_now(incident, actor=None, via="web")
    elif kind == "skip":
        skip_step(escalation, escalation.next_step, actor=None)
    escalation.refresh_from_db()


def facts_shown(rows: list[Row]) -> list[tuple[object, ...]]:
    return [
        (
            row.step,
            row.at.isoformat(),
            row.foreseen.left_out,
            "" if row.foreseen.left_out else row.foreseen.gap,
            [person.name for person in row.people],
        )
        for row in rows
    ]


def facts_done(incident: Incident, since: int) -> list[tuple[object, ...]]:
    events = Event.objects.about(incident).filter(pk__gt=since, verb__in=("page", "page_left_out")).order_by("id")
    return [
        (
            event.data["step"],
            event.data["due_at"],
            event.data.get("why", ""),
            event.data.get("gap", ""),
            event.data.get("people", []),
        )
        for event in events
    ]


def play(chance: random.Random, duty: Duty, clock: Clock) -> int:
    """One escalation from its start to a few steps on; returns the number of looks."""
    change_route(Route.objects.get(parent=None), RouteValues(policy=a_policy(chance, duty)), actor=None)
    incident = make_incident(service=duty.service, level=2)
    dispatch_events()
    escalation, count = incident.escalations.get(), 0
    for _look in range(5):
        if escalation.next_due_at is None:
            break
        disturb(chance, duty, incident, escalation)
        incident = Incident.objects.get(pk=incident.pk)  # as a page reads it
        rows = paged_next(incident, escalation, now=database_clock.now())
        if not rows:
            break
        together = [row for row in rows if row.at == rows[0].at]
        since = Event.objects.latest("id").pk
        clock.set(max(rows[0].at, database_clock.now()))
        advance_escalations()
        done = facts_done(incident, since)
        assert done[: len(together)] == facts_shown(together)[: len(done)]
        assert done, "something happened at the moment shown"
        messages = [message.channel for reach in together[0].reaches for message in reach.messages]
        if not together[0].foreseen.left_out:
            promised = incident.deliveries.filter(
                dedup_key__startswith=f"escalation:{escalation.pk}:{together[0].step}"
            )
            assert promised.filter(dedup_key__regex=rf":{together[0].step}[:+]").count() == len(messages)
        escalation.refresh_from_db()
        count += 1
    return count


@pytest.mark.django_db
def test_the_page_and_the_cycle_agree_on_rows(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    duty = make_duty()
    chance, cases = random.Random(SEED), 0
    while cases < ON_ROWS:
        begin = database_clock.now()
        with transaction.atomic():
            cases += play(chance, duty, clock)
            transaction.set_rollback(True)
        assert database_clock.now() >= begin
    with capsys.disabled():
        sys.stdout.write(f"\nwho is paged next: {cases} looks on rows, seed {SEED}\n")
