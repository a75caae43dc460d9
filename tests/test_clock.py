"""The movable clock moves everything that tells time, for every connection."""

import contextlib
import datetime as dt
import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction

from tests.clock import Clock

DAY = dt.timedelta(days=1)
NEAR = dt.timedelta(seconds=20)
EVERY_CLOCK = "SELECT now(), transaction_timestamp(), statement_timestamp(), clock_timestamp()"


def read_database_clocks() -> list[dt.datetime]:
    with connection.cursor() as cursor:
        cursor.execute(EVERY_CLOCK)
        return list(cursor.fetchone())


def test_advancing_moves_python_and_every_clock_of_the_database(clock: Clock) -> None:
    before = clock.now()
    clock.advance(days=1)
    for moment in [dt.datetime.now(dt.UTC), dt.datetime.fromtimestamp(time.time(), dt.UTC), *read_database_clocks()]:
        assert DAY - NEAR < moment - before < DAY + NEAR


def test_setting_puts_both_clocks_on_the_moment(clock: Clock) -> None:
    moment = dt.datetime(2026, 3, 8, 9, 30, tzinfo=dt.UTC)
    clock.set(moment)
    assert abs(dt.datetime.now(dt.UTC) - moment) < NEAR
    assert abs(read_database_clocks()[2] - moment) < NEAR


def test_a_roll_back_does_not_take_the_time_back(clock: Clock) -> None:
    before = clock.now()
    with contextlib.suppress(IntegrityError), transaction.atomic():
        clock.advance(hours=2)
        raise IntegrityError
    assert clock.now() - before >= dt.timedelta(hours=2)


@pytest.mark.django_db(transaction=True)
def test_other_connections_of_other_threads_see_the_moved_clock(clock: Clock) -> None:
    before = clock.now()
    clock.advance(minutes=15)
    seen: list[dt.datetime] = []

    def look() -> None:
        seen.extend(read_database_clocks())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert len(seen) == 4
    assert all(moment - before >= dt.timedelta(minutes=15) for moment in seen)


def test_the_next_test_starts_at_the_real_time_again(db: None) -> None:
    for moment in read_database_clocks():
        assert abs(moment - dt.datetime.now(dt.UTC)) < NEAR
