"""The whole product on one machine: servers, web, worker, beat, cycle and fake carrier, with their data in one folder.

``deploy.run`` starts one for people, ``tests/scenarios`` start theirs in temporary folders on free ports.
"""

import json
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.console import Console
from deploy.postgres import Postgres
from deploy.process import LaunchError, free_port, spawn
from deploy.redis import Redis
from deploy.supervisor import Program, Supervisor
from deploy.translations import compile_all

PROJECT = Path(__file__).resolve().parent.parent
WEB_PORT, CARRIER_PORT, SMTP_PORT = 8000, 8001, 8025
SERVERS = ("postgres", "redis")
# What a stack in a test takes over from the process that starts it: nothing that names a server or a secret.
PLAIN_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")


class Stack:
    """``start()``, then ``url``, ``env``, ``pids``, ``kill()``, ``manage()``; ``stop()``. Data live in ``directory``.

    ``demo``: True or False answers the question of the first start, None leaves it to the terminal.
    ``operator``: the environment whose values win; None for a stack of its own, as tests want it.
    ``quick`` trades durability for speed, ``cycles`` is how many tick side by side, ``carrier_speed`` divides the
    fake carrier's delays.
    """

    def __init__(
        self,
        directory: Path,
        *,
        demo: bool | None = False,
        operator: Mapping[str, str] | None = None,
        console: Console | None = None,
        quick: bool = False,
        prefer_ports: bool = False,
        cycles: int = 1,
        carrier_speed: float = 1,
    ) -> None:
        self.directory = directory.resolve()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.demo = demo
        self.cycles = cycles
        self.carrier_speed = carrier_speed
        self.console = console or Console(self.directory / "log", quiet=True)
        self.supervisor = Supervisor(self.console, changed=self._write_pids)
        self.postgres = Postgres(self.directory / "postgres", quick=quick)
        self.redis = Redis(self.directory / "redis")
        self._operator = dict(operator) if operator is not None else plain_environment()
        self._ports = _choose_ports(self._operator, prefer=prefer_ports)
        self._pids_lock = threading.Lock()
        self.env: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._ports['web']}"

    @property
    def carrier_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['carrier']}"

    @property
    def pids(self) -> dict[str, int]:
        return self.supervisor.pids

    def start(self) -> None:
        """Servers, migrations, first run, programs; LaunchError says what failed."""
        self._start_servers()
        self.console.say("preparing the database")
        compile_all()
        self._manage_or_fail("migrate", "--verbosity", "0")
        self._collect_static()
        self._manage_or_fail("first_run", foreground=True)
        self._start_programs()
        # Only now: other commands that read this file would otherwise meet a half-made database.
        self._write_environment()

    def stop(self) -> None:
        """Everything, programs before the servers they use."""
        self.supervisor.stop(*(name for name in self.supervisor.names if name not in SERVERS))
        self.supervisor.stop()
        for name in ("run.pids", "run.env"):
            (self.directory / name).unlink(missing_ok=True)

    def kill(self, name: str, with_signal: signal.Signals = signal.SIGKILL) -> int:
        return self.supervisor.kill(name, with_signal)

    def manage(self, *arguments: str, foreground: bool = False) -> subprocess.CompletedProcess[str]:
        """Run ``manage.py`` against this stack; in the foreground it talks to the terminal itself."""
        output = None if foreground and not self.console.quiet else subprocess.PIPE
        command = [sys.executable, "manage.py", *arguments]
        process = spawn(command, env=self.env, output=output, cwd=PROJECT, foreground=foreground)
        words, _ = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, (words or b"").decode(errors="replace"))

    def _manage_or_fail(self, *arguments: str, foreground: bool = False) -> None:
        done = self.manage(*arguments, foreground=foreground)
        for line in done.stdout.splitlines():
            self.console.line(arguments[0], line)
        if done.returncode != 0:
            raise LaunchError(f"manage.py {arguments[0]} failed.\n{done.stdout[-2000:]}")

    def _collect_static(self) -> None:
        """Collecting and compressing takes seconds of work: only where a file or a package has changed since."""
        sources = [PROJECT / "requirements.lock", *sorted((PROJECT / "static").rglob("*"))]
        state = "\n".join(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in sources)
        stamp = Path(self.env["MAINSTAY_STATIC_ROOT"]) / ".collected"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == state:
            return
        # The documentation pages use Swagger; Redoc is as large as all the rest.
        self._manage_or_fail("collectstatic", "--noinput", "--verbosity", "0", "--ignore", "redoc")
        stamp.write_text(state, encoding="utf-8")

    def _start_servers(self) -> None:
        addresses: dict[str, str] = {}
        if not self._operator.get("DATABASE_URL"):
            self.postgres.prepare()
            self.supervisor.add(self._postgres_program())
            self.supervisor.start("postgres")
            self.console.say(f"PostgreSQL {self.postgres.binaries.version} ({self.postgres.binaries.origin}) is up")
            addresses["DATABASE_URL"] = self.postgres.url
        if not self._operator.get("REDIS_URL"):
            self.supervisor.add(self._redis_program())
            self.supervisor.start("redis")
            self.console.say("Redis is up")
            addresses["REDIS_URL"] = self.redis.url
        kept = keep_secrets(self.directory / "secrets.json")
        self._ours = {**addresses, **self._own_settings(), **self._chat_settings(kept), **kept}
        given = {name: value for name, value in self._operator.items() if value}
        self.env = {**self._ours, **given, "PYTHONUNBUFFERED": "1"}

    def _own_settings(self) -> dict[str, str]:
        """Our values of the product's variables, for those the operator did not set."""
        settings = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "MAINSTAY_TLS": "off",
            "MAINSTAY_PUBLIC_URL": self.url,
            "MAINSTAY_ALLOWED_HOSTS": "127.0.0.1,localhost",
            "MAINSTAY_STATIC_ROOT": str(self.directory / "static"),
            "MAINSTAY_MEDIA_ROOT": str(self.directory / "media"),
        }
        if self.demo is not None:
            settings["DEMO"] = "yes" if self.demo else "no"
        if self._plays_the_carrier:
            settings |= {
                "TWILIO_API_URL": self.carrier_url,
                "TWILIO_FROM_NUMBER": "+15550000000",
                "MAINSTAY_FAKE_CARRIER_URL": self.carrier_url,
                "MAINSTAY_OUTBOUND_ALLOW": f"127.0.0.1:{self._ports['carrier']}",
                "MAINSTAY_SMTP_HOST": "127.0.0.1",
                "MAINSTAY_SMTP_PORT": str(self._ports["smtp"]),
            }
        return settings

    def _chat_settings(self, kept: Mapping[str, str]) -> dict[str, str]:
        """The fake carrier plays Slack too; its one token opens all of it."""
        if not self._plays_the_carrier or self._operator.get("SLACK_BOT_TOKEN") or self._operator.get("FEISHU_APP_ID"):
            return {}
        return {"SLACK_API_URL": f"{self.carrier_url}/slack/api", "SLACK_BOT_TOKEN": kept["TWILIO_AUTH_TOKEN"]}

    @property
    def _plays_the_carrier(self) -> bool:
        """Not for an operator who named a carrier or an account with the real one."""
        return not (self._operator.get("TWILIO_API_URL") or self._operator.get("TWILIO_ACCOUNT_SID"))

    def _postgres_program(self) -> Program:
        return Program(
            name="postgres",
            argv=self.postgres.argv,
            env=self._operator,
            user=self.postgres.user,
            death_signal=signal.SIGINT,
            stop_signal=signal.SIGINT,
            grace=20,
            before=self.postgres.prepare,
            ready=self.postgres.wait_ready,
            cwd=self.postgres.home,
        )

    def _redis_program(self) -> Program:
        return Program(
            name="redis",
            argv=self.redis.argv,
            env=self._operator,
            before=self.redis.prepare,
            ready=self.redis.wait_ready,
            cwd=self.redis.home,
        )

    def _start_programs(self) -> None:
        if self._plays_the_carrier:
            ports = ("--port", str(self._ports["carrier"]), "--smtp-port", str(self._ports["smtp"]))
            speed = ("--speed", str(self.carrier_speed))
            self._add("carrier", "manage.py", "fake_carrier", *ports, *speed, ready=_listening(self._ports["carrier"]))
        web = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self._ports["web"]), "--workers", "2")
        quiet = ("--blocking-threads", "2", "--no-ws", "--log-level", "warning", "--workers-kill-timeout", "3")
        self._add("web", "-m", "granian", *web, *quiet, "deploy.web:application", ready=_listening(self._ports["web"]))
        celery = ("-m", "celery", "--app", "config", "--quiet")
        lone = ("--without-mingle", "--without-gossip")
        # Root on a fresh machine is a case of ours; tasks are JSON, which is what the warning is about.
        calm = ("-W", "ignore:You're running the worker with superuser privileges")
        self._add("worker", *calm, *celery, "worker", "--concurrency", "2", "--loglevel", "WARNING", *lone)
        schedule = ("--schedule", str(self.directory / "beat.schedule"), "--pidfile", "")
        self._add("beat", *celery, "beat", "--loglevel", "WARNING", *schedule)
        for place in range(1, self.cycles + 1):
            name = "cycle" if place == 1 else f"cycle{place}"
            self._add(name, "manage.py", "cycle", "--name", name)
        self.supervisor.start(*(name for name in self.supervisor.names if name not in SERVERS))

    def start_live_incident(self) -> None:
        """Let something happen in the demo company soon."""
        self._add("live", "manage.py", "live_incident", once=True)
        self.supervisor.start("live")

    def _add(
        self,
        name: str,
        *arguments: str,
        ready: Callable[[subprocess.Popen[bytes]], None] | None = None,
        once: bool = False,
    ) -> None:
        argv = [sys.executable, *arguments]
        self.supervisor.add(Program(name=name, argv=argv, env=self.env, ready=ready, once=once, cwd=PROJECT))

    def _write_environment(self) -> None:
        """For commands in another shell: ``. var/run.env`` leads them to the same servers."""
        names = sorted(set(self._ours) - {"DEMO"})
        _write_private(
            self.directory / "run.env", "".join(f"export {name}={shlex.quote(self.env[name])}\n" for name in names)
        )

    def _write_pids(self) -> None:
        with self._pids_lock:
            _write_private(self.directory / "run.pids", json.dumps({"supervisor": os.getpid(), **self.pids}))


