"""The CSV file of a filter: whole, streamed, in the reader's words, and never a formula."""

import csv
import io
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from incidents import services
from incidents.models import CustomField, Incident
from incidents.spreadsheet import plain, safe
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service

DANGEROUS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\rx",
    "\nx",
    "\tx",
    " =1",
    "'=1",
    '"=1',
    "“=1",
    "' \"=1",
    "＝1+1",
    "－x",
    "＋x",
    "＠x",
    "\xa0=1",
]
HARMLESS = ["", "a=b", "5", "-5", "-12.5", "+8613912345678", "-1,5", "it's", "'quoted'", "支付", "–5 dash"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_begins_like_a_formula_is_guarded(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_and_numbers_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


@pytest.mark.parametrize("text", DANGEROUS + HARMLESS)
def test_what_was_exported_can_be_imported(text: str) -> None:
    assert plain(safe(text)) == text


def test_numbers_and_nothing() -> None:
    assert safe(-5) == -5
    assert safe(None) == ""


# --- The file ---------------------------------------------------------------------------------------------


@pytest.fixture
def engineer(db: None) -> Person:
    return make_person(name="Alice", username="alice")


@pytest.fixture
def page(engineer: Person) -> Client:
    client = Client()
    client.force_login(engineer)
    return client


def rows_of(page: Client, query: str = "tab=all") -> list[dict[str, str]]:
    response: Any = page.get(f"/incidents/export.csv?{query}")
    assert response.status_code == 200
    assert response.streaming
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_row_of_the_filter_with_what_is_known_of_it(page: Client, engineer: Person, clock: Clock) -> None:
    CustomField.objects.create(key="shops", name="Shops", kind="number")
    CustomField.objects.create(key="fraud", name="Fraud", kind="flag")
    incident = make_incident(
        title='卡支付失败, "quoted"\nand more',
        level=1,
        tags=["eu", "cards"],
        custom={"shops": -3, "fraud": True},
        service=make_service(name="Cards"),
        external_reference="=HYPERLINK(1)",
    )
    make_incident(title="other", level=3)
    services.acknowledge_incident(incident, actor=engineer, via="web")
    clock.advance(days=1)
    services.record_breaches()
    (row,) = rows_of(page, "tab=open&level=1")
    assert row["No."] == incident.reference
    assert row["Title"] == '卡支付失败, "quoted" and more'
    assert row["Tags"] == "eu, cards"
    assert row["Service"] == "Cards"
    assert row["Owner"] == "Alice"
    assert row["Shops"] == "-3"
    assert row["Fraud"] == "yes"
    assert row["Reference elsewhere"] == "'=HYPERLINK(1)"
    assert row["Missed a target"] == "yes"
    assert "recovery" in row["Missed targets"]
    assert row["Next deadline"].endswith("+00:00")
    assert None not in row
    assert len(rows_of(page, "tab=open")) == 2


def test_times_and_words_are_the_readers(page: Client, engineer: Person) -> None:
    engineer.language, engineer.time_zone = "zh-hans", "Asia/Shanghai"
    engineer.save()
    incident = make_incident()
    (row,) = rows_of(page)
    at = incident.reported_at + timedelta(hours=8)
    assert at.strftime("%Y-%m-%dT%H:%M:%S+08:00") in row.values()
    assert "已上报" in row.values() or "Reported" not in row.values()


def test_the_order_of_the_list_is_that_of_the_file(page: Client) -> None:
    first, second = make_incident(level=3), make_incident(level=1)
    assert [row["No."] for row in rows_of(page, "tab=open")] == [second.reference, first.reference]
    assert [row["No."] for row in rows_of(page, "tab=open&order=oldest")] == [first.reference, second.reference]


def test_what_one_may_not_see_is_not_in_the_file(page: Client) -> None:
    incident = make_incident()
    services.restrict_incident(incident, actor=make_person(Role.INCIDENT_MANAGER), via="web", is_restricted=True)
    assert rows_of(page) == []


def test_a_filter_that_is_not_understood_exports_nothing(page: Client) -> None:
    make_incident()
    response = page.get("/incidents/export.csv?level=x")
    assert response.status_code == 302
    assert response.headers["Location"] == "/incidents/?level=x"


def test_reporters_have_no_export(db: None) -> None:
    client = Client()
    client.force_login(make_person(Role.REPORTER))
    assert client.get("/incidents/export.csv").status_code == 404


def fill(number: int) -> None:
    first = make_incident(title="x" * 200)
    fields = ("title", "service_id", "level_id", "source", "occurred_at", "reported_at")
    values = {name: getattr(first, name) for name in fields}
    Incident.objects.bulk_create(Incident(**values, description="y" * 2000) for _number in range(number - 1))


def test_neither_queries_nor_memory_grow_with_the_rows(page: Client) -> None:
    fill(3000)
    response: Any = page.get("/incidents/export.csv?tab=all")
    pieces = iter(response.streaming_content)
    next(pieces), next(pieces)
    tracemalloc.start()
    with CaptureQueriesContext(connection) as queries:
        size = sum(len(piece) for piece in pieces)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 500_000
    assert len(queries) == 0
    assert peak < 24 * 2**20
