"""SLA clocks as cards, as chips in a row, and as an account of every second."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from incidents import sla
from incidents.models import Clock, ClockKind, Incident
from incidents.models.clock import AT_RISK
from incidents.presentation.durations import exact_words, in_words, round_words


@dataclass(frozen=True)
class Face:
    """What parts/clock.html and parts/due_chip.html show. ``fraction`` is the used part of the target, 0 to 1."""

    kind: str
    label: str
    target_text: str
    state: str
    text: str
    fraction: float
    detail: str
    due_at: datetime | None


@dataclass(frozen=True)
class Stretch:
    kind: str
    """"running", "paused" or "closed"."""
    start: datetime
    end: datetime
    duration_text: str
    reason: str


@dataclass(frozen=True)
class Account:
    """Why a clock says what it says: where it began, and every second since."""

    label: str
    origin_text: str
    origin_at: datetime
    target_text: str
    due_at: datetime | None
    elapsed_text: str
    sum_text: str
    """Ran + paused + closed = the whole time, to the second."""
    zone: str
    """Of the business calendar; empty around the clock."""
    stretches: list[Stretch]


def faces_of(incident: Incident, now: datetime) -> list[Face]:
    """The latest clock of each kind, in the order in which they end; acceptance only while it is waited for."""
    latest = {clock.kind: clock for clock in sorted(incident.clocks.all(), key=lambda clock: clock.ordinal)}
    hidden = {ClockKind.ACCEPTANCE} if getattr(latest.get(ClockKind.ACCEPTANCE), "stopped_at", None) else set()
    return [face_of(latest[kind], now) for kind in ClockKind.values if kind in latest and kind not in hidden]


def next_face(clocks: Iterable[Clock], now: datetime) -> Face | None:
    """The running clock that is due first; a paused one only where nothing runs."""
    running = [clock for clock in clocks if clock.stopped_at is None]
    soonest = min(running, key=lambda clock: (clock.due_at is None, clock.due_at or now), default=None)
    return _chip_of(soonest, now) if soonest else None


def _chip_of(clock: Clock, now: datetime) -> Face:
    """A running clock read from its deadline alone, since a list does not load pauses."""
    left = clock.due_at - now if clock.due_at else clock.target
    if clock.due_at is None:
        state, text = "paused", _("Paused")
    elif left < timedelta(0):
        state, text = "bad", _("over by %(time)s") % {"time": in_words(left)}
    else:
        state = "warn" if left <= clock.target * (1 - AT_RISK) else "running"
        text = _("%(time)s left") % {"time": in_words(left)}
    return Face(
        kind=clock.kind,
        label=clock.get_kind_display(),
        target_text=round_words(clock.target),
        state=state,
        text=text,
        fraction=min(max(1 - left / clock.target, 0.0), 1.0) if clock.target else 1.0,
        detail="",
        due_at=clock.due_at,
    )


def face_of(clock: Clock, now: datetime) -> Face:
    reading = clock.read(now)
    state = _state(clock, reading)
    counts = clock.stopped_at is None and state != "paused"
    return Face(
        kind=clock.kind,
        label=clock.get_kind_display(),
        target_text=round_words(clock.target),
        state=state,
        text=_text(clock, reading, state),
        fraction=0.0 if state == "stopped" else min(max(reading.fraction, 0.0), 1.0),
        detail=_detail(clock, reading),
        due_at=reading.due_at if counts else None,
    )


def accounts_of(incident: Incident, now: datetime) -> list[Account]:
    return [_account(clock, now) for clock in incident.clocks.all()]


def _account(clock: Clock, now: datetime) -> Account:
    reading, spans = clock.read(now), clock.account(now)
    reasons = [(pause.started_at, pause.reason) for pause in clock.pauses.all()]
    stretches = [
        Stretch(
            kind=span.kind,
            start=span.start,
            end=span.end,
            duration_text=exact_words(span.duration),
            reason=next((why for start, why in reversed(reasons) if span.kind == "paused" and start <= span.start), ""),
        )
        for span in spans
    ]
    return Account(
        label=clock.get_kind_display() if clock.ordinal == 1 else f"{clock.get_kind_display()} {clock.ordinal}",
        origin_text=_origin_words(clock),
        origin_at=clock.origin_at,
        target_text=round_words(clock.target),
        due_at=reading.due_at,
        elapsed_text=exact_words(reading.elapsed),
        sum_text=_sum_words(spans),
        zone=clock.calendar["time_zone"] if clock.calendar else "",
        stretches=stretches,
    )


def _sum_words(spans: list[sla.Span]) -> str:
    totals = sla.totals(spans)
    words = {kind: exact_words(length) for kind, length in totals.items()}
    words["whole"] = exact_words(sum(totals.values(), timedelta(0)))
    return _("ran %(running)s + paused %(paused)s + closed hours %(closed)s = %(whole)s in all") % words


def _state(clock: Clock, reading: sla.Reading) -> str:
    """running, warn (80 % used), bad (overdue), met, paused or stopped (no verdict)."""
    if clock.is_void:
        return "stopped"
    if reading.state == sla.State.BREACHED:
        return "bad"
    if reading.state == sla.State.RUNNING:
        return "warn" if reading.fraction >= AT_RISK else "running"
    return str(reading.state)


def _text(clock: Clock, reading: sla.Reading, state: str) -> str:
    if state == "stopped":
        return _("No verdict")
    if state == "met":
        return _("Met in %(time)s") % {"time": in_words(reading.elapsed)}
    if state == "paused":
        return _("Paused, %(time)s left") % {"time": in_words(reading.remaining)}
    if state == "bad":
        late = _late_by(clock, reading)
        pattern = _("Met %(time)s late") if clock.stopped_at else _("over by %(time)s")
        return pattern % {"time": in_words(late)}
    return _("%(time)s left") % {"time": in_words(reading.remaining)}


def _late_by(clock: Clock, reading: sla.Reading) -> timedelta:
    """Wall-clock lateness, which is what the countdown shows once the deadline has passed."""
    if clock.stopped_at is not None and reading.due_at is not None:
        return clock.stopped_at - reading.due_at
    return -reading.remaining


def _detail(clock: Clock, reading: sla.Reading) -> str:
    if clock.is_void:
        return _("ended without a verdict")
    pauses = list(clock.pauses.all())
    if reading.state == sla.State.PAUSED and pauses:
        return pauses[-1].reason
    if clock.breached_at and reading.state != sla.State.BREACHED:
        return _("a breach was recorded before")
    return _origin_words(clock)


def _origin_words(clock: Clock) -> str:
    return {
        ClockKind.RESPONSE: _("from the report"),
        ClockKind.RECOVERY: _("from the occurrence"),
        ClockKind.RESOLUTION: _("from the report"),
        ClockKind.DEVELOPMENT: _("from the transfer"),
        ClockKind.ACCEPTANCE: _("from the transfer"),
        ClockKind.UPDATE: _("from the report") if clock.ordinal == 1 else _("from the last update"),
    }[ClockKind(clock.kind)]
