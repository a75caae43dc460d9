"""Clocks worked out anew from an event log: stories of incidents, and what holds for every story."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import sla
from incidents.sla_history import ClockHistory, Target, recompute

T0 = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)  # a Friday
MINUTE, ZERO = timedelta(minutes=1), timedelta(0)
OFFICE = sla.Calendar.of(time_zone="UTC", hours={day: [("08:00", "18:00")] for day in sla.WEEKDAYS[:5]})


def at(minutes: float) -> datetime:
    return T0 + minutes * MINUTE


def policy(**targets: Target) -> dict[str, Any]:
    return {"targets": {kind: target.as_json() for kind, target in targets.items()}}


URGENT = policy(
    response=Target(10 * MINUTE),
    recovery=Target(120 * MINUTE),
    resolution=Target(600 * MINUTE, is_pausable=True),
    development=Target(600 * MINUTE, is_pausable=True),
    acceptance=Target(30 * MINUTE),
    update=Target(60 * MINUTE),
)
CALM = policy(
    response=Target(60 * MINUTE),
    recovery=Target(1440 * MINUTE, is_pausable=True),
    resolution=Target(1200 * MINUTE, is_pausable=False),
    development=Target(1200 * MINUTE, is_pausable=True),
)


@dataclass(frozen=True)
class Entry:
    verb: str
    to_status: str
    occurred_at: datetime
    recorded_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


def entry(minute: float, verb: str, to_status: str = "", *, happened: float | None = None, **data: Any) -> Entry:
    return Entry(verb, to_status, at(minute if happened is None else happened), at(minute), data)


def report(data: Mapping[str, Any] = URGENT, *, occurred: float = 0) -> Entry:
    moments = {"reported_at": at(0).isoformat(), "occurred_at": at(occurred).isoformat()}
    return Entry("report", "reported", at(0), at(0), {**data, **moments})


def told(*events: Entry) -> dict[str, ClockHistory]:
    """The latest clock of each kind."""
    return {clock.kind: clock for clock in recompute(events)}


def pauses(clock: ClockHistory) -> list[tuple[float, float | None]]:
    return [((start - T0) / MINUTE, None if end is None else (end - T0) / MINUTE) for start, end in clock.pauses]


def test_a_report_starts_each_clock_from_its_own_origin() -> None:
    clocks = told(report(occurred=-45))
    assert {kind: clock.due_at for kind, clock in clocks.items()} == {
        "response": at(10),
        "recovery": at(75),
        "resolution": at(600),
        "update": at(60),
    }
    assert all(clock.ordinal == 1 and clock.stopped_at is None for clock in clocks.values())


def test_a_report_without_moments_of_its_own_happened_when_it_was_recorded() -> None:
    assert told(entry(5, "report", "reported", **URGENT))["recovery"].origin_at == at(5)


def test_acknowledging_meets_the_response_and_a_lapse_does_not_take_it_back() -> None:
    story = [report(), entry(4, "acknowledge", "acknowledged"), entry(40, "lapse", "reported")]
    assert told(*story)["response"].stopped_at == at(4)
    assert told(*story, entry(50, "acknowledge", "acknowledged"))["response"].stopped_at == at(4)


def test_a_back_dated_recovery_stops_its_clocks_when_it_happened() -> None:
    clocks = told(report(), entry(30, "recover", "recovered", happened=20))
    assert {kind: clock.stopped_at for kind, clock in clocks.items()} == {
        "response": at(20),
        "recovery": at(20),
        "update": at(20),
        "resolution": None,
    }


def test_a_recovery_before_the_report_stops_no_clock_before_it_began() -> None:
    clocks = told(report(occurred=-60), entry(1, "recover", "recovered", happened=-30))
    assert clocks["recovery"].stopped_at == at(-30)
    assert clocks["response"].stopped_at == at(0)


def test_a_pause_moves_only_what_may_pause_and_is_not_overdue() -> None:
    story = [report(), entry(5, "acknowledge", "acknowledged"), entry(20, "hold", "pending")]
    waiting = told(*story)
    assert (waiting["resolution"].due_at, waiting["recovery"].due_at) == (None, at(120))
    clocks = told(*story, entry(50, "resume", "acknowledged"))
    assert pauses(clocks["resolution"]) == [(20, 50)]
    assert clocks["resolution"].due_at == at(630)
    late = told(report(), entry(700, "hold", "pending"), entry(800, "resume", "acknowledged"))
    assert pauses(late["resolution"]) == []


def test_a_transfer_ends_the_clock_of_operations_and_starts_those_of_the_developers() -> None:
    story = [report(), entry(5, "acknowledge", "acknowledged"), entry(20, "transfer", "transferred")]
    clocks = told(*story, entry(25, "accept", "transferred"))
    assert clocks["resolution"].stopped_at == at(20)
    assert clocks["acceptance"].stopped_at == at(25)
    assert (clocks["development"].origin_at, clocks["development"].stopped_at) == (at(20), None)


def test_a_refusal_gives_operations_their_clock_back_and_the_next_transfer_begins_anew() -> None:
    story = [
        report(),
        entry(5, "acknowledge", "acknowledged"),
        entry(20, "transfer", "transferred"),
        entry(30, "refuse", "acknowledged"),
    ]
    clocks = told(*story)
    assert (clocks["resolution"].stopped_at, clocks["resolution"].due_at) == (None, at(600))
    assert (clocks["development"].stopped_at, clocks["development"].is_void) == (at(30), True)
    again = recompute([*story, entry(50, "transfer", "transferred")])
    numbers = [(clock.kind, clock.ordinal) for clock in again]
    assert numbers[-3:] == [("acceptance", 1), ("development", 1), ("acceptance", 2)]
    development = next(clock for clock in again if clock.kind == "development")
    assert (development.origin_at, development.due_at, development.is_void) == (at(50), at(650), False)


def test_a_reopening_counts_the_time_between_as_a_pause() -> None:
    story = [
        report(),
        entry(5, "acknowledge", "acknowledged"),
        entry(60, "recover", "recovered"),
        entry(100, "resolve", "resolved"),
    ]
    well = told(*story, entry(300, "reopen", "recovered"))
    assert (pauses(well["resolution"]), well["resolution"].due_at) == ([(100, 300)], at(800))
    assert (well["recovery"].stopped_at, well["update"].ordinal) == (at(60), 1)
    down = told(*story, entry(300, "reopen", "reported"))
    assert (pauses(down["recovery"]), down["recovery"].due_at) == ([(60, 300)], at(360))
    assert (down["update"].ordinal, down["update"].due_at) == (2, at(360))


def test_a_cancelled_incident_has_no_verdicts() -> None:
    clocks = told(report(), entry(5, "cancel", "cancelled"))
    assert all(clock.is_void and clock.stopped_at == at(5) for clock in clocks.values())


def test_undoing_a_merge_leaves_no_trace_in_the_clocks() -> None:
    story = [report(), entry(5, "acknowledge", "acknowledged"), entry(20, "hold", "pending")]
    merged = [*story, entry(30, "merge", "cancelled"), entry(35, "unmerge", "pending")]
    assert recompute(merged) == recompute(story)
    assert told(*merged, entry(40, "resume", "acknowledged"))["resolution"].due_at == at(620)


def test_a_change_of_level_aims_anew_from_the_origin_with_the_pauses_kept() -> None:
    story = [
        report(),
        entry(5, "acknowledge", "acknowledged"),
        entry(20, "hold", "pending"),
        entry(50, "resume", "acknowledged"),
        entry(70, "change_level", "acknowledged", **CALM),
    ]
    clocks = told(*story)
    assert clocks["resolution"].due_at == at(1230)
    assert clocks["recovery"].due_at == at(1440)
    assert (clocks["response"].target, clocks["response"].stopped_at) == (10 * MINUTE, at(5))
    assert (clocks["update"].stopped_at, clocks["update"].is_void) == (at(70), True)
    back = told(*story, entry(80, "change_level", "acknowledged", **URGENT))
    assert (back["update"].ordinal, back["update"].origin_at) == (2, at(80))


def test_a_change_of_level_while_pending_ends_and_begins_pauses() -> None:
    clocks = told(report(), entry(20, "hold", "pending"), entry(70, "change_level", "pending", **CALM))
    assert pauses(clocks["resolution"]) == [(20, 70)]
    assert pauses(clocks["recovery"]) == [(70, None)]


def test_each_update_ends_a_period_and_begins_the_next_until_recovery() -> None:
    news = [entry(minute, "update", "acknowledged") for minute in (50, 130)]
    clocks = recompute([report(), *news, entry(140, "recover", "recovered"), entry(150, "update", "recovered")])
    periods = [(clock.ordinal, clock.origin_at, clock.stopped_at) for clock in clocks if clock.kind == "update"]
    assert periods == [(1, at(0), at(50)), (2, at(50), at(130)), (3, at(130), at(140))]


def test_a_policy_carries_its_calendar() -> None:
    data = policy(resolution=Target(16 * 60 * MINUTE, is_pausable=True, calendar=OFFICE))
    story = [report(data), entry(60, "hold", "pending"), entry(12 * 60, "resume", "acknowledged")]
    # 1 h before the pause, which earns the 9 h until the office closes; Saturday and Sunday; then 15 h.
    assert told(*story)["resolution"].due_at == datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


def test_a_target_goes_through_json_and_back() -> None:
    for target in (Target(90 * MINUTE), Target(timedelta(seconds=1.5), True, OFFICE)):
        assert Target.from_json(target.as_json()) == target


@pytest.mark.parametrize("data", [{}, {"targets": None}, {"targets": {"response": {}}}])
def test_a_log_that_does_not_say_the_policy_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="which targets were in force"):
        recompute([entry(0, "report", "reported", **data)])


def test_verbs_that_touch_no_clock_touch_none() -> None:
    story = [report(), entry(5, "acknowledge", "acknowledged")]
    beside = [entry(6, verb, "acknowledged") for verb in ("note", "assign", "breach", "declare_major", "lapse")]
    assert recompute(story + beside) == recompute(story)


# --- Laws -------------------------------------------------------------------------------------------------------

NEXT = {
    "reported": ["acknowledge", "recover", "change_level", "update", "merge", "cancel"],
    "acknowledged": ["recover", "transfer", "hold", "change_level", "update", "merge", "lapse"],
    "pending": ["resume", "change_level", "update", "recover", "merge", "cancel"],
    "transferred": ["accept", "refuse", "hold", "change_level", "resolve"],
    "recovered": ["transfer", "hold", "resolve", "reopen", "change_level"],
    "resolved": ["reopen"],
    "cancelled": ["unmerge"],
}
LEADS_TO = {
    "acknowledge": "acknowledged",
    "recover": "recovered",
    "transfer": "transferred",
    "refuse": "acknowledged",
    "hold": "pending",
    "resume": "acknowledged",
    "resolve": "resolved",
    "reopen": "reported",
    "cancel": "cancelled",
    "merge": "cancelled",
    "lapse": "reported",
    "unmerge": "reported",
}


@st.composite
def stories(draw: st.DrawFn) -> list[Entry]:
    events, status, minute = [report(draw(st.sampled_from([URGENT, CALM])), occurred=-5)], "reported", 0
    for _ in range(draw(st.integers(min_value=0, max_value=12))):
        minute += draw(st.integers(min_value=0, max_value=500))
        verb = draw(st.sampled_from(NEXT[status]))
        status = LEADS_TO.get(verb, status)
        data = draw(st.sampled_from([URGENT, CALM])) if verb == "change_level" else {}
        events.append(entry(minute, verb, status, **data))
    return events


@settings(deadline=None)
@given(stories(), st.integers(min_value=0, max_value=500))
def test_of_every_clock_every_second_is_accounted_for(story: list[Entry], later: int) -> None:
    now = story[-1].recorded_at + later * MINUTE
    clocks = recompute(story)
    for clock in clocks:
        until = min(clock.stopped_at or now, now)
        spans = sla.account(origin=clock.origin_at, pauses=clock.pauses, until=until, calendar=clock.calendar)
        assert sum(sla.totals(spans).values(), ZERO) == max(until - clock.origin_at, ZERO)
    numbers = [(clock.kind, clock.ordinal) for clock in clocks]
    assert len(set(numbers)) == len(numbers)


@settings(deadline=None)
@given(stories())
def test_only_running_clocks_have_an_open_pause_and_at_most_one(story: list[Entry]) -> None:
    for clock in recompute(story):
        still_open = [pause for pause in clock.pauses if pause.end is None]
        assert len(still_open) <= (1 if clock.stopped_at is None else 0)
        assert all(end is None or end >= start for start, end in clock.pauses)


@settings(deadline=None)
@given(stories())
def test_the_log_up_to_any_event_says_what_was_known_then(story: list[Entry]) -> None:
    """What has stopped with a verdict stays so, unless the incident goes on."""
    before, after = told(*story[:-1]) if len(story) > 1 else {}, told(*story)
    if story[-1].verb in ("reopen", "refuse", "unmerge", "transfer"):
        return
    for kind, clock in before.items():
        if clock.stopped_at is not None and after[kind].ordinal == clock.ordinal:
            assert after[kind] == clock
