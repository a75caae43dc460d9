"""F1 to F3: kill -9 in the middle of an escalation. The page still comes, once, within 35 seconds. Real leases."""

import os
import signal
import time
import urllib.request
from collections.abc import Callable

import pytest
from redis import Redis

from tests.chaos.town import Duty, Town
from tests.deploy.processes import wait_until

pytestmark = pytest.mark.chaos
PROMISE = 35.0  # seconds between the moment a page is due and its arrival, through any kill -9
IN_TIME = 10.0  # the same where nothing that paging needs was killed
STEP = 4.0  # seconds from the first step of the quick policy to the second (tests/scenarios/within.py)
ALL_BUT_THE_CYCLES = ("worker", "beat", "web", "redis")
EVERYTHING = (*ALL_BUT_THE_CYCLES, "cycle", "cycle2")
ONCE = (1, 1)


@pytest.fixture
def duty(town: Town) -> Duty:
    """People whom nobody has paged yet; whoever is called answers and presses nothing. All is well."""
    (duty,) = town.take_duties(1)
    for number in (duty.primary, duty.secondary):
        town.teach(number, "answers")
    wait_until(town.is_well, seconds=60, what="a healthy start")
    return duty


def arrival_of(question: Callable[[], object], *, what: str) -> float:
    """Unix time at which the answer becomes true."""
    wait_until(question, seconds=PROMISE + 15, what=what)
    return time.time()


def test_f1_a_page_in_flight_is_neither_lost_nor_repeated_by_kill_9(town: Town, duty: Duty) -> None:
    """Once between the carrier's yes and our commit, once between our claim and the carrier's yes."""
    (other,) = town.take_duties(1)
    town.misbehave(refusal="accept-then-hang", lose_callbacks=True)
    first = town.report(duty, "Refunds stand still", level=1)
    wait_until(lambda: town.arrived(duty.primary) == ONCE, what="the carrier's yes")
    wait_until(lambda: town.statuses(first["incident"], "email") == ["sent"], what="the mail")
    assert town.statuses(first["incident"], "voice", "sms") == ["sending", "sending"]
    town.kill(*EVERYTHING)

    town.misbehave(refusal="hang", lose_callbacks=True)
    second = town.report(other, "Login fails", level=1)
    claimed = ["sending", "sending"]
    wait_until(lambda: town.statuses(second["incident"], "voice", "sms") == claimed, what="the claim")
    assert town.arrived(other.primary) == (0, 0)
    town.kill(*EVERYTHING)

    town.behave()
    at = arrival_of(lambda: town.arrived(other.primary) == ONCE, what="the page nobody had taken")
    assert at - second["at"] < PROMISE
    town.recover()
    wait_until(lambda: not open_deliveries(town, first["incident"]), seconds=PROMISE, what="the end of the doubt")
    assert set(town.statuses(first["incident"], "voice", "sms")) <= {"sent", "delivered"}
    assert town.arrived(duty.primary) == town.arrived(other.primary) == ONCE
    adopted = town.query(
        "SELECT count(*) FROM lifecycle_event WHERE data->>'was_adopted' = 'true' AND subject_id = %s",
        first["incident"],
    )
    assert adopted[0] in (1, 2), "found at the carrier, but for the one whose callback may have been faster"


def open_deliveries(town: Town, incident: int) -> list[int]:
    sql = "SELECT id FROM notifications_delivery WHERE incident_id = %s AND status IN ('queued', 'sending')"
    return town.query(sql, incident)


def test_f2_a_worker_killed_while_it_sends_loses_nothing_and_the_cycles_go_on(town: Town, duty: Duty) -> None:
    town.kill("cycle", "cycle2", with_signal=signal.SIGSTOP)  # so that it is the worker who sends
    town.misbehave(refusal="hang")
    report = town.report(duty, "Card success falls")
    claimed = ["sending", "sending"]
    wait_until(lambda: town.statuses(report["incident"], "voice", "sms") == claimed, what="the worker's claim")
    town.kill("worker", "beat")
    town.behave()
    town.kill("cycle", "cycle2", with_signal=signal.SIGCONT)
    first = arrival_of(lambda: town.arrived(duty.primary) == ONCE, what="the first page")
    assert first - report["at"] < PROMISE
    town.recover()
    assert town.arrived(duty.primary) == ONCE


def test_f2_all_workers_down_delay_nothing(town: Town, duty: Duty) -> None:
    """Stopped instead of killed: the supervisor would start killed ones again."""
    town.kill("worker", with_signal=signal.SIGSTOP)
    try:
        report = town.report(duty, "Card success falls")
        first = arrival_of(lambda: town.arrived(duty.primary) == ONCE, what="the first page")
        second = arrival_of(lambda: town.arrived(duty.secondary) == ONCE, what="the second page")
    finally:
        town.kill("worker", with_signal=signal.SIGCONT)
    assert first - report["at"] < IN_TIME
    assert second - (report["at"] + STEP) < IN_TIME
    town.recover()
    assert town.arrived(duty.primary) == town.arrived(duty.secondary) == ONCE


def test_f2_paging_goes_on_while_worker_beat_web_and_redis_lie_dead(town: Town, duty: Duty) -> None:
    report = town.report(duty, "Card success falls")
    wait_until(lambda: town.arrived(duty.primary) == ONCE, what="the first page")
    town.kill(*ALL_BUT_THE_CYCLES)
    assert town.arrived(duty.secondary) == (0, 0), "the kill came too late to prove anything"
    at = arrival_of(lambda: town.arrived(duty.secondary) == ONCE, what="the second page")
    assert at - (report["at"] + STEP) < PROMISE
    town.recover()
    assert town.arrived(duty.primary) == town.arrived(duty.secondary) == ONCE


def test_f3_a_broker_that_hangs_and_then_dies_delays_no_page(town: Town, duty: Duty) -> None:
    """A stopped Redis is worse than a dead one: it accepts connections and never answers. People can sign in."""
    os.kill(town.stack.pids["redis"], signal.SIGSTOP)
    report = town.report(duty, "Wallet top-ups fail")
    first = arrival_of(lambda: town.arrived(duty.primary) == ONCE, what="the first page")
    second = arrival_of(lambda: town.arrived(duty.secondary) == ONCE, what="the second page")
    assert first - report["at"] < IN_TIME
    assert second - (report["at"] + STEP) < IN_TIME
    with urllib.request.urlopen(f"{town.stack.url}/login/", timeout=5) as page:  # noqa: S310
        assert page.status == 200
    town.kill("redis")
    town.recover()
    assert town.arrived(duty.primary) == town.arrived(duty.secondary) == ONCE


def test_f3_an_emptied_broker_loses_nothing(town: Town, duty: Duty) -> None:
    report = town.report(duty, "Wallet top-ups fail")
    broker = Redis.from_url(town.stack.redis.url, socket_timeout=5)
    end = time.monotonic() + STEP + 1
    while time.monotonic() < end:
        broker.flushall()
        time.sleep(0.1)
    broker.close()
    second = arrival_of(lambda: town.arrived(duty.secondary) == ONCE, what="the second page")
    assert second - (report["at"] + STEP) < IN_TIME
    town.recover()
    assert town.arrived(duty.primary) == town.arrived(duty.secondary) == ONCE
