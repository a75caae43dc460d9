"""kill -9 in the middle of an escalation: the page still comes, once, within 35 seconds. On a whole running product."""

import json
import os
import signal
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from deploy.stack import Stack
from tests.deploy.processes import wait_until
from tests.scenarios import within

PROMISE = 35.0  # seconds between the moment a page is due and its arrival, through any kill -9
IN_TIME = 10.0  # the same where nothing that paging needs was killed
STEP = 4.0  # seconds from the first step of the quick policy to the second (tests/scenarios/within.py)
ALL_BUT_THE_CYCLE = ("worker", "beat", "web", "redis")
EVERYTHING = (*ALL_BUT_THE_CYCLE, "cycle")


class Town:
    """A running stack, its phones and its database, seen from outside."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.programs = set(stack.pids)

    def kill(self, *names: str) -> None:
        """kill -9 of the programs with all their children, in one moment."""
        for pid in [self.stack.pids[name] for name in names]:
            os.killpg(pid, signal.SIGKILL)

    def report(self, service: int, *, level: int, title: str) -> dict[str, Any]:
        answer: dict[str, Any] = within.run(self.stack, "report", service, level, title)
        return answer

    def ask_carrier(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 (an address of ours)
            f"{self.stack.carrier_url}/control/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-Control-Token": self.stack.env["TWILIO_AUTH_TOKEN"]},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            content: dict[str, Any] = json.load(answer)
        return content

    def misbehave(self, refusal: str) -> None:
        """No status callback comes either, so that nothing but our own question to the carrier can help."""
        self.ask_carrier("modes", {"refusal": refusal, "lose_callbacks": True})

    def arrived(self, number: str) -> tuple[int, int]:
        """(calls, texts) that the carrier accepted for a phone."""
        state = self.ask_carrier("state")
        calls = [call for call in state["calls"] if call["to"] == number]
        texts = [text for text in state["messages"] if text["to"] == number]
        return len(calls), len(texts)

    def query(self, sql: str, *values: object) -> list[Any]:
        """The first column of the answer."""
        line = psycopg2.connect(self.stack.postgres.url)
        try:
            with line, line.cursor() as cursor:
                cursor.execute(sql, values)
                return [row[0] for row in cursor.fetchall()]
        finally:
            line.close()

    def statuses(self, incident: int, *channels: str) -> list[str]:
        sql = "SELECT status FROM notifications_delivery WHERE incident_id = %s AND channel = ANY(%s)"
        return self.query(sql, incident, list(channels))

    def is_well(self, *, since: float = 0) -> bool:
        """Every program runs, the web says that paging is alive, and beat, broker and worker together ran a cycle."""
        if set(self.stack.pids) != self.programs:
            return False
        sql = "SELECT 1 FROM notifications_heartbeat WHERE ticker = 'worker' AND beat_at > to_timestamp(%s)"
        try:
            with urllib.request.urlopen(f"{self.stack.url}/healthz/pager", timeout=2) as answer:  # noqa: S310
                return answer.status == 200 and bool(self.query(sql, since))
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def recover(self) -> None:
        """Wait until all runs as before; a beat within two seconds of now may be one from before the fault."""
        soon = time.time() + 2
        wait_until(lambda: self.is_well(since=soon), seconds=30, what="recovery")


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with tempfile.TemporaryDirectory(prefix="mainstay-faults-") as name:
        Path(name).chmod(0o711)  # root's PostgreSQL runs as another user and must get through
        stack = Stack(Path(name) / "var")
        try:
            stack.start()
            yield Town(stack)
        finally:
            stack.stop()


@pytest.fixture(scope="module")
def duties(town: Town) -> list[dict[str, Any]]:
    """Four services; whoever is called answers and presses nothing."""
    duties: list[dict[str, Any]] = within.run(town.stack, "lay_out", 4)
    for number in (duty[role] for duty in duties for role in ("primary", "secondary")):
        town.ask_carrier("phones", {"number": number, "behaviour": {"kind": "answers"}})
    return duties


def arrival_of(question: Callable[[], object], *, what: str) -> float:
    """Unix time at which the answer becomes true."""
    wait_until(question, seconds=PROMISE + 15, what=what)
    return time.time()


def test_paging_goes_on_while_worker_beat_web_and_redis_lie_dead(town: Town, duties: list[dict[str, Any]]) -> None:
    duty = duties[0]
    wait_until(town.is_well, what="a healthy start")
    report = town.report(duty["service"], level=2, title="Card success falls")
    wait_until(lambda: town.arrived(duty["primary"]) == (1, 1), what="the first page")
    town.kill(*ALL_BUT_THE_CYCLE)
    assert town.arrived(duty["secondary"]) == (0, 0), "the kill came too late to prove anything"
    at = arrival_of(lambda: town.arrived(duty["secondary"]) == (1, 1), what="the second page")
    assert at - (report["at"] + STEP) < PROMISE
    town.recover()
    assert town.arrived(duty["primary"]) == town.arrived(duty["secondary"]) == (1, 1)


def test_a_broker_that_hangs_and_then_dies_delays_no_page(town: Town, duties: list[dict[str, Any]]) -> None:
    """A stopped Redis is worse than a dead one: it accepts connections and never answers."""
    duty = duties[3]
    wait_until(town.is_well, what="a healthy start")
    os.kill(town.stack.pids["redis"], signal.SIGSTOP)
    report = town.report(duty["service"], level=2, title="Wallet top-ups fail")
    first = arrival_of(lambda: town.arrived(duty["primary"]) == (1, 1), what="the first page")
    second = arrival_of(lambda: town.arrived(duty["secondary"]) == (1, 1), what="the second page")
    assert first - report["at"] < IN_TIME
    assert second - (report["at"] + STEP) < IN_TIME
    town.kill("redis")
    town.recover()
    assert town.arrived(duty["primary"]) == town.arrived(duty["secondary"]) == (1, 1)


def test_a_page_in_flight_is_neither_lost_nor_repeated_by_kill_9(town: Town, duties: list[dict[str, Any]]) -> None:
    """Once between the carrier's yes and our commit, once between our claim and the carrier's yes."""
    taken, untaken = duties[1], duties[2]
    town.misbehave("accept-then-hang")
    first = town.report(taken["service"], level=1, title="Refunds stand still")
    wait_until(lambda: town.arrived(taken["primary"]) == (1, 1), what="the carrier's yes")
    wait_until(lambda: town.statuses(first["incident"], "email") == ["sent"], what="the mail")
    assert town.statuses(first["incident"], "voice", "sms") == ["sending", "sending"]
    town.kill(*EVERYTHING)

    town.misbehave("hang")
    second = town.report(untaken["service"], level=1, title="Login fails")
    claimed = ["sending", "sending"]
    wait_until(lambda: town.statuses(second["incident"], "voice", "sms") == claimed, what="the claim")
    assert town.arrived(untaken["primary"]) == (0, 0)
    town.kill(*EVERYTHING)

    town.misbehave("")
    at = arrival_of(lambda: town.arrived(untaken["primary"]) == (1, 1), what="the page nobody had taken")
    assert at - second["at"] < PROMISE
    town.recover()
    assert set(town.statuses(first["incident"], "voice", "sms")) <= {"sent", "delivered"}
    assert town.arrived(taken["primary"]) == town.arrived(untaken["primary"]) == (1, 1)
    adopted = town.query("SELECT count(*) FROM lifecycle_event WHERE data->>'was_adopted' = 'true'")
    assert adopted == [2], "both messages of the first incident were found at the carrier"
