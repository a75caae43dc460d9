"""Keeps programs running: starts them, shows what they say, starts them again when they die, stops them together.

Each program has a keeper thread that starts it and outlives it, which matters because the kernel's parent-death
signal follows the thread that started a child. So a kill -9 of this process ends every program, too.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from deploy.console import Console
from deploy.process import LaunchError, kill_group, spawn, stop

FIRST_PAUSE = 0.2  # seconds between a death and the next start, doubling
LONGEST_PAUSE = 5.0
STEADY = 10.0  # a program that ran this long starts again without the pauses of its past


@dataclass(frozen=True)
class Program:
    """What to run and how.

    ``before`` is called ahead of each start, ``ready`` waits until it serves; ``once`` means its end is no death.
    """

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str]
    user: str = ""
    death_signal: signal.Signals = signal.SIGKILL
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 5.0
    before: Callable[[], None] | None = None
    ready: Callable[[subprocess.Popen[bytes]], None] | None = None
    cwd: Path | None = None
    once: bool = False


class Keeper:
    """One program and the thread that keeps it running."""

    def __init__(self, program: Program, console: Console, changed: Callable[[], None]) -> None:
        self.program = program
        self.console = console
        self.changed = changed
        self.process: subprocess.Popen[bytes] | None = None
        self.up = threading.Event()
        self.failure: LaunchError | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"keep-{program.name}", daemon=True)

    def start(self) -> None:
        """Start and wait until the program is ready; LaunchError if its first start fails."""
        self._thread.start()
        self.up.wait()
        if self.failure:
            raise self.failure

    def ask_to_stop(self) -> None:
        self._stopping.set()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            self._run_once()
            if self._stopping.is_set() or self.failure or self.program.once:
                return
            pause = FIRST_PAUSE if time.monotonic() - began > STEADY else pause
            self._say(f"starting again in {pause:.1f} s")
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _run_once(self) -> None:
        try:
            process = self._launch()
        except (LaunchError, OSError) as error:
            self._fail(LaunchError(f"{self.program.name}: {error}"))
            return
        self.changed()
        self.up.set()
        while process.poll() is None and not self._stopping.is_set():
            time.sleep(0.05)
        if self._stopping.is_set():
            stop(process, ask=self.program.stop_signal, grace=self.program.grace)
        else:
            if process.returncode or not self.program.once:
                self._say(f"ended ({_describe(process.returncode)})")
            kill_group(process.pid)
        self.process = None
        self.changed()

    def _launch(self) -> subprocess.Popen[bytes]:
        program = self.program
        if program.before:
            program.before()
        process = spawn(
            program.argv,
            env=program.env,
            user=program.user,
            death_signal=program.death_signal,
            output=subprocess.PIPE,
            cwd=program.cwd,
        )
        self.process = process
        threading.Thread(target=self._relay, args=[process], name=f"read-{program.name}", daemon=True).start()
        if program.ready:
            try:
                program.ready(process)
            except LaunchError:
                stop(process, ask=program.stop_signal, grace=program.grace)
                raise
        return process

    def _relay(self, process: subprocess.Popen[bytes]) -> None:
        with cast(IO[bytes], process.stdout) as lines:
            for line in lines:
                self.console.line(self.program.name, line.decode(errors="replace").rstrip())

    def _fail(self, failure: LaunchError) -> None:
        """The first start must work; a later one may fail while its cause passes, and is tried again."""
        self.process = None
        if not self.up.is_set():
            self.failure = failure
            self.up.set()
        else:
            self._say(str(failure))

    def _say(self, text: str) -> None:
        self.console.line("mainstay", f"{self.program.name} {text}")


class Supervisor:
    """A set of programs under one roof. ``changed`` is called whenever a pid changes."""

    def __init__(self, console: Console, changed: Callable[[], None] = lambda: None) -> None:
        self.console = console
        self.changed = changed
        self._keepers: dict[str, Keeper] = {}

    def add(self, program: Program) -> None:
        self._keepers[program.name] = Keeper(program, self.console, self.changed)

    def start(self, *names: str) -> None:
        """Start the named programs, or all, one after the other; LaunchError names one that cannot start."""
        for name in names or list(self._keepers):
            self._keepers[name].start()

    @property
    def names(self) -> list[str]:
        return list(self._keepers)

    @property
    def pids(self) -> dict[str, int]:
        """The running programs."""
        # A copy: keeper threads ask while the main thread still adds programs.
        running = [(name, keeper.process) for name, keeper in list(self._keepers.items())]
        return {name: process.pid for name, process in running if process and process.poll() is None}

    def kill(self, name: str, with_signal: signal.Signals = signal.SIGKILL) -> int:
        """Send a program a signal, as a fault would; answers the pid it went to."""
        pid = self.pids[name]
        os.kill(pid, with_signal)
        return pid

    def stop(self, *names: str) -> None:
        """Stop the named programs, or all, together, and wait for their end."""
        chosen = [self._keepers[name] for name in names or list(self._keepers)]
        for keeper in chosen:
            keeper.ask_to_stop()
        for keeper in chosen:
            keeper.stop()


def _describe(status: int) -> str:
    return f"status {status}" if status >= 0 else signal.Signals(-status).name
