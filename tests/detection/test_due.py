"""Which intervals are read when: arithmetic only."""

from datetime import UTC, datetime, timedelta

from detection.due import MOST_FRESH, Pace, due_at, plan

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_an_interval_is_read_once_it_is_over() -> None:
    pace = Pace(MINUTE)
    assert plan(NOON + timedelta(seconds=59), NOON, pace).fresh == []
    assert plan(NOON + MINUTE, NOON, pace).fresh == [NOON]
    assert due_at(NOON, pace) == NOON + MINUTE


def test_the_delay_is_waited_for() -> None:
    pace = Pace(MINUTE, delay=3 * MINUTE)
    assert plan(NOON + 3 * MINUTE, NOON, pace).fresh == []
    assert plan(NOON + 4 * MINUTE, NOON, pace).fresh == [NOON]


def test_late_rows_are_looked_for_until_the_frame_is_judged() -> None:
    read = plan(NOON + MINUTE, NOON, Pace(MINUTE, lateness=10 * MINUTE))
    ages = [(NOON - at) // MINUTE for at in read.again]
    assert ages == [10, 9, 8, 4, 2, 1]
    assert plan(NOON + MINUTE, NOON, Pace(MINUTE)).again == []
    assert [(NOON - at) // MINUTE for at in plan(NOON + MINUTE, NOON, Pace(MINUTE, lateness=MINUTE)).again] == [1]


def test_every_interval_is_read_again_shortly_before_it_is_judged() -> None:
    pace = Pace(MINUTE, lateness=7 * MINUTE)
    collected, again = NOON, set()
    for minute in range(30):
        read = plan(NOON + (minute + 1) * MINUTE, collected, pace)
        again |= {(at, minute) for at in read.again}
        collected += MINUTE
    assert all((NOON + place * MINUTE, place + 6) in again for place in range(20))


def test_an_outage_is_caught_up_with_in_steps_without_what_is_too_old() -> None:
    pace = Pace(MINUTE, retention=timedelta(hours=2))
    step = plan(NOON + timedelta(hours=5), NOON, pace)
    assert step.skipped == 180
    assert len(step.fresh) == MOST_FRESH
    assert step.fresh[0] == NOON + timedelta(hours=3)
    assert step.again == []
