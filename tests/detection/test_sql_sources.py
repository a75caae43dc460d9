"""What the SQL readers ask of real servers, and what they refuse to ask."""

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from django.db import connection

from detection.sources import Access, Query, Row, SourceError, reader_of
from tests.detection.shops import Door, Shop

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BY_MERCHANT = (("merchant", "merchant"),)
SHOP = f"shop_{os.getpid()}"


@pytest.fixture(scope="module")
def shop_database(django_db_setup: None) -> Iterator[dict[str, Any]]:
    """A database of its own on the tests' PostgreSQL, with payments in it."""
    given = connection.get_connection_params()
    main = psycopg2.connect(**{**given, "dbname": "postgres"})
    main.autocommit = True
    with main.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {SHOP}")
        cursor.execute(f"CREATE DATABASE {SHOP}")
    with psycopg2.connect(**{**given, "dbname": SHOP}) as line, line.cursor() as cursor:
        cursor.execute(
            'CREATE TABLE "odd ""name" ("the time" timestamptz, plain timestamp, seconds bigint, merchant text, '
            "shard integer, amount numeric)"
        )
        for index, merchant in enumerate(["m1", "m1", "m2", "Robert'); DROP TABLE payments;--"]):
            at = NOON + index * timedelta(seconds=20)
            plain = at.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)
            values = [at, plain, int(at.timestamp()), merchant, index, 10 * index]
            cursor.execute('INSERT INTO "odd ""name" VALUES (%s, %s, %s, %s, %s, %s)', values)
    line.close()
    place = main.info
    yield {"user": place.user, "password": place.password, "socket": f"{place.host}/.s.PGSQL.{place.port}"}
    with main.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {SHOP} WITH (FORCE)")
    main.close()


@pytest.fixture
def door(shop_database: dict[str, Any], settings: Any) -> Iterator[Door]:
    found = Door(shop_database["socket"])
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{found.port}"]
    yield found
    found.shut()


def postgresql(door: Door, database: dict[str, Any], **more: Any) -> Access:
    options = {"host": "127.0.0.1", "port": door.port, "database": SHOP, "user": database["user"]}
    return Access(options, secret=str(database["password"] or ""), **more)


def asked(kind: str, access: Access, query: Query, *, minutes: int = 1) -> list[Row]:
    with reader_of(kind, access) as reader:
        return sorted(reader.read(query, NOON, NOON + minutes * MINUTE), key=str)


def test_postgresql_counts_by_label_between_two_moments(door: Door, shop_database: dict[str, Any]) -> None:
    access = postgresql(door, shop_database)
    query = Query('odd "name', "the time", labels=BY_MERCHANT)
    assert asked("postgresql", access, query) == [Row(("m1",), 2), Row(("m2",), 1)]
    total = Query('odd "name', "the time", aggregate="sum", value_column="amount")
    assert asked("postgresql", access, total, minutes=2) == [Row((), 60)]


@pytest.mark.parametrize(
    ("column", "time_format", "zone"),
    [("the time", "timestamp", "UTC"), ("plain", "timestamp", "Asia/Shanghai"), ("seconds", "epoch", "UTC")],
)
def test_postgresql_reads_time_as_the_column_has_it(
    door: Door, shop_database: dict[str, Any], column: str, time_format: str, zone: str
) -> None:
    query = Query('public.odd "name', column, time_format=time_format, time_zone=zone)
    assert asked("postgresql", postgresql(door, shop_database), query) == [Row((), 3)]


def test_filters_are_bound_whatever_type_the_column_has(door: Door, shop_database: dict[str, Any]) -> None:
    access = postgresql(door, shop_database)
    for column, value in [("shard", "1"), ("shard", 1), ("merchant", "m2"), ("merchant", "' OR 1=1 --")]:
        query = Query('odd "name', "the time", filters=((column, value),))
        assert asked("postgresql", access, query) == [Row((), 0 if "OR" in str(value) else 1)]


