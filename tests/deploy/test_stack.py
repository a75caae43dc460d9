"""The whole product under its supervisor: what it survives as one."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.stack import PLAIN_VARIABLES, Stack
from tests.deploy.processes import commands, family, is_alive, wait_until
from tests.servers import PROJECT

KEEP_A_SESSION = """
from datetime import UTC, datetime
from django.contrib.sessions.models import Session
Session(session_key="kept", session_data="", expire_date=datetime.now(UTC)).save()
"""
COUNT_KEPT_SESSIONS = """
from django.contrib.sessions.models import Session
print(Session.objects.filter(pk="kept").count())
"""
pytestmark = pytest.mark.product
PROGRAMS = {"postgres", "redis", "carrier", "web", "worker", "beat", "cycle"}


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mainstay-stack-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture(scope="module")
def stack(home: Path) -> Iterator[Stack]:
    stack = Stack(home / "var")
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 (an address of ours)
            return bool(answer.status == 200)
    except OSError:
        return False


def test_everything_runs_and_the_browser_gets_a_page(stack: Stack) -> None:
    assert set(stack.pids) == PROGRAMS
    assert answers(stack.url)
    assert json.loads((stack.directory / "run.pids").read_text()) == {"supervisor": os.getpid(), **stack.pids}


def test_another_shell_reaches_the_same_servers_and_nobody_else_reads_how(stack: Stack) -> None:
    for name in ("run.env", "run.pids", "secrets.json"):
        assert (stack.directory / name).stat().st_mode & 0o777 == 0o600
    shell = [
        ". $0 && exec $1 manage.py shell --verbosity 0 -c 'from django.conf import settings as s; print(s.REDIS_URL)'"
    ]
    command = ["/bin/sh", "-c", *shell, str(stack.directory / "run.env"), sys.executable]
    done = subprocess.run(command, env={"PATH": os.environ["PATH"]}, cwd=PROJECT, capture_output=True, text=True)
    assert done.stdout.strip() == stack.redis.url, done.stderr


def test_everything_comes_back_after_everything_was_killed(stack: Stack) -> None:
    before = dict(stack.pids)
    members = set().union(*(family(pid) for pid in before.values()))
    for name in before:
        stack.kill(name)
    wait_until(
        lambda: stack.pids.keys() == before.keys() and not set(stack.pids.values()) & set(before.values()),
        seconds=30,
        what="the new processes",
    )
    wait_until(lambda: stack.manage("migrate", "--check").returncode == 0, seconds=30, what="the database")
    wait_until(lambda: answers(stack.url), what="a page")
    wait_until(lambda: not any(map(is_alive, members)), what="the end of all old processes")


def test_stopping_leaves_nothing_and_the_next_start_has_the_data(stack: Stack) -> None:
    assert stack.manage("shell", "-c", KEEP_A_SESSION).returncode == 0
    secrets = (stack.directory / "secrets.json").read_text()
    members = set().union(*(family(pid) for pid in stack.pids.values()))
    stack.stop()
    assert not any(map(is_alive, members))
    assert not (stack.directory / "run.env").exists()
    again = Stack(stack.directory)
    try:
        again.start()
        assert again.manage("shell", "--verbosity", "0", "-c", COUNT_KEPT_SESSIONS).stdout.strip() == "1"
        assert (stack.directory / "secrets.json").read_text() == secrets
    finally:
        again.stop()


def test_a_kill_of_make_run_leaves_nothing_and_a_second_one_is_refused(home: Path) -> None:
    """In the folder of the stack that was stopped above, which spares it the migrating."""
    environment = {name: os.environ[name] for name in PLAIN_VARIABLES if name in os.environ}
    environment |= {"DEMO": "no", "MAINSTAY_VAR": str(home / "var"), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "deploy.run"]
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        said = ""
        while "Mainstay is at http" not in said:
            line = run.stdout.readline()
            assert line, said
            said += line
        second = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=20)
        assert second.returncode == 1
        assert f"already running here (process {run.pid})" in second.stdout
        members = family(run.pid)
        assert len(members) > len(PROGRAMS)
        os.kill(run.pid, signal.SIGKILL)
    with contextlib.suppress(AssertionError):
        wait_until(lambda: not commands(members), seconds=60)
    assert commands(members) == []