def keep_secrets(path: Path) -> dict[str, str]:
    """Secrets made at the first start and kept, readable by their owner only."""
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    fresh = {
        "MAINSTAY_SECRET_KEY": secrets.token_urlsafe(50),
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
    }
    if fresh.keys() - kept.keys():
        kept = {**fresh, **kept}
        _write_private(path, json.dumps(kept, indent=1))
    return kept


def _write_private(path: Path, text: str) -> None:
    """Write a file nobody else may read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{threading.get_ident()}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def plain_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in PLAIN_VARIABLES if name in os.environ}


def _choose_ports(operator: Mapping[str, str], *, prefer: bool) -> dict[str, int]:
    wanted = {"web": int(operator.get("MAINSTAY_PORT") or WEB_PORT), "carrier": CARRIER_PORT, "smtp": SMTP_PORT}
    chosen: dict[str, int] = {}
    for name, port in wanted.items():
        candidate = free_port(port if prefer else 0)
        while candidate in chosen.values():
            candidate = free_port()
        chosen[name] = candidate
    return chosen


def _listening(port: int, seconds: float = 60) -> Callable[[subprocess.Popen[bytes]], None]:
    """A wait until somebody accepts connections on the port."""

    def wait(process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if process.poll() is not None:
                    raise LaunchError(f"ended with status {process.returncode}") from None
                if time.monotonic() > deadline:
                    raise LaunchError(f"nothing answers on port {port} after {seconds:.0f} s") from None
                time.sleep(0.05)

    return wait
