"""A running product with its phones and its database, seen from outside, and everything that can be done to it."""

import json
import os
import signal
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from deploy.stack import Stack, plain_environment
from tests.deploy.processes import family, wait_until
from tests.scenarios import within

UNREACHABLE = 0
SUPPLY = 30  # duties made at once: a start of Django costs more than the rows


@dataclass
class Duty:
    """A service and the phones of its people."""

    service: int
    slug: str
    primary: str
    secondary: str
    manager: str
    owner: str


@dataclass
class Town:
    stack: Stack
    programs: set[str]
    token: str = ""
    steps: Sequence[tuple[float, str]] = within.QUICK
    duties: list[Duty] = field(default_factory=list)

    # --- What is done to it ----------------------------------------------------------------------------

    def kill(self, *names: str, with_signal: signal.Signals = signal.SIGKILL) -> int:
        """A signal to the programs with all their children, in one moment; answers how many it went to."""
        hit = 0
        for pid in [pid for name, pid in self.stack.pids.items() if name in names]:
            with suppress(ProcessLookupError):
                os.killpg(pid, with_signal)
                hit += 1
        return hit

    def kill_child(self, name: str, *, choose: int = 0) -> int:
        """kill -9 of one child of a program, as the kernel does when memory runs out."""
        leader = self.stack.pids.get(name)
        children = sorted(family(leader) - {leader}) if leader else []
        if not children:
            return self.kill(name)
        with suppress(ProcessLookupError):
            os.kill(children[choose % len(children)], signal.SIGKILL)
            return 1
        return 0

    def ask_to_end(self, name: str) -> int:
        """SIGTERM of a program, as a deployment does."""
        with suppress(KeyError, ProcessLookupError):
            self.stack.kill(name, signal.SIGTERM)
            return 1
        return 0

    def misbehave(self, **modes: object) -> None:
        self.ask_carrier("modes", modes)

    def behave(self) -> None:
        self.misbehave(
            refusal="",
            delay_seconds=0,
            duplicate_callbacks=False,
            reorder_callbacks=False,
            lose_callbacks=False,
            never_deliver=False,
            refuse_mail=False,
        )

    def teach(self, number: str, kind: str, **ways: object) -> None:
        """How a phone takes calls."""
        self.ask_carrier("phones", {"number": number, "behaviour": {"kind": kind, **ways}})

    def text(self, number: str, body: str) -> None:
        self.ask_carrier(f"phones/{number}/reply", {"body": body})

    # --- Its web ------------------------------------------------------------------------------------------

    def post(self, path: str, body: Mapping[str, object], *, key: str = "", timeout: float = 5) -> tuple[int, Any]:
        """(status, answer) of the API; status 0 where nobody answers."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        address = f"{self.stack.url}/api/v1/{path}"
        request = urllib.request.Request(address, data=json.dumps(body).encode(), headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")
        except (OSError, ValueError):
            return UNREACHABLE, None

    def report(self, duty: Duty, title: str, *, level: int = 2, patience: float = 30) -> dict[str, Any]:
        """Report through the API as a careful program does: with a key, again until it is told yes.

        409 means that the first attempt is still being worked on, for a minute also where its process was killed: the
        row tells whether it was done, and where it was not, a new key need not wait.
        """
        body = {"title": title, "service": duty.slug, "level": level}
        key, began, refused = f"{title} {time.time_ns()}", time.monotonic(), 0
        while True:
            asked_at = time.time()
            status, answer = self.post("incidents/", body, key=f"{key} {refused // 25}")
            if status == 201:
                return {"incident": answer["id"], "at": asked_at}
            if status == 409 and (found := self._find(title)):
                return {"incident": found, "at": asked_at}
            refused += status == 409
            assert time.monotonic() - began < patience, f"“{title}” was not taken: {status} {answer}"
            time.sleep(0.2)

    def acknowledge(self, incident: int, *, patience: float = 30) -> bool:
        """Through the API; False where somebody was faster."""
        deadline = time.monotonic() + patience
        while True:
            status, answer = self.post(f"incidents/{incident}/acknowledge/", {})
            if status in (200, 409):
                return status == 200
            assert time.monotonic() < deadline, f"{incident} could not be acknowledged: {status} {answer}"
            time.sleep(0.2)

    def _find(self, title: str) -> int | None:
        return next(iter(self.query("SELECT id FROM incidents_incident WHERE title = %s", title)), None)

    # --- What it did ----------------------------------------------------------------------------------------

    def ask_carrier(self, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 (an address of ours)
            f"{self.stack.carrier_url}/control/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-Control-Token": self.stack.env["TWILIO_AUTH_TOKEN"]},
        )
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
            content: dict[str, Any] = json.load(answer)
        return content

    def arrived(self, number: str) -> tuple[int, int]:
        """(calls, texts) that the carrier accepted for a phone."""
        state = self.ask_carrier("state")
        calls = [call for call in state["calls"] if call["to"] == number]
        texts = [text for text in state["messages"] if text["to"] == number]
        return len(calls), len(texts)

    def rows(self, sql: str, *values: object, patience: float = 30) -> list[tuple[Any, ...]]:
        """Asked again while the database is away."""
        deadline = time.monotonic() + patience
        while True:
            try:
                return self._ask_database(sql, *values)
            except psycopg2.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _ask_database(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        line = psycopg2.connect(self.stack.postgres.url, connect_timeout=3)
        try:
            with line, line.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall()
        finally:
            line.close()

    def query(self, sql: str, *values: object) -> list[Any]:
        """The first column of the answer."""
        return [row[0] for row in self.rows(sql, *values)]

    def statuses(self, incident: int, *channels: str) -> list[str]:
        sql = "SELECT status FROM notifications_delivery WHERE incident_id = %s AND channel = ANY(%s)"
        return self.query(sql, incident, list(channels))

    def is_well(self, *, since: float = 0) -> bool:
        """Every program runs, the web says that paging is alive, and beat, broker and worker together ran a cycle."""
        if set(self.stack.pids) != self.programs:
            return False
        sql = "SELECT 1 FROM notifications_heartbeat WHERE ticker LIKE 'worker@%%' AND beat_at > to_timestamp(%s)"
        try:
            with urllib.request.urlopen(f"{self.stack.url}/healthz/pager", timeout=2) as answer:  # noqa: S310
                return answer.status == 200 and bool(self.query(sql, since))
        except (urllib.error.URLError, OSError, psycopg2.Error):
            return False

    def recover(self, *, seconds: float = 40) -> None:
        """Wait until all runs as before; a beat within two seconds of now may be one from before the fault."""
        soon = time.time() + 2
        wait_until(lambda: self.is_well(since=soon), seconds=seconds, what="recovery")

    def last_words(self, lines: int = 12) -> str:
        """The end of every program's log."""
        parts = []
        for log in sorted((self.stack.directory / "log").glob("*.log")):
            words = log.read_text(errors="replace").splitlines()[-lines:]
            parts += [f"--- {log.stem}", *words]
        return "\n".join(parts)

    def take_duties(self, number: int) -> list[Duty]:
        """Services nobody has used: people who were paged lately would be spared by the throttle."""
        while len(self.duties) < number:
            self.duties += [Duty(**duty) for duty in within.run(self.stack, "lay_out", SUPPLY, self.steps)]
        taken, self.duties = self.duties[:number], self.duties[number:]
        return taken


@contextmanager
def open_town(
    *, cycles: int = 1, carrier_speed: float = 1, steps: Sequence[tuple[float, str]] = within.QUICK, **settings: str
) -> Iterator[Town]:
    """A stack in a temporary folder; ``steps`` page for level 2, ``settings`` are variables of the product."""
    with tempfile.TemporaryDirectory(prefix="mainstay-chaos-") as name:
        Path(name).chmod(0o711)  # root's PostgreSQL runs as another user and must get through
        operator = plain_environment() | settings
        stack = Stack(Path(name) / "var", operator=operator, cycles=cycles, carrier_speed=carrier_speed)
        try:
            stack.start()
            town = Town(stack, set(stack.pids), steps=steps)
            town.token = within.run(stack, "issue_token")
            yield town
        finally:
            for name in stack.pids:  # a stopped process cannot be asked to end
                town.kill(name, with_signal=signal.SIGCONT)
            stack.stop()
