# ruff: noqa: S608 - statements are what is tested, and none is run
"""Queries of somebody's own: one harmless SELECT, written anew; everything else is refused before it is sent."""

import time

import pytest
from sqlalchemy.dialects import sqlite

from detection.sources import SourceError
from detection.sources.statements import checked_statement, own_statement

WHERE = "WHERE at >= :start AND at < :end"


@pytest.mark.parametrize(
    ("statement", "written"),
    [
        (f"select m, count(*) from p {WHERE} group by m", f"SELECT m, COUNT(*) FROM p {WHERE} GROUP BY m"),
        (f"SELECT 1 FROM p {WHERE} -- a note", f"SELECT 1 FROM p {WHERE}"),
        (f"SELECT 1 FROM p {WHERE} AND n <> 'a:b'", f"SELECT 1 FROM p {WHERE} AND n <> 'a\\:b'"),
        (
            f"WITH x AS (SELECT 1 AS a) SELECT a FROM x, p {WHERE}",
            f"WITH x AS (SELECT 1 AS a) SELECT a FROM x, p {WHERE}",
        ),
    ],
)
def test_a_select_is_written_anew(statement: str, written: str) -> None:
    assert checked_statement(statement, "postgres") == written


@pytest.mark.parametrize("literal", ["'a:b'", "'12:30:00'", "'a\\b'", "'a\\:b'", "' : '", "'100%'", "':start'"])
def test_a_text_in_it_stays_as_it_was_written(literal: str) -> None:
    compiled = own_statement(f"SELECT {literal} FROM p {WHERE}", "postgres", 1, 2).compile(dialect=sqlite.dialect())
    assert str(compiled) == f"SELECT {literal} FROM p WHERE at >= ? AND at < ?"


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE p",
        f"SELECT 1 FROM p {WHERE}; DROP TABLE p",
        f"SELECT * INTO q FROM p {WHERE}",
        f"SELECT * FROM p {WHERE} FOR UPDATE",
        f"WITH d AS (DELETE FROM p RETURNING *) SELECT * FROM d, p {WHERE}",
        f"WITH d AS (INSERT INTO p VALUES (1) RETURNING *) SELECT * FROM d, p {WHERE}",
        f"SELECT pg_sleep(10) FROM p {WHERE}",
        f"SELECT pg_catalog.pg_sleep(10) FROM p {WHERE}",
        f"SELECT lo_import('/etc/passwd') FROM p {WHERE}",
        f"SELECT query_to_xml('DROP TABLE p', true, true, '') FROM p {WHERE}",
        f"SELECT set_config('transaction_read_only', 'off', false) FROM p {WHERE}",
        f"SELECT current_setting('data_directory') FROM p {WHERE}",
        f"SELECT * FROM dblink('dbname=x', 'DELETE FROM p') AS t(a int), p {WHERE}",
        f"SELECT * FROM pg_shadow, p {WHERE}",
        f"SELECT * FROM pg_catalog.pg_authid, p {WHERE}",
        f"SELECT * FROM information_schema.tables, p {WHERE}",
        "COPY p TO PROGRAM 'id'",
        "DO $$ BEGIN END $$",
        "SET default_transaction_read_only = off",
        "EXPLAIN ANALYZE DELETE FROM p",
        "CALL x()",
        "VACUUM",
        "",
        ";",
        "{{7*7}}",
        "{% include 'x' %}",
        "SELECT 1",
        f"SELECT :other FROM p {WHERE}",
        f"SELECT mainstay_bound_start FROM p {WHERE}",
        f"SELECT 1 FROM p {WHERE}\x00",
        "SELECT " + "x" * 20_000,
    ],
)
def test_everything_else_is_refused(statement: str) -> None:
    with pytest.raises(SourceError) as error:
        checked_statement(statement, "postgres")
    assert error.value.permanent


@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT sleep(10) FROM p {WHERE}",
        f"SELECT benchmark(1000000, md5('x')) FROM p {WHERE}",
        f"SELECT load_file('/etc/passwd') FROM p {WHERE}",
        f"SELECT 1 INTO OUTFILE '/tmp/x' FROM p {WHERE}",
        f"SELECT @@version FROM p {WHERE}",
        f"SELECT @a := 1 FROM p {WHERE}",
        f"SELECT get_lock('a', 10) FROM p {WHERE}",
        f"SELECT * FROM p {WHERE} LOCK IN SHARE MODE",
        f"SELECT * FROM mysql.user, p {WHERE}",
    ],
)
def test_what_harms_mysql_is_refused_too(statement: str) -> None:
    with pytest.raises(SourceError):
        checked_statement(statement, "mysql")


def test_a_comment_that_mysql_would_run_is_left_out() -> None:
    hidden = f"SELECT /*!50000 sleep(10), */ 1 FROM p {WHERE}"
    assert "sleep" not in checked_statement(hidden, "mysql")


@pytest.mark.parametrize("text", ["(" * 5000, "SELECT " + "(" * 4000 + "1", "SELECT 1 " + "UNION SELECT 1 " * 600])
def test_depth_is_refused_and_stops_nobody(text: str) -> None:
    begun = time.monotonic()
    with pytest.raises(SourceError):
        checked_statement(text, "postgres")
    assert time.monotonic() - begun < 30
