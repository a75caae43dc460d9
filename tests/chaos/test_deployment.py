"""F5 and F6: programs are replaced while they page; the clock of one of them is wrong."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from deploy.process import spawn, stop
from tests.chaos.town import Duty, Town
from tests.deploy.processes import wait_until
from tests.servers import PROJECT

pytestmark = pytest.mark.chaos
STEP = 4.0
DELAY = 5.0  # seconds that a deployment may cost
ONCE = (1, 1)
# A ticker whose machine's clock is wrong: Python's clocks are moved before anything else is imported.
SKEWED = """
import datetime, sys, time_machine
error = datetime.timedelta(seconds=float(sys.argv.pop(1)))
time_machine.travel(datetime.datetime.now(datetime.timezone.utc) + error).start()
sys.argv[0] = "manage.py"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""


@pytest.fixture
def duty(town: Town) -> Duty:
    (duty,) = town.take_duties(1)
    for number in (duty.primary, duty.secondary):
        town.teach(number, "answers")
    wait_until(town.is_well, seconds=60, what="a healthy start")
    return duty


def test_f5_a_rolling_deployment_delays_no_page(town: Town, duty: Duty) -> None:
    """Each program is asked to end and comes back before the next one's turn, as a deployment does it."""
    report = town.report(duty, "Settlement is late")
    for name in ("cycle", "worker", "beat", "web", "cycle2"):
        before = town.stack.pids[name]
        town.ask_to_end(name)
        wait_until(partial(is_replaced, town, name, before), what=f"a new {name}")
    wait_until(lambda: town.arrived(duty.secondary) == ONCE, seconds=40, what="the second page")
    (first, second) = lags_of(town, report["incident"])
    assert first < DELAY
    assert second < DELAY
    town.recover(seconds=60)
    assert town.arrived(duty.primary) == town.arrived(duty.secondary) == ONCE


def is_replaced(town: Town, name: str, before: int) -> bool:
    return town.stack.pids.get(name, before) != before


@pytest.mark.parametrize("seconds", [300, -300, -3600])
def test_f6_a_ticker_with_a_wrong_clock_pages_on_time(seconds: int, town: Town, duty: Duty) -> None:
    """Five minutes fast, five minutes slow, and put back by an hour; it is the only one that pages meanwhile."""
    with only_skewed(town, seconds):
        report = town.report(duty, "Settlement is late")
        wait_until(lambda: town.arrived(duty.secondary) == ONCE, seconds=40, what="the second page")
        early = town.query(
            "SELECT count(*) FROM notifications_escalation WHERE incident_id = %s AND next_step > 1 "
            "AND statement_timestamp() < started_at + interval '4 seconds'",
            report["incident"],
        )
        assert early == [0]
        first, second = lags_of(town, report["incident"])
        assert 0 <= first < 10
        assert 0 <= second < 10
    assert town.arrived(duty.primary) == town.arrived(duty.secondary) == ONCE


@contextmanager
def only_skewed(town: Town, seconds: int) -> Iterator[None]:
    """Stop everybody else who pages; run a ticker with that error in its clock."""
    others = ("worker", "cycle", "cycle2")
    argv = [sys.executable, "-c", SKEWED, str(seconds), "cycle", "--name", "skewed"]
    skewed = spawn(argv, env=town.stack.env, output=subprocess.DEVNULL, cwd=PROJECT)
    town.kill(*others, with_signal=signal.SIGSTOP)
    try:
        sql = "SELECT 1 FROM notifications_heartbeat WHERE ticker LIKE 'skewed@%%' AND beat_at > to_timestamp(%s)"
        soon = time.time()
        wait_until(lambda: town.query(sql, soon), seconds=60, what="the first beat of the skewed ticker")
        yield
    finally:
        stop(skewed)
        town.kill(*others, with_signal=signal.SIGCONT)


def lags_of(town: Town, incident: int) -> list[float]:
    """Of each step of the quick policy: seconds between its moment and the promise, by the database's clock."""
    sql = """
        SELECT extract(epoch FROM e.recorded_at - s.started_at)::float - (e.data->>'step')::int * %s
        FROM lifecycle_event e JOIN notifications_escalation s ON s.incident_id = e.subject_id
        WHERE e.verb = 'page' AND e.subject_id = %s ORDER BY e.id
    """
    return town.query(sql, STEP, incident)