def test_postgresql_shows_its_tables_and_first_rows(door: Door, shop_database: dict[str, Any]) -> None:
    with reader_of("postgresql", postgresql(door, shop_database)) as reader:
        tables = reader.tables()
        assert [table.name for table in tables] == ['public.odd "name']
        assert tables[0].columns[0] == ("the time", "timestamp with time zone")
        sample = reader.sample(tables[0].name, limit=2)
    assert sample.columns == ("the time", "plain", "seconds", "merchant", "shard", "amount")
    assert len(sample.rows) == 2


def test_postgresql_is_kept_from_writing_by_its_session(door: Door, shop_database: dict[str, Any]) -> None:
    reader = reader_of("postgresql", postgresql(door, shop_database))
    with reader, pytest.raises(Exception, match="read-only transaction"):
        reader.connection.exec_driver_sql("CREATE TABLE mine (x int)")  # type: ignore[attr-defined]


def test_postgresql_is_kept_to_its_time(door: Door, shop_database: dict[str, Any]) -> None:
    own = "SELECT count(*) FROM generate_series(1, 100000000000) WHERE :start < :end"
    with pytest.raises(SourceError, match="did not answer in time"):
        asked("postgresql", postgresql(door, shop_database, seconds=0.3), Query(statement=own))


def test_a_server_that_has_gone_is_a_sentence(door: Door, shop_database: dict[str, Any]) -> None:
    door.shut()
    with pytest.raises(SourceError, match="cannot be reached") as error:
        asked("postgresql", postgresql(door, shop_database), Query('odd "name', "the time"))
    assert not error.value.permanent


def test_more_rows_than_the_cap_are_refused(door: Door, shop_database: dict[str, Any]) -> None:
    query = Query('odd "name', "the time", labels=BY_MERCHANT)
    with pytest.raises(SourceError, match="more than 1 rows") as error:
        asked("postgresql", postgresql(door, shop_database, row_cap=1), query)
    assert error.value.tries == 1


def test_errors_tell_no_password(door: Door, shop_database: dict[str, Any]) -> None:
    access = postgresql(door, shop_database)
    access = Access({**access.options, "database": "gone"}, secret="hunter2")
    with pytest.raises(SourceError) as error:
        asked("postgresql", access, Query("hunter2", "t"))
    assert "hunter2" not in str(error.value)
    assert "hunter2" not in repr(access)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.5", "[::1]", "0x7f.1", "::1"])
