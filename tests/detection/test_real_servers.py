"""Readers against MariaDB and Prometheus themselves, where the machine has them (docs/sources.md)."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pymysql
import pytest

from detection.sources import Access, Query, Row, SourceError, reader_of

MARIADBD, INSTALL = shutil.which("mariadbd"), shutil.which("mariadb-install-db")
PROMETHEUS, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BY_MERCHANT = (("merchant", "merchant"),)


@pytest.fixture(autouse=True)
def _loopback_allowed(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def await_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the server does not listen")


@pytest.fixture(scope="module")
def mariadb() -> Iterator[Access]:
    if not (MARIADBD and INSTALL):
        pytest.skip("there is no MariaDB here (package mariadb-server)")
    home = Path(tempfile.mkdtemp(prefix="mainstay-mariadb-"))
    home.chmod(0o755)
    data, port = home / "data", free_port()
    data.mkdir()
    shutil.chown(data, "nobody")
    ours = ["--no-defaults", f"--datadir={data}", "--user=nobody"]
    install = [INSTALL, *ours, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(install, check=True, capture_output=True)
    place = ["--bind-address=127.0.0.1", f"--port={port}", f"--socket={data}/s", "--skip-log-bin"]
    server = subprocess.Popen([MARIADBD, *ours, *place], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_port(port, server)
        _fill(port)
        options = {"host": "127.0.0.1", "port": port, "database": "shop", "user": "reader"}
        yield Access(options, secret="hunter2", seconds=5)
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(home, ignore_errors=True)


def _fill(port: int) -> None:
    with pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True) as line, line.cursor() as cursor:
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute("CREATE DATABASE shop CHARACTER SET utf8mb4")
        # May do everything, so that what keeps it from writing is the session alone.
        cursor.execute("CREATE USER reader@'%' IDENTIFIED BY 'hunter2'")
        cursor.execute("GRANT ALL ON *.* TO reader@'%'")
        cursor.execute("CREATE TABLE shop.payments (at TIMESTAMP, local DATETIME, merchant TEXT, amount DECIMAL(10,2))")
        for seconds, merchant in [(0, "m1"), (59, "m1"), (30, "it's 🥟"), (60, "m1")]:
            at = (NOON + timedelta(seconds=seconds)).replace(tzinfo=None)
            row = (at, at + timedelta(hours=8), merchant, 10 + seconds)
            cursor.execute("INSERT INTO shop.payments VALUES (%s, %s, %s, %s)", row)


def asked(kind: str, access: Access, query: Query) -> list[Row]:
    with reader_of(kind, access) as reader:
        return sorted(reader.read(query, NOON, NOON + MINUTE), key=str)


@pytest.mark.parametrize(("column", "zone"), [("at", "UTC"), ("at", "Asia/Shanghai"), ("local", "Asia/Shanghai")])
def test_mariadb_counts_in_the_columns_own_zone(mariadb: Access, column: str, zone: str) -> None:
    query = Query("payments", column, time_zone=zone, labels=BY_MERCHANT)
    assert asked("mysql", mariadb, query) == [Row(("it's 🥟",), 1), Row(("m1",), 2)]


def test_mariadb_sums_filters_and_shows_itself(mariadb: Access) -> None:
    query = Query("shop.payments", "at", aggregate="sum", value_column="amount", filters=(("merchant", "it's 🥟"),))
    assert [float(row.value) for row in asked("mysql", mariadb, query)] == [40]
    with reader_of("mysql", mariadb) as reader:
        assert reader.tables()[0].columns[0] == ("at", "timestamp")
        assert len(reader.sample("payments", 2).rows) == 2


def test_mariadb_is_kept_to_reading_and_to_its_time(mariadb: Access) -> None:
    reader = reader_of("mysql", mariadb)
    with reader, pytest.raises(Exception, match="READ ONLY"):
        reader.connection.exec_driver_sql("DELETE FROM payments")  # type: ignore[attr-defined]
    hurried = Access(mariadb.options, secret="hunter2", seconds=0.5)
    joined = ", ".join(f"payments AS p{number}" for number in range(18))
    own = f"SELECT count(*) FROM {joined} WHERE p0.at >= :start AND p0.at < :end"  # noqa: S608 - constants
    with pytest.raises(SourceError, match="did not answer in time"):
        asked("mysql", hurried, Query(statement=own))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT lpad('a', 4000000, 'a')",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 900) SELECT lpad(x, 9000, 1) FROM n",
    ],
)
def test_an_answer_of_mariadb_that_is_too_large_is_a_sentence_and_the_rest_is_not_read(
    mariadb: Access, statement: str
) -> None:
    access = Access(mariadb.options, secret=mariadb.secret, row_cap=1000)
    begun = time.monotonic()
    with reader_of("mysql", access) as reader:
        with pytest.raises(SourceError, match="answer is too large") as error:
            reader.answer_to(statement, NOON, NOON)  # type: ignore[attr-defined]
        assert (error.value.permanent, error.value.tries) == (True, 1)
    assert time.monotonic() - begun < 5
    with reader_of("mysql", access) as reader:
        assert reader.answer_to("SELECT 1 AS x", NOON, NOON).rows == [(1,)]  # type: ignore[attr-defined]
    many = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1001) SELECT n.x FROM n, n AS m"
    with reader_of("mysql", access) as reader, pytest.raises(SourceError, match="more than 1000 rows"):
        reader.answer_to(many, NOON, NOON)  # type: ignore[attr-defined]


def test_mariadb_refuses_a_wrong_password_in_a_sentence(mariadb: Access) -> None:
    with pytest.raises(SourceError, match="does not let us in") as error:
        asked("mysql", Access(mariadb.options, secret="wrong"), Query("payments", "at"))
    assert "wrong" not in str(error.value).replace("password", "")
    with pytest.raises(SourceError, match="nope"):
        asked("mysql", mariadb, Query("payments", "nope"))


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not (PROMETHEUS and PROMTOOL):
        pytest.skip("there is no Prometheus here (package prometheus)")
    home, port = tmp_path_factory.mktemp("prometheus"), free_port()
    lines = ["# TYPE payments counter"]
    for step in range(40):  # a sample every 15 s for ten minutes before noon
        at = int(NOON.timestamp()) - 540 + 15 * step
        lines += [f'payments_total{{merchant="m{number}"}} {(number + 1) * step} {at}' for number in range(2)]
    (home / "given").write_text("\n".join([*lines, "# EOF", ""]))
    (home / "config.yml").write_text("global: {}\n")
    given = [PROMTOOL, "tsdb", "create-blocks-from", "openmetrics", str(home / "given"), str(home / "data")]
    subprocess.run(given, check=True, capture_output=True)
    argv = [PROMETHEUS, f"--config.file={home}/config.yml", f"--storage.tsdb.path={home}/data"]
    argv += [f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=100y"]
    server = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_port(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def test_prometheus_tells_the_growth_of_a_counter(prometheus: str) -> None:
    access = Access({"url": prometheus})
    rows = _when_ready(access, Query("payments_total", labels=BY_MERCHANT))
    assert [(row.labels, round(row.value)) for row in rows] == [(("m0",), 4), (("m1",), 8)]
    own = Query(statement="max(payments_total)", labels=())
    assert [row.value for row in asked("prometheus", access, own)] == [78]
    with reader_of("prometheus", access) as reader:
        assert "payments_total" in [table.name for table in reader.tables()]


def test_prometheus_refuses_what_is_no_promql(prometheus: str) -> None:
    with pytest.raises(SourceError, match="status 400"):
        asked("prometheus", Access({"url": prometheus}), Query(statement="sum(("))


def _when_ready(access: Access, query: Query) -> list[Row]:
    """Prometheus listens a moment before it answers."""
    for _try in range(100):
        try:
            return asked("prometheus", access, query)
        except SourceError:
            time.sleep(0.1)
    return asked("prometheus", access, query)
