"""The report as PDF, workbook and CSV; frozen figures as values."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override

from catalog.models import Role
from reports import pdf
from reports.charts import Point, draw_lines, path_through, step_of
from reports.frozen import differences
from reports.monthly.statements import plain
from reports.period import Month
from reports.views.document import find_document
from reports.views.exports import paper_context
from reports.xlsx import column_name, write_workbook
from tests.clock import Clock
from tests.factories import make_person
from tests.reports.months import make_october

SPACE = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
PAGE = "/reports/2026-10/"


def cells_of(data: bytes, sheet: int) -> dict[str, str]:
    """Cell -> what it holds, of one sheet."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert book.testzip() is None
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314 (our own)
    return {
        cell.attrib["r"]: "".join(part.text or "" for part in cell.iter() if part.tag.endswith(("}t", "}v")))
        for cell in root.iterfind(".//x:c", SPACE)
    }


def test_a_workbook_holds_texts_as_texts_and_numbers_as_numbers() -> None:
    odd: list[Any] = ["=1+1", 2.5]
    rows: list[list[Any]] = [["What", "How"], odd, ["<&\x00>", None], ["中文", float("nan")], [True, "x" * 40_000]]
    data = write_workbook([("A/B: [x]", rows), ("a b   x", []), ("", [["z"]])])
    cells = cells_of(data, 1)
    assert (cells["A1"], cells["A2"], cells["B2"], cells["A3"], cells["A4"]) == ("What", "=1+1", "2.5", "<&>", "中文")
    assert "B3" not in cells
    assert (cells["B4"], cells["A5"], len(cells["B5"])) == ("nan", "1", 32_767)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
    assert names == ["A B   x", "a b   x 2", "Sheet"]


@pytest.mark.parametrize(("number", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_columns_are_named_as_spreadsheets_name_them(number: int, name: str) -> None:
    assert column_name(number) == name


@pytest.mark.django_db
def test_a_month_comes_as_files_in_both_languages(client: Client, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 3, 9, tzinfo=UTC))
    make_october()
    reader = make_person(Role.MANAGER)
    client.force_login(reader)
    book = client.get(f"{PAGE}report.xlsx")
    assert book["Content-Disposition"] == 'attachment; filename="mainstay-2026-10.xlsx"'
    words, figures = cells_of(book.content, 1), cells_of(book.content, 2)
    assert words["A2"].startswith("October 2026 had 7 incidents")
    assert [figures[f"{column}2"] for column in "ABDE"] == ["incidents", "2026-10", "count", "7"]
    table = list(csv.reader(io.StringIO(client.get(f"{PAGE}charts/recover.csv").content.decode("utf-8-sig"))))
    assert table[0] == ["Month", "Incidents", "Median", "p90"]
    assert len(table) == 13
    assert table[-1][:2] == ["2026-10", "6"]
    assert client.get(f"{PAGE}charts/nothing.csv").status_code == 404
    try:
        pdf._load()
    except pdf.PdfUnavailable as fault:
        pytest.skip(f"no PDF here: {fault}")
    document = find_document(Month(2026, 10), reader=reader)
    for language, title in (("en", "Report of October 2026"), ("zh-hans", "2026年10月")):
        with override(language):
            html = render_to_string(
                "reports/month_pdf.html", paper_context(find_document(document.month, reader=reader))
            )
        assert title in html
        assert "<form" not in html
        assert "<use " not in html
        assert len(pdf.lay_out(html).pages) >= 2
    answer = client.get(f"{PAGE}report.pdf?language=zh-hans")
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Language"] == "zh-hans"


def test_differences_match_entries_by_what_they_are() -> None:
    then = {"format": 2, "rows": [{"key": ["a", "1"], "count": 1}, {"key": ["b", "1"], "count": 2}]}
    now = {"format": 2, "rows": [{"key": ["b", "1"], "count": 3}], "later": {"count": 1}}
    found = [(each.path, each.frozen, each.now) for each in differences(then, now)]
    assert found == [("rows a/1 count", 1, None), ("rows b/1 count", 2, 3)]


def test_a_line_breaks_where_a_month_has_nothing() -> None:
    assert path_through([(1, 2), (3, 4), None, (5, 6)]) == "M1 2L3 4M5 6"
    drawing = draw_lines([[Point("a", 90.0), Point("b", None)]], write=str, scale=[30, 60])
    assert [label["label"] for label in drawing["grid"]] == ["30", "60", "90"]
    assert len(drawing["dots"]) == 1
    assert draw_lines([[]], write=str, scale=[1])["dots"] == []
    assert (step_of(0, [5]), step_of(26, [5, 10]), step_of(100, [5])) == (5, 10, 20.0)


def test_the_values_of_a_statement_become_json() -> None:
    moment = datetime(2026, 10, 1, tzinfo=UTC)
    assert plain((1, moment, [moment - moment], {"a": b"x"})) == [1, "2026-10-01T00:00:00+00:00", [0.0], {"a": "b'x'"}]