@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_hosts_inside_are_refused_unless_the_site_allows_them(kind: str, host: str, settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["169.254.0.0/16"]
    access = Access({"host": host, "database": "x", "user": "x"})
    with pytest.raises(SourceError, match=r"may not be called|complete web address") as error:
        reader_of(kind, access).__enter__()
    assert error.value.permanent


def test_a_file_lies_below_the_one_folder(tmp_path: Path, settings: Any) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    Shop(outside)
    Shop(inside)
    (inside / "link.db").symlink_to(outside / "shop.db")
    settings.SOURCE_FILES = str(inside)
    for name in ["../outside/shop.db", str(outside / "shop.db"), "link.db", "", "none.db", ".", "a\x00b"]:
        with pytest.raises(SourceError, match="no such file"):
            reader_of("sqlite", Access({"path": name})).__enter__()
    with reader_of("sqlite", Access({"path": "shop.db"})) as reader:
        assert [table.name for table in reader.tables()] == ["payments"]
    settings.SOURCE_FILES = ""
    with pytest.raises(SourceError, match="MAINSTAY_SOURCE_FILES"):
        reader_of("sqlite", Access({"path": "shop.db"})).__enter__()


@pytest.fixture
def file(tmp_path: Path, settings: Any) -> Access:
    settings.SOURCE_FILES = str(tmp_path)
    Shop(tmp_path).pay(NOON, count=3)
    return Access({"path": "shop.db"}, seconds=0.5)


@pytest.mark.parametrize(
    ("time_format", "written"),
    [
        ("timestamp", "2026-05-01 12:00:30"),
        ("epoch", int(NOON.timestamp()) + 30),
        ("epoch_ms", int(NOON.timestamp()) * 1000 + 30_000),
        ("%Y-%m-%dT%H:%M:%S", "2026-05-01T12:00:30"),
        ("%Y%m%d%H%M", "202605011200"),
    ],
)
def test_sqlite_reads_time_as_it_is_written(file: Access, tmp_path: Path, time_format: str, written: Any) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as line, line:
        line.execute("CREATE TABLE t (at)")
        line.execute("INSERT INTO t VALUES (?)", [written])
    assert asked("sqlite", file, Query("t", "at", time_format=time_format)) == [Row((), 1)]


def test_a_column_that_is_not_there_is_no_text_that_always_fits(file: Access) -> None:
    with pytest.raises(SourceError, match="no such column"):
        asked("sqlite", file, Query("payments", "happened"))


def test_a_query_that_never_ends_is_interrupted(file: Access) -> None:
    own = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n WHERE :start < :end"
    with pytest.raises(SourceError, match="did not answer in time"):
        asked("sqlite", file, Query(statement=own))


@pytest.mark.parametrize("statement", ["ATTACH 'x.db' AS x", "PRAGMA writable_schema = 1", "DELETE FROM payments"])
def test_sqlite_is_opened_for_reading_only(file: Access, statement: str) -> None:
    reader = reader_of("sqlite", file)
    with reader, pytest.raises(Exception, match="not authorized"):
        reader.connection.exec_driver_sql(statement)  # type: ignore[attr-defined]


LARGE = [
    (
        "sqlite",
        "WITH RECURSIVE n(x, y) AS (SELECT 1, 'aaaaaaaa' UNION ALL SELECT x + 1, y || y FROM n) SELECT y FROM n",
    ),
    ("postgresql", "SELECT lpad('a', 100000000, 'a') AS x"),
    ("postgresql", "SELECT string_agg(lpad('a', 1000, 'a'), '') FROM generate_series(1, 100000)"),
    ("postgresql", "SELECT lpad(g::text, 3000, 'a') AS mainstay, g FROM generate_series(1, 3000) AS g ORDER BY 2"),
]


@pytest.mark.parametrize(("kind", "statement"), LARGE)
def test_an_answer_that_is_too_large_is_a_sentence_and_fills_no_memory(
    kind: str, statement: str, file: Access, door: Door, shop_database: dict[str, Any]
) -> None:
    place = file if kind == "sqlite" else postgresql(door, shop_database)
    access = Access(place.options, secret=place.secret, row_cap=5000, seconds=20)
    with reader_of(kind, access) as reader:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(SourceError, match="answer is too large") as error:
            reader.answer_to(statement, NOON, NOON + MINUTE)  # type: ignore[attr-defined]
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000, "kibibytes"
    assert (error.value.permanent, error.value.tries) == (True, 1)


def test_what_is_not_too_large_is_answered_in_its_order(door: Door, shop_database: dict[str, Any]) -> None:
    own = "SELECT g, lpad('a', 300, 'b') AS g, '{\"a\": [1]}'::jsonb FROM generate_series(1, 1000) AS g ORDER BY 1 DESC"
    with reader_of("postgresql", postgresql(door, shop_database)) as reader:
        answer = reader.answer_to(own, NOON, NOON + MINUTE)  # type: ignore[attr-defined]
    assert [row[0] for row in answer.rows] == list(range(1000, 0, -1))
    assert (answer.columns[:2], len(answer.rows[0][1])) == (("g", "g"), 300)


def test_a_sample_is_bound_by_its_bytes_and_not_by_the_cap_of_rows(door: Door, shop_database: dict[str, Any]) -> None:
    with reader_of("postgresql", postgresql(door, shop_database, row_cap=1)) as reader:
        assert len(reader.sample('odd "name').rows) == 4
