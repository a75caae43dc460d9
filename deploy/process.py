"""Child processes on a leash, and what launchers ask the machine: free ports, who can reach a path, private folders."""

import os
import pwd
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

LEASH = Path(__file__).with_name("leash.py")


class LaunchError(RuntimeError):
    """A server cannot be started; the message says what to do about it."""


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    user: str = "",
    death_signal: signal.Signals = signal.SIGKILL,
    output: int | IO[Any] | None = subprocess.DEVNULL,
    cwd: Path | None = None,
    foreground: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a command on the leash: it gets ``death_signal`` when the *thread* that called this ends.

    It has a session of its own, so that its whole family can be ended and Ctrl-C does not reach it; in the
    ``foreground`` it shares the terminal instead.
    """
    leash = [sys.executable, "-I", "-S", str(LEASH), str(int(death_signal)), str(os.getpid()), user]
    return subprocess.Popen(
        [*leash, *map(str, argv)],
        stdin=None if foreground else subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=None if env is None else dict(env),
        cwd=cwd,
        start_new_session=not foreground,
    )


def stop(process: subprocess.Popen[bytes], *, ask: signal.Signals = signal.SIGTERM, grace: float = 5.0) -> None:
    """Ask the process to end, wait ``grace`` seconds, then kill whatever is left of its group."""
    if process.poll() is None:
        process.send_signal(ask)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    kill_group(process.pid)


def kill_group(leader: int) -> None:
    """Kill what a session leader started and left behind."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def free_port(preferred: int = 0) -> int:
    """A loopback port nobody listens on: the preferred one if it is free."""
    for port in (preferred, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise LaunchError("No free port on 127.0.0.1.")


def can_reach(user: str, path: Path) -> bool:
    """Whether the user may enter (a folder) or execute (a file) the path, asked of the kernel as that user."""
    account = pwd.getpwnam(user)
    question = subprocess.run(
        ["/usr/bin/test", "-x", path], user=account.pw_uid, group=account.pw_gid, extra_groups=[], cwd="/", check=False
    )
    return question.returncode == 0


def private_folder(path: Path, *, owner: str = "") -> Path:
    """Make (or take over) a folder that only its owner may enter; refuse one that somebody else planted."""
    path.mkdir(parents=True, exist_ok=True, mode=0o755)
    wanted = pwd.getpwnam(owner).pw_uid if owner else os.geteuid()
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), wanted}:
        raise LaunchError(f"{path} belongs to somebody else; remove it or choose another place.")
    if found.st_uid != wanted:
        os.chown(path, wanted, pwd.getpwuid(wanted).pw_gid)
    path.chmod(0o700)
    return path
