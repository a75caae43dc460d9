"""What an escalation will do and when: values in, values out. The cycle and the page "paged next" both ask here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from notifications.models.policy import EscalationPolicy, StepTarget


@dataclass(frozen=True)
class Step:
    """The n-th step of the whole escalation, rounds unrolled; ``after`` counts from its start."""

    index: int
    round: int
    after: timedelta
    target: str
    channels: tuple[str, ...]

    @property
    def target_text(self) -> str:
        return str(StepTarget(self.target).label)


@dataclass(frozen=True)
class Snapshot:
    """A policy frozen at the start of an escalation.

    As JSON: {"policy": name, "fallback": person id or null, "round": seconds, "repeats": n,
    "steps": [{"after": seconds, "target": str, "channels": [str]}]}.
    """

    policy: str
    fallback: int | None
    round_length: timedelta
    repeats: int
    steps: tuple[tuple[timedelta, str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, policy: EscalationPolicy) -> "Snapshot":
        steps = tuple((step.after, step.target, tuple(step.channels)) for step in policy.steps.all())
        return cls(policy.name, policy.fallback_id, policy.round_length, policy.repeats, steps)

    @classmethod
    def load(cls, data: dict[str, Any]) -> "Snapshot":
        steps = tuple(
            (timedelta(seconds=step["after"]), step["target"], tuple(step["channels"])) for step in data["steps"]
        )
        return cls(data["policy"], data["fallback"], timedelta(seconds=data["round"]), data["repeats"], steps)

    def dump(self) -> dict[str, Any]:
        steps = [
            {"after": after.total_seconds(), "target": target, "channels": list(channels)}
            for after, target, channels in self.steps
        ]
        return {
            "policy": self.policy,
            "fallback": self.fallback,
            "round": self.round_length.total_seconds(),
            "repeats": self.repeats,
            "steps": steps,
        }

    def unrolled(self) -> Iterator[Step]:
        """Every step of every round in order, then the fallback contact."""
        index = 0
        for turn in range(self.repeats + 1):
            for after, target, channels in self.steps:
                yield Step(index, turn, turn * self.round_length + after, target, channels)
                index += 1
        everything = tuple(dict.fromkeys(channel for _after, _target, channels in self.steps for channel in channels))
        last = (self.repeats + 1) * self.round_length
        yield Step(index, self.repeats + 1, last, StepTarget.FALLBACK, everything or ("voice", "sms"))

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
