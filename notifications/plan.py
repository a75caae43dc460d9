"""What an escalation will do and when: values in, values out. The cycle and the page "paged next" both ask here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notifications.conditions import ALWAYS, Condition
from notifications.models.contact import Urgency
from notifications.models.policy import EscalationPolicy, EscalationStep, StepTarget

LAST_RESORT_AFTER = timedelta(minutes=10)
"""The duty managers are paged so long after the fallback contact, or one round after it where rounds are shorter."""


@dataclass(frozen=True)
class FrozenStep:
    """A step of a policy as it was at the start. ``after`` counts from the beginning of a round; people, schedule and
    chat are kept by number, because who they are and who is on duty is asked when the step fires."""

    after: timedelta
    target: str
    channels: tuple[str, ...] = ()
    """None: as each person's own rules for ``urgency`` say."""
    urgency: str = Urgency.IMPORTANT
    people: tuple[int, ...] = ()
    schedule: int | None = None
    chat: int | None = None
    condition: Condition = ALWAYS

    @classmethod
    def of(cls, step: EscalationStep) -> "FrozenStep":
        condition = Condition(
            step.from_time, step.to_time, tuple(sorted(step.weekdays)), step.min_alerts, step.alerts_within
        )
        people = tuple(sorted(person.pk for person in step.people.all()))
        channels = tuple(step.channels)
        return cls(step.after, step.target, channels, step.urgency, people, step.schedule_id, step.chat_id, condition)

    @classmethod
    def load(cls, data: dict[str, Any]) -> "FrozenStep":
        return cls(
            after=timedelta(seconds=data["after"]),
            target=data["target"],
            channels=tuple(data["channels"]),
            urgency=data.get("urgency", Urgency.IMPORTANT),
            people=tuple(data.get("people", ())),
            schedule=data.get("schedule"),
            chat=data.get("chat"),
            condition=Condition.load(data.get("condition", {})),
        )

    def dump(self) -> dict[str, Any]:
        return {
            "after": self.after.total_seconds(),
            "target": self.target,
            "channels": list(self.channels),
            "urgency": str(self.urgency),
            "people": list(self.people),
            "schedule": self.schedule,
            "chat": self.chat,
            "condition": self.condition.dump(),
        }


@dataclass(frozen=True)
class Step:
    """The n-th step of the whole escalation, rounds unrolled; ``after`` counts from its start."""

    index: int
    round: int
    after: timedelta
    frozen: FrozenStep

    @property
    def target(self) -> str:
        return self.frozen.target

    @property
    def target_text(self) -> str:
        return str(StepTarget(self.target).label)


@dataclass(frozen=True)
class Snapshot:
    """A policy frozen at the start of an escalation.

    As JSON: {"policy": name, "version": n, "zone": IANA name, "fallback": person id or null, "round": seconds,
    "repeats": n, "also": [person id], "steps": [{"after": seconds, "target": str, "channels": [str], "urgency": str,
    "people": [person id], "schedule": id or null, "chat": id or null, "condition": {"from": "HH:MM:SS", "to",
    "weekdays": [0..6], "alerts": n, "within": seconds}}]}. What older snapshots lack means nothing special.
    """

    policy: str
    fallback: int | None
    round_length: timedelta
    repeats: int
    steps: tuple[FrozenStep, ...]
    version: int = 0
    zone: str = "UTC"
    also: tuple[int, ...] = ()
    """Whom somebody added to every step to come of this one escalation."""

    @classmethod
    def of(cls, policy: EscalationPolicy) -> "Snapshot":
        steps = tuple(map(FrozenStep.of, policy.steps.all()))
        return cls(
            policy.name,
            policy.fallback_id,
            policy.round_length,
            policy.repeats,
            steps,
            version=policy.version,
            zone=policy.time_zone,
        )

    @classmethod
    def load(cls, data: dict[str, Any]) -> "Snapshot":
        return cls(
            data["policy"],
            data["fallback"],
            timedelta(seconds=data["round"]),
            data["repeats"],
            tuple(map(FrozenStep.load, data["steps"])),
            version=data.get("version", 0),
            zone=data.get("zone", "UTC"),
            also=tuple(data.get("also", ())),
        )

    def dump(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "version": self.version,
            "zone": self.zone,
            "fallback": self.fallback,
            "round": self.round_length.total_seconds(),
            "repeats": self.repeats,
            "also": list(self.also),
            "steps": [step.dump() for step in self.steps],
        }

    @property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def unrolled(self) -> Iterator[Step]:
        """Every step of every round in order, then the fallback contact, then the duty managers."""
        index = 0
        for turn in range(self.repeats + 1):
            for frozen in self.steps:
                yield Step(index, turn, turn * self.round_length + frozen.after, frozen)
                index += 1
        last = (self.repeats + 1) * self.round_length
        yield Step(index, self.repeats + 1, last, FrozenStep(last, StepTarget.FALLBACK, self.last_channels))
        last += min(self.round_length, LAST_RESORT_AFTER)
        resort = FrozenStep(last, StepTarget.DUTY_MANAGERS, self.last_channels)
        yield Step(index + 1, self.repeats + 1, last, resort)

    @property
    def last_channels(self) -> tuple[str, ...]:
        """The last resort is paged by whatever the steps use, at once; where they leave it to the people, by all."""
        named = tuple(dict.fromkeys(channel for step in self.steps for channel in step.channels if channel != "chat"))
        return named if all(step.channels or step.target == StepTarget.CHAT for step in self.steps) else ()

    def step(self, index: int) -> Step | None:
        return next((step for step in self.unrolled() if step.index == index), None)


@dataclass(frozen=True)
class Due:
    step: Step
    at: datetime


def upcoming(snapshot: Snapshot, *, started_at: datetime, next_step: int, brought_forward: timedelta) -> list[Due]:
    """The steps still to come with their moments."""
    return [
        Due(step, started_at + step.after - brought_forward) for step in snapshot.unrolled() if step.index >= next_step
    ]


def choose(dues: list[Due], *, now: datetime) -> tuple[list[Due], list[Due], Due | None]:
    """Of the steps to come: (those to fire now, those skipped as too late, the next one).

    After a standstill only the newest moment that is due fires, with every step that stands at it: a burst of old
    calls helps nobody.
    """
    due = [entry for entry in dues if entry.at <= now]
    later = [entry for entry in dues if entry.at > now]
    fire = [entry for entry in due if entry.at == due[-1].at]
    return fire, due[: len(due) - len(fire)], later[0] if later else None
