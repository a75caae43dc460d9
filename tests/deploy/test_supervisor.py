"""The supervisor keeps programs running, and takes all of them with it."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.console import Console
from deploy.process import LaunchError, free_port
from deploy.supervisor import Program, Supervisor
from tests.deploy.processes import family, is_alive, wait_until
from tests.servers import PROJECT

SLEEPS = [sys.executable, "-S", "-c", "import time; print('up', flush=True); time.sleep(60)"]
# A program whose own child outlives it, as a granian's workers do.
HAS_A_CHILD = ["/bin/sh", "-c", "sleep 60 & sleep 60; true"]
IGNORES_TERM = ["/bin/sh", "-c", "trap '' TERM; echo deaf; while true; do sleep 0.1; done"]


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path / "log", stream=io.StringIO())


@pytest.fixture
def supervisor(console: Console) -> Iterator[Supervisor]:
    supervisor = Supervisor(console)
    yield supervisor
    supervisor.stop()


def add(supervisor: Supervisor, name: str, argv: list[str], *, grace: float = 5, once: bool = False) -> None:
    supervisor.add(Program(name=name, argv=argv, env={"PATH": "/usr/bin:/bin"}, grace=grace, once=once))


def shown(console: Console) -> str:
    assert isinstance(console.stream, io.StringIO)
    return console.stream.getvalue()


def test_a_killed_program_is_started_again(supervisor: Supervisor, console: Console) -> None:
    add(supervisor, "web", SLEEPS)
    supervisor.start()
    killed = supervisor.kill("web")
    wait_until(lambda: supervisor.pids.get("web", killed) != killed, what="a new process")
    assert is_alive(supervisor.pids["web"])
    assert "web ended (SIGKILL)" in shown(console)


def test_what_a_killed_program_left_behind_is_ended_before_the_next_start(supervisor: Supervisor) -> None:
    add(supervisor, "web", HAS_A_CHILD)
    supervisor.start()
    wait_until(lambda: len(family(supervisor.pids["web"])) == 3, what="the grandchild")
    members = family(supervisor.pids["web"])
    killed = supervisor.kill("web")
    wait_until(lambda: supervisor.pids.get("web", killed) != killed, what="a new process")
    wait_until(lambda: not any(map(is_alive, members)), what="the end of the old family")


def test_the_pauses_between_starts_grow(supervisor: Supervisor, console: Console) -> None:
    add(supervisor, "beat", ["/bin/false"])
    supervisor.start()
    wait_until(lambda: "starting again in 0.8 s" in shown(console), what="the third start")
    assert "starting again in 0.2 s" in shown(console)
    assert "starting again in 0.4 s" in shown(console)


def test_a_program_meant_to_run_once_is_not_started_again(supervisor: Supervisor, console: Console) -> None:
    add(supervisor, "live", ["/bin/echo", "done"], once=True)
    supervisor.start()
    wait_until(lambda: not supervisor.pids, what="its end")
    wait_until(lambda: "done" in shown(console), what="its word")
    assert "starting again" not in shown(console)


def test_a_program_that_cannot_start_is_named(supervisor: Supervisor) -> None:
    def refuse() -> None:
        raise LaunchError("no such luck")

    supervisor.add(Program(name="web", argv=["/bin/true"], env={}, before=refuse))
    with pytest.raises(LaunchError, match="web: no such luck"):
        supervisor.start()


def test_stopping_does_not_wait_for_the_deaf(supervisor: Supervisor, console: Console) -> None:
    add(supervisor, "web", IGNORES_TERM, grace=0.5)
    add(supervisor, "beat", SLEEPS)
    supervisor.start()
    wait_until(lambda: "deaf" in shown(console), what="the trap")
    members = family(supervisor.pids["web"]) | family(supervisor.pids["beat"])
    supervisor.stop()
    assert not any(map(is_alive, members))
    assert supervisor.pids == {}


def test_every_line_carries_its_program_and_goes_to_its_file(supervisor: Supervisor, console: Console) -> None:
    add(supervisor, "web", SLEEPS)
    supervisor.start()
    wait_until(lambda: "web      | up\n" in shown(console), what="the line")
    assert (console.folder / "web.log").read_text() == "up\n"


def test_a_kill_of_the_supervisor_leaves_no_program_behind(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib\n"
        "from deploy.console import Console\n"
        "from deploy.supervisor import Program, Supervisor\n"
        "supervisor = Supervisor(Console(pathlib.Path(sys.argv[1]), quiet=True))\n"
        "for name in 'abc': supervisor.add(Program(name=name, argv=['sleep', '60'], env={'PATH': '/usr/bin:/bin'}))\n"
        "supervisor.start(); print('up', flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        members = family(process.pid)
        assert len(members) == 4
        process.kill()
    wait_until(lambda: not any(map(is_alive, members)), what="the end of all")


def test_a_taken_port_is_avoided() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) != port
    assert free_port(port) == port
