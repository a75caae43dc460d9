"""The embedded PostgreSQL: what it survives, and what it leaves behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from deploy import postgres
from deploy.postgres import Postgres
from deploy.process import LaunchError
from tests.deploy.processes import family, is_alive, wait_until
from tests.servers import PROJECT


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path that root's PostgreSQL, which runs as another user, can reach."""
    with tempfile.TemporaryDirectory(prefix="mainstay-pg-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def server(home: Path) -> Iterator[Postgres]:
    server = Postgres(home / "postgres", quick=True)
    server.start()
    yield server
    server.stop()


def run_sql(server: Postgres, *statements: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(server.url)
    try:
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def pid_of(server: Postgres) -> int:
    assert server.process is not None
    return server.process.pid


def test_it_is_a_new_enough_server_that_folds_more_than_ascii(server: Postgres) -> None:
    [(version, user, folded)] = run_sql(
        server, "SELECT current_setting('server_version_num')::int, current_user, lower('ÄÖ')"
    )
    assert isinstance(version, int)
    assert version >= 150000
    assert (user, folded) == ("mainstay", "äö")


def test_it_listens_on_a_private_socket_and_not_on_the_network(server: Postgres) -> None:
    assert server.socket.stat().st_mode & 0o777 == 0o700
    assert run_sql(server, "SHOW listen_addresses") == [("",)]


def test_committed_rows_survive_a_kill_of_the_server(home: Path) -> None:
    server = Postgres(home / "postgres")
    server.start()
    run_sql(server, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    os.kill(pid_of(server), signal.SIGKILL)
    server.start()
    assert run_sql(server, "SELECT n FROM kept") == [(7,)]
    server.stop()


def test_a_pid_file_that_names_a_living_stranger_does_not_stop_it(server: Postgres) -> None:
    server.stop()
    stranger = subprocess.Popen(["sleep", "60"], user=server.user or None)
    try:
        (server.data / "postmaster.pid").write_text(f"{stranger.pid}\n{server.data}\n0\n5432\n\n\n")
        server.start()
        assert run_sql(server, "SELECT 1") == [(1,)]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_second_server_on_the_same_data_is_refused(server: Postgres) -> None:
    second = Postgres(server.home, quick=True)
    second._settle_home()
    second._settle_socket()
    with pytest.raises(LaunchError, match="Another PostgreSQL is running"):
        second._wait_for_predecessor(seconds=0.2)


def test_stopping_is_quick_even_with_a_session_open(server: Postgres) -> None:
    connection = psycopg2.connect(server.url)
    members = family(pid_of(server))
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 5
    assert not any(map(is_alive, members))
    connection.close()


def test_a_first_start_killed_half_way_is_done_again(home: Path) -> None:
    server = Postgres(home / "postgres", quick=True)
    server.prepare()
    server.data.rename(server.home / "data.draft")
    server.start()
    assert run_sql(server, "SELECT 1") == [(1,)]
    server.stop()


def test_a_folder_too_deep_for_a_socket_gets_its_socket_elsewhere(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)
    server = Postgres(deep, quick=True)
    server.start()
    assert run_sql(server, "SELECT 1") == [(1,)]
    assert len(str(server.socket)) < 90
    server.stop()
    server.socket.rmdir()


def test_data_of_another_version_are_refused_by_name(home: Path) -> None:
    server = Postgres(home / "postgres", quick=True)
    server.prepare()
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(LaunchError, match="was made by PostgreSQL 12"):
        server.prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
def test_root_puts_data_where_the_service_user_can_reach_them(home: Path) -> None:
    home.chmod(0o700)
    server = Postgres(home / "postgres", quick=True)
    try:
        server.start()
        assert server.home.is_relative_to(postgres.REACHABLE)
        again = Postgres(home / "postgres", quick=True)
        again._settle_home()
        assert again.home == server.home
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", server.home], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
def test_root_copies_binaries_the_service_user_cannot_reach(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = postgres.find_binaries()
    package = found.folder.parent.parent
    hidden = home / "hidden"
    hidden.mkdir(mode=0o700)
    (hidden / package.name).symlink_to(package)
    monkeypatch.setattr(postgres, "REACHABLE", home / "reachable")
    binaries = postgres.Binaries(hidden / package.name / found.folder.parent.name / "bin", found.version, found.origin)
    copied = postgres._reachable_binaries(binaries, postgres.SERVICE_USER)
    assert copied.folder.is_relative_to(home / "reachable")
    assert postgres._major_version(copied.folder) == found.version


def test_without_any_server_the_message_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_in_wheel", list)
    monkeypatch.setattr(postgres, "_on_machine", list)
    with pytest.raises(LaunchError, match="Install the package postgresql, or set DATABASE_URL"):
        postgres.find_binaries()


def test_a_server_found_on_the_machine_serves_as_well(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_in_wheel", list)
    try:
        postgres.find_binaries()
    except LaunchError:
        pytest.skip("no PostgreSQL is installed on this machine")
    server = Postgres(home / "postgres", quick=True)
    server.start()
    assert run_sql(server, "SELECT lower('Ä')") == [("ä",)]
    server.stop()


def test_it_ends_in_order_when_its_launcher_is_killed(home: Path) -> None:
    code = (
        "import sys, time, pathlib; from deploy.postgres import Postgres\n"
        "server = Postgres(pathlib.Path(sys.argv[1]), quick=True); server.start()\n"
        "print(server.process.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(home / "postgres")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as launcher:
        assert launcher.stdout is not None
        members = family(int(launcher.stdout.readline()))
        launcher.kill()
    wait_until(lambda: not any(map(is_alive, members)), what="the end of the server")
    log = (home / "postgres" / "postgres.log").read_text()
    assert "received fast shutdown request" in log
    assert "database system is shut down" in log
