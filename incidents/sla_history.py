"""An incident's clocks worked out anew from its event log alone: values in, values out, knows nothing of Django.

``incidents.services.clocks`` keeps the clock rows true step by step; this is the second opinion on them. It reads

- ``report``: data["targets"], the policy of the level; data["reported_at"] and data["occurred_at"] (ISO; left out: the
  moment of the event);
- ``change_level``: data["targets"], the policy of the new level;
- ``import``: data["targets"], where it has them; an imported incident has only the clocks that started here;
- the other verbs below: when they happened, and the status that they led to. Verbs not named here touch no clock.

A policy is {kind: {"target": seconds, "is_pausable": bool, "calendar": Calendar.as_json() or None, "warn_at": percents,
"overdue_repeat": seconds or None}}; a kind that is missing has no clock. ``Target.as_json`` writes one entry. The
policy of the latest report or change of level holds for everything that starts or goes on later (a transfer, a refusal,
an update, a reopening): what an administrator edits meanwhile moves no incident until its level changes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from incidents import sla


class RecordedEvent(Protocol):
    """What is read of an event; ``lifecycle.models.Event`` has it, and so has any plain value with these names."""

    @property
    def verb(self) -> str: ...
    @property
    def to_status(self) -> str: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


class Target(NamedTuple):
    """What a level asks of one kind of clock."""

    target: timedelta
    is_pausable: bool = False
    calendar: sla.Calendar | None = None
    warn_at: tuple[int, ...] = ()
    """Percents of the target."""
    overdue_repeat: timedelta | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Target":
        calendar, repeat = data.get("calendar"), data.get("overdue_repeat")
        return cls(
            timedelta(seconds=data["target"]),
            data["is_pausable"],
            sla.Calendar.from_json(calendar) if calendar else None,
            tuple(data.get("warn_at", ())),
            timedelta(seconds=repeat) if repeat else None,
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "target": self.target.total_seconds(),
            "is_pausable": self.is_pausable,
            "calendar": self.calendar.as_json() if self.calendar else None,
            "warn_at": list(self.warn_at),
            "overdue_repeat": self.overdue_repeat.total_seconds() if self.overdue_repeat else None,
        }


@dataclass
class ClockHistory:
    """One clock as the events leave it; the fields are those of a clock row."""

    kind: str
    ordinal: int
    origin_at: datetime
    target: timedelta
    is_pausable: bool
    calendar: sla.Calendar | None
    pauses: list[sla.Interval] = field(default_factory=list)
    stopped_at: datetime | None = None
    is_void: bool = False

    @property
    def due_at(self) -> datetime | None:
        return sla.deadline(origin=self.origin_at, target=self.target, pauses=self.pauses, calendar=self.calendar)

    def aim(self, target: Target | None) -> None:
        """The target of the present level, where it has one."""
        if target is not None:
            self.target, self.is_pausable, self.calendar = target.target, target.is_pausable, target.calendar

    def pause(self, at: datetime) -> None:
        due_at = self.due_at
        if self.is_pausable and due_at is not None and due_at > at:
            self.pauses.append(sla.Interval(at))

    def resume(self, at: datetime) -> None:
        self.pauses = [pause if pause.end else sla.Interval(pause.start, at) for pause in self.pauses]

    def stop(self, at: datetime, *, is_void: bool = False) -> None:
        end = max(at, self.origin_at)
        self.resume(end)
        self.stopped_at, self.is_void = end, is_void

    def go_on(self, at: datetime, target: Target | None) -> None:
        """Run again; the time since it stopped is a pause."""
        if self.stopped_at is not None and self.stopped_at < at:
            self.pauses.append(sla.Interval(self.stopped_at, at))
        self.stopped_at, self.is_void = None, False
        self.aim(target)


def recompute(events: Iterable[RecordedEvent]) -> list[ClockHistory]:
    """The clocks of one incident, by the order in which they began.

    ``events`` are all of the incident's, in the order in which they were recorded. Raises ValueError where the log
    does not say which targets were in force.
    """
    replay = _Replay()
    for event in events:
        if step := _STEPS.get(event.verb):
            step(replay, event)
    return replay.clocks


class _Replay:
    def __init__(self) -> None:
        self.clocks: list[ClockHistory] = []
        self.policy: dict[str, Target] = {}
        self.is_recovered = False
        self.merged_at: datetime | None = None

    def report(self, event: RecordedEvent) -> None:
        self.policy = policy_of(event)
        reported_at, occurred_at = _moment(event, "reported_at"), _moment(event, "occurred_at")
        self._start("response", reported_at)
        self._start("recovery", occurred_at)
        self._start("resolution", reported_at)
        self._start("update", reported_at)

    def take_over(self, event: RecordedEvent) -> None:
        """History of another system starts no clock; it may say what holds for those that start here."""
        if "targets" in event.data:
            self.policy = policy_of(event)
        self.is_recovered = event.to_status == "recovered" or (
            self.is_recovered and event.to_status not in ("reported", "acknowledged")
        )

    def acknowledge(self, event: RecordedEvent) -> None:
        self._stop(event.occurred_at, "response")

    def recover(self, event: RecordedEvent) -> None:
        self.is_recovered = True
        for clock in self._running():
            clock.resume(event.recorded_at)
        self._stop(event.occurred_at, "recovery", "response", "update")

    def transfer(self, event: RecordedEvent) -> None:
        at = event.occurred_at
        self._stop(at, "resolution")
        self._start("acceptance", at)
        own = self._of("development")
        if not own:
            self._start("development", at)
        for clock in own:
            if clock.is_void:  # it was never really theirs
                clock.origin_at = clock.stopped_at = at
            if clock.stopped_at is not None:
                clock.go_on(at, self.policy.get(clock.kind))

    def accept(self, event: RecordedEvent) -> None:
        self._stop(event.occurred_at, "acceptance")

    def refuse(self, event: RecordedEvent) -> None:
        self._stop(event.occurred_at, "acceptance")
        self._stop(event.occurred_at, "development", is_void=True)
        for clock in self._of("resolution"):
            if clock.stopped_at is not None:  # as if it had never stopped
                clock.stopped_at = None
                clock.aim(self.policy.get(clock.kind))

    def hold(self, event: RecordedEvent) -> None:
        for clock in self._running():
            clock.pause(event.occurred_at)

    def resume(self, event: RecordedEvent) -> None:
        for clock in self._running():
            clock.resume(event.occurred_at)

    def resolve(self, event: RecordedEvent) -> None:
        self._stop(event.occurred_at)

    def reopen(self, event: RecordedEvent) -> None:
        at = event.occurred_at
        self.is_recovered = event.to_status == "recovered"
        self._stop(at, "development", "acceptance", is_void=True)
        for clock in self._of("resolution", *(() if self.is_recovered else ("recovery",))):
            if clock.stopped_at is not None:
                clock.go_on(at, self.policy.get(clock.kind))
        if not self.is_recovered:
            self._start_next_update(at)

    def cancel(self, event: RecordedEvent) -> None:
        self._stop(event.occurred_at, is_void=True)

    def merge(self, event: RecordedEvent) -> None:
        self.merged_at = event.occurred_at
        self._stop(event.occurred_at, is_void=True)

    def unmerge(self, event: RecordedEvent) -> None:
        """As if it had never been merged."""
        since = self.merged_at
        for clock in self.clocks:
            if since is not None and clock.is_void and clock.stopped_at == since:
                clock.stopped_at, clock.is_void = None, False
                if event.to_status == "pending":
                    clock.pauses = [pause._replace(end=None) if pause.end == since else pause for pause in clock.pauses]

    def change_level(self, event: RecordedEvent) -> None:
        """Every running clock from its own origin, by the new targets, with the pauses it has earned."""
        self.policy, at = policy_of(event), event.occurred_at
        for clock in self._running():
            clock.aim(self.policy.get(clock.kind))
            if not clock.is_pausable:
                clock.resume(at)
            elif event.to_status == "pending":
                clock.pause(at)
        self._retarget_updates(at)

    def update(self, event: RecordedEvent) -> None:
        """Those affected have news."""
        if not self.is_recovered:
            self._start_next_update(event.occurred_at)

    def _retarget_updates(self, at: datetime) -> None:
        is_wanted = "update" in self.policy and not self.is_recovered
        if not is_wanted:
            self._stop(at, "update", is_void=True)
        elif not any(clock.kind == "update" for clock in self._running()):
            self._start("update", at)

    def _start_next_update(self, at: datetime) -> None:
        self._stop(at, "update")
        self._start("update", at)

    def _start(self, kind: str, origin_at: datetime) -> None:
        if target := self.policy.get(kind):
            ordinal = len(self._of(kind)) + 1
            clock = ClockHistory(kind, ordinal, origin_at, target.target, target.is_pausable, target.calendar)
            self.clocks.append(clock)

    def _stop(self, at: datetime, *kinds: str, is_void: bool = False) -> None:
        for clock in self._running():
            if not kinds or clock.kind in kinds:
                clock.stop(at, is_void=is_void)

    def _of(self, *kinds: str) -> list[ClockHistory]:
        return [clock for clock in self.clocks if clock.kind in kinds]

    def _running(self) -> Iterator[ClockHistory]:
        return (clock for clock in self.clocks if clock.stopped_at is None)


_STEPS: dict[str, Callable[[_Replay, RecordedEvent], None]] = {
    step.__name__: step
    for step in (
        _Replay.report,
        _Replay.acknowledge,
        _Replay.recover,
        _Replay.transfer,
        _Replay.accept,
        _Replay.refuse,
        _Replay.hold,
        _Replay.resume,
        _Replay.resolve,
        _Replay.reopen,
        _Replay.cancel,
        _Replay.merge,
        _Replay.unmerge,
        _Replay.change_level,
        _Replay.update,
    )
}
_STEPS["import"] = _Replay.take_over
VERBS = frozenset(_STEPS)
"""The verbs that ``recompute`` reads; events of others may be left out."""


def policy_of(event: RecordedEvent) -> dict[str, Target]:
    """The targets that the event put in force, by kind; raises ValueError where it does not say."""
    try:
        return {kind: Target.from_json(target) for kind, target in event.data["targets"].items()}
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"The event {event.verb!r} does not say which targets were in force.") from fault


def _moment(event: RecordedEvent, name: str) -> datetime:
    text = event.data.get(name)
    return datetime.fromisoformat(text) if text else event.occurred_at
