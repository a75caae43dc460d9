"""Plays a plan in a town: everything at its moment, whatever is dead meanwhile."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from tests.chaos.plan import STEPS, Deed, Plan, Story
from tests.chaos.town import Duty, Town

ROLES = tuple(target for _after, target in STEPS)


@dataclass
class Played:
    """What came of a run: the incidents in the order of their stories, and the processes that were killed."""

    incidents: list[int] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    kills: int = 0
    """kill -9 of processes that may have had a message in their hands."""
    signals: int = 0
    """All of them, gentle ones too."""
    was_carrier_vague: bool = False
    """It may have taken a message without saying so."""


class Player:
    def __init__(self, town: Town, plan: Plan, duties: list[Duty]) -> None:
        self.town, self.plan, self.duties = town, plan, duties
        self.played = Played()
        self._lock = threading.Lock()
        self._began = 0.0

    def play(self) -> Played:
        for story, duty in zip(self.plan.stories, self.duties, strict=True):
            self._teach(story, duty)
        self._began = time.monotonic()
        with ThreadPoolExecutor(max_workers=12) as pool:
            told = [pool.submit(self._tell, *pair) for pair in zip(self.plan.stories, self.duties, strict=True)]
            done = [pool.submit(self._do, deed) for deed in self.plan.deeds]
            answers = [future.result() for future in told]
            for deed in done:
                deed.result()
        self.played.incidents = [answer["incident"] for answer in answers]
        self.played.asked_at = [answer["at"] for answer in answers]
        return self.played

    def _teach(self, story: Story, duty: Duty) -> None:
        for role, kind in zip(ROLES, story.phones, strict=True):
            if story.way == "key" and role == story.who:
                self.town.teach(getattr(duty, role), "answers", digits="4")
            else:
                self.town.teach(getattr(duty, role), kind)

    def _tell(self, story: Story, duty: Duty) -> dict[str, Any]:
        """Report, and acknowledge at its moment. Keys are pressed by the phones themselves."""
        self._wait_until(story.reported)
        number = self.plan.stories.index(story)
        answer = self.town.report(duty, f"Run {self.plan.seed}.{number} at {time.time_ns()}", patience=60)
        if story.way in ("text", "web"):
            self._wait_until(story.acknowledged)
        if story.way == "web":
            self.town.acknowledge(answer["incident"], patience=60)
        elif story.way == "text":
            self.town.text(getattr(duty, story.who), f"4 {answer['incident']}")
        return answer

    def _do(self, deed: Deed) -> None:
        self._wait_until(deed.at)
        getattr(self, "_" + deed.kind.replace("-", "_"))(deed)

    def _kill(self, deed: Deed) -> None:
        self._count(self.town.kill(deed.target), is_deadly=True)

    def _kill_child(self, deed: Deed) -> None:
        self._count(self.town.kill_child(deed.target, choose=self.plan.seed), is_deadly=True)

    def _end(self, deed: Deed) -> None:
        self._count(self.town.ask_to_end(deed.target), is_deadly=False)

    def _stop(self, deed: Deed) -> None:
        """The process freezes, as a machine does that moves or swaps; then it goes on with what it had in hand."""
        pid = self.town.stack.pids.get(deed.target)
        self._count(self.town.kill(deed.target, with_signal=signal.SIGSTOP), is_deadly=False)
        self._wait_until(deed.until)
        if pid:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGCONT)

    def _flush(self, _deed: Deed) -> None:
        with suppress(RedisError):
            Redis.from_url(self.town.stack.redis.url, socket_timeout=2).flushall()

    def _kill_postgres(self, _deed: Deed) -> None:
        """The postmaster alone: its children notice. Every program loses its connection."""
        with suppress(KeyError, ProcessLookupError):
            self.town.stack.kill("postgres", signal.SIGKILL)
            self._count(1, is_deadly=True)

    def _restart_postgres(self, _deed: Deed) -> None:
        with suppress(KeyError, ProcessLookupError):
            self.town.stack.kill("postgres", signal.SIGINT)
            self._count(1, is_deadly=False)

    def _carrier(self, deed: Deed) -> None:
        with self._lock:
            self.played.was_carrier_vague |= deed.target in ("hang", "accept-then-hang")
        self.town.misbehave(refusal=deed.target)
        self._wait_until(deed.until)
        self.town.misbehave(refusal="")

    def _callbacks(self, deed: Deed) -> None:
        self.town.misbehave(**{deed.target: True})
        self._wait_until(deed.until)
        self.town.misbehave(**{deed.target: False})

    def _count(self, hit: int, *, is_deadly: bool) -> None:
        with self._lock:
            self.played.signals += hit
            self.played.kills += hit if is_deadly else 0

    def _wait_until(self, moment: float) -> None:
        time.sleep(max(0.0, self._began + moment - time.monotonic()))
