"""Queries of somebody's own: what they find, and that one that writes or never ends is refused, stopped and told."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.models import Role
from detection.inspections.services import add_inspection, edit_inspection
from detection.models import Inspection, Source
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted
from tests.detection.inspections.makers import make_inspection, run, seen_by
from tests.factories import acting, make_person, make_service

pytestmark = pytest.mark.django_db

ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) AS many FROM t"


@pytest.fixture
def ledger(tmp_path: Path, settings: Any) -> Source:
    """Bookings, of which two have no payment."""
    settings.SOURCE_FILES = str(tmp_path)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as file, file:
        file.execute("CREATE TABLE bookings (id INTEGER, shop TEXT, service TEXT, payment TEXT, at TEXT)")
        rows = [(1, "m1", "tills", None, "2999-01-01"), (2, "m2", "none", None, "2020-01-01"), (3, "m1", "x", "p", "")]
        file.executemany("INSERT INTO bookings VALUES (?, ?, ?, ?, ?)", rows)
    options = {"path": "ledger.db"}
    return Source.objects.create(name="Ledger", slug="ledger", kind="sqlite", options=options)


def asked(statement: str, **more: Any) -> dict[str, Any]:
    return {"source": "ledger", "statement": statement, "title": "Booking {id} of {shop} {nothing}", "days": 1, **more}


def test_each_row_is_a_finding(ledger: Source) -> None:
    service = make_service(slug="tills")
    statement = "SELECT id, shop, service FROM bookings WHERE payment IS NULL"
    inspection = make_inspection("query", asked(statement, service_column="service"))
    run(inspection)
    assert seen_by(inspection) == ["Booking 1 of m1 {nothing}", "Booking 2 of m2 {nothing}"]
    first, second = inspection.findings.order_by("title")
    assert (first.service, second.service) == (service, None)
    assert first.description == "id: 1\nshop: m1\nservice: tills"
    edit_inspection(inspection, parameters=asked(f"{statement} AND at > :end", key="id, shop"), **acting())
    done = run(inspection)
    assert (done.new, done.gone, seen_by(inspection)) == (1, 2, ["Booking 1 of m1 {nothing}"])


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM bookings", "SELECT"),
        ("SELECT 1; DROP TABLE bookings", "SELECT"),
        ("WITH x AS (DELETE FROM bookings RETURNING id) SELECT * FROM x", ""),
        ("SELECT * INTO copy FROM bookings", "SELECT"),
        ("SELECT load_extension('x')", "load_extension"),
        ("SELECT name FROM sqlite_master", "sqlite_master"),
        ("SELECT * FROM bookings WHERE id = :other", ":start"),
        ("this is no SQL (", "SQL"),
        ("SELECT 1 --" + "x" * 10_000, ""),
    ],
)
def test_a_query_that_does_more_than_read_is_refused_and_written_down(
    ledger: Source, statement: str, words: str
) -> None:
    alice = make_person()
    with pytest.raises(InputRefused) as refused:
        add_inspection(name="Bad", kind="query", parameters=asked(statement), **acting(alice))
    assert set(refused.value.errors) == {"statement"}
    assert words in refused.value.errors["statement"]
    told = Event.objects.about(ledger).get(verb="refuse_query")
    assert (told.actor, told.data["statement"]) == (alice, statement[:1000])
    assert told.note == refused.value.errors["statement"]
    assert not Inspection.objects.filter(name="Bad").exists()


def test_what_got_past_the_form_is_refused_by_the_run_and_written_down(ledger: Source) -> None:
    inspection = make_inspection("query", asked("SELECT id, shop FROM bookings"))
    inspection.parameters["statement"] = "DELETE FROM bookings"
    inspection.save(update_fields=["parameters"])
    assert "SELECT" in run(inspection).error
    inspection.refresh_from_db()
    edit_inspection(inspection, parameters=asked("SELECT count(*) AS id, 0 AS shop FROM bookings"), **acting())
    run(inspection)
    assert seen_by(inspection) == ["Booking 3 of 0 {nothing}"]


def test_a_query_that_never_ends_is_stopped_and_written_down(ledger: Source) -> None:
    Source.objects.update(timeout=timedelta(seconds=0.2))
    inspection = make_inspection("query", asked(ENDLESS))
    failed = run(inspection)
    assert failed.error == "The source did not answer in time."
    assert Event.objects.about(inspection).get(verb="fail_run").note == failed.error


@pytest.mark.parametrize(
    ("statement", "more", "words"),
    [
        ("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t", {}, "more than 500 rows"),
        ("SELECT shop FROM bookings", {"key": "id"}, "no column “id”"),
        ("SELECT nothing FROM bookings", {}, "nothing"),
    ],
)
def test_an_answer_that_is_of_no_use_is_told(ledger: Source, statement: str, more: dict[str, Any], words: str) -> None:
    assert words in run(make_inspection("query", asked(statement, **more))).error


def test_a_source_that_is_gone_is_told(ledger: Source) -> None:
    inspection = make_inspection("query", asked("SELECT id, shop FROM bookings"))
    ledger.delete()
    assert "not there any more" in run(inspection).error


def test_only_who_may_see_what_lies_in_sources_writes_queries(ledger: Source) -> None:
    for role in (Role.INCIDENT_MANAGER, Role.DEVELOPER):
        with pytest.raises(NotPermitted):
            add_inspection(name="Q", kind="query", parameters=asked("SELECT 1"), **acting(make_person(role)))
    inspection = make_inspection("query", asked("SELECT id, shop FROM bookings"))
    with pytest.raises(NotPermitted):
        edit_inspection(inspection, name="Mine", **acting(make_person(Role.INCIDENT_MANAGER)))
