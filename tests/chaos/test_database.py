"""F4: PostgreSQL dies, stays away, or has no connection to give. No 2xx without a row; paging resumes by itself."""

import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg2
import pytest

from tests.chaos.town import Duty, Town
from tests.deploy.processes import wait_until

pytestmark = pytest.mark.chaos
RESUMED = 35.0  # seconds after the database is back
ONCE = (1, 1)
OUTAGE = 12.0  # seconds; shortened from 60


@pytest.fixture
def duty(town: Town) -> Duty:
    (duty,) = town.take_duties(1)
    for number in (duty.primary, duty.secondary):
        town.teach(number, "answers")
    wait_until(town.is_well, seconds=60, what="a healthy start")
    return duty


class Reporter(threading.Thread):
    """Reports without pause until it is told to stop, and keeps what it was answered."""

    def __init__(self, town: Town, duty: Duty, name: str) -> None:
        super().__init__(daemon=True)
        self.town, self.duty, self.title = town, duty, name
        self.stopping = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.taken: list[int] = []

    def run(self) -> None:
        number = 0
        while not self.stopping.wait(0.05):
            number += 1
            body = {"title": f"{self.title} {number}", "service": self.duty.slug, "level": 3}
            status, answer = self.town.post("incidents/", body)
            self.statuses[status] += 1
            if status == 201:
                self.taken.append(answer["id"])

    def end(self) -> None:
        self.stopping.set()
        self.join(20)


def test_f4_kill_9_of_the_database_loses_nothing_that_was_answered_yes(town: Town, duty: Duty) -> None:
    reporter = Reporter(town, duty, "While the database dies")
    reporter.start()
    report = town.report(duty, "Ledger stands still")
    wait_until(lambda: len(reporter.taken) > 3, what="some reports")
    town.stack.kill("postgres", signal.SIGKILL)
    wait_until(lambda: town.statuses(report["incident"], "sms"), seconds=60, what="the database's return")
    back_at = time.time()
    wait_until(lambda: town.arrived(duty.secondary) == ONCE, seconds=RESUMED, what="the second page")
    wait_until(lambda: reporter.statuses[201] > 10 or reporter.statuses[503], seconds=60, what="reports afterwards")
    reporter.end()
    assert time.time() - back_at < RESUMED + 60
    assert set(reporter.statuses) <= {201, 503, 0}, reporter.statuses
    stored = town.query("SELECT id FROM incidents_incident WHERE id = ANY(%s)", reporter.taken)
    assert sorted(stored) == sorted(reporter.taken), "a 2xx without a row"
    assert_no_half_transition(town)
    town.recover(seconds=60)


def test_f4_while_the_database_is_away_reports_get_503_and_afterwards_paging_resumes(town: Town, duty: Duty) -> None:
    report = town.report(duty, "Ledger stands still")
    wait_until(lambda: town.arrived(duty.primary) == ONCE, what="the first page")
    statuses: Counter[int] = Counter()
    with keep_away(town):
        end = time.monotonic() + OUTAGE
        while time.monotonic() < end:
            status, _answer = town.post("incidents/", {"title": "In vain", "service": duty.slug, "level": 3})
            statuses[status] += 1
            time.sleep(0.5)
    assert set(statuses) == {503}, statuses
    wait_until(lambda: town.statuses(report["incident"], "sms"), seconds=60, what="the database's return")
    back_at = time.time()
    wait_until(lambda: town.arrived(duty.secondary) == ONCE, seconds=RESUMED, what="the second page")
    assert time.time() - back_at < RESUMED
    assert "failed" not in town.statuses(report["incident"], "voice", "sms")
    assert town.query("SELECT count(*) FROM incidents_incident WHERE title = 'In vain'") == [0]
    assert_no_half_transition(town)
    town.recover(seconds=60)


@contextmanager
def keep_away(town: Town) -> Iterator[None]:
    """Kill the server and keep it from starting: it waits while another process sits in its folder."""
    squatter = subprocess.Popen(["sleep", "19"], cwd=town.stack.postgres.data)
    try:
        town.kill("postgres")
        yield
    finally:
        squatter.kill()
        squatter.wait()


def test_f4_without_a_free_connection_reports_get_503_and_afterwards_paging_resumes(town: Town, duty: Duty) -> None:
    """A crowd takes every connection that anybody gives back, until it leaves."""
    report = town.report(duty, "Ledger stands still")
    wait_until(lambda: town.arrived(duty.primary) == ONCE, what="the first page")
    statuses: Counter[int] = Counter()
    with crowd(town):
        town.kill("web")  # its next connections are new
        end = time.monotonic() + 60
        while statuses[503] < 3 and time.monotonic() < end:
            status, _answer = town.post("incidents/", {"title": "Crowded", "service": duty.slug, "level": 3})
            statuses[status] += 1
            time.sleep(0.1)
    left_at = time.time()
    wait_until(lambda: town.arrived(duty.secondary) == ONCE, seconds=RESUMED, what="the second page")
    assert time.time() - left_at < RESUMED
    assert set(statuses) <= {201, 503, 0}, statuses
    assert statuses[503] >= 3, statuses
    assert town.query("SELECT count(*) FROM incidents_incident WHERE title = 'Crowded'") == [statuses[201]]
    assert_no_half_transition(town)
    town.recover(seconds=60)
    assert town.post(f"incidents/{report['incident']}/acknowledge/", {})[0] == 200


@contextmanager
def crowd(town: Town) -> Iterator[None]:
    lines: list[psycopg2.extensions.connection] = []
    leaving = threading.Event()

    def squeeze() -> None:
        while not leaving.is_set():
            with suppress(psycopg2.OperationalError):
                lines.append(psycopg2.connect(town.stack.postgres.url, connect_timeout=3))
                continue
            leaving.wait(0.005)

    pushers = [threading.Thread(target=squeeze, daemon=True) for _ in range(3)]
    for pusher in pushers:
        pusher.start()
    try:
        wait_until(lambda: len(lines) > 100, seconds=60, what="the crowd")
        yield
    finally:
        leaving.set()
        for pusher in pushers:
            pusher.join(10)
        for line in lines:
            line.close()


def assert_no_half_transition(town: Town) -> None:
    """Every incident is what its last fact says, and every one was reported exactly once."""
    halves = town.rows(
        """
        SELECT i.id, i.status, (
            SELECT e.to_status FROM lifecycle_event e JOIN django_content_type t ON t.id = e.subject_type_id
            WHERE t.app_label = 'incidents' AND t.model = 'incident' AND e.subject_id = i.id AND e.to_status <> ''
            ORDER BY e.id DESC LIMIT 1
        ) AS told FROM incidents_incident i
        """
    )
    assert [row for row in halves if row[1] != row[2]] == []
