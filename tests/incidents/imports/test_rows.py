"""Files as people have them: what can be read is read, and each row that cannot is told with its line."""

import gzip
from pathlib import Path

import pytest

from incidents.imports import rows as reading
from incidents.imports.faults import ImportRefusedError, Outcome
from incidents.spreadsheet import safe
from tests.incidents.imports.exports import HEADER, export, line, profile, rows_of, written

GOOD = export(line(), line(ticket="T2"))


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.encode("utf-16"),
        GOOD.replace(",", ";").encode(),
        GOOD.replace(",", "\t").encode(),
        gzip.compress(GOOD.encode()),
        GOOD.rstrip("\n").encode(),
        GOOD.replace("\n", "\n\n").encode(),
    ],
    ids=["plain", "mark", "crlf", "utf-16", "semicolons", "tabs", "gzip", "no last line end", "blank lines"],
)
def test_files_in_whatever_dress_they_come(tmp_path: Path, content: bytes) -> None:
    rows, faults = rows_of(written(tmp_path, content))
    assert [row.reference for row in rows] == ["T1", "T2"]
    assert faults == []


def test_columns_are_found_by_name_in_any_order_and_others_do_not_matter(tmp_path: Path) -> None:
    names, cells = HEADER.split(","), line(subject="Slow").split(",")
    turned = [",".join(["extra", *reversed(names)]), ",".join(["?", *reversed(cells)])]
    rows, faults = rows_of(written(tmp_path, "\n".join(turned)))
    assert dict(zip(profile().columns, rows[0].cells, strict=True))["subject"] == "Slow"
    assert faults == []


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (line() + ",more", "another number of cells"),
        ("T9,New", "another number of cells"),
        (line(ticket=""), "the reference is missing"),
        (line(ticket="?"), "the reference is missing"),
        (line(ticket="T\x00"), "the reference has characters that cannot be read"),
        (line(ticket="T" * 101), "longer than 100 characters"),
        (line(subject='"never closed'), "a quotation mark stands where none may be"),
        (line(subject='"closed" early'), "a quotation mark stands where none may be"),
    ],
)
def test_a_spoilt_row_is_told_and_the_others_are_read(tmp_path: Path, spoilt: str, reason: str) -> None:
    rows, faults = rows_of(written(tmp_path, export(line(), spoilt, line(ticket="T2"), line(subject='"a ""b"""'))))
    assert [row.reference for row in rows] == ["T1", "T2", "T1"]
    assert [(fault.row, fault.outcome) for fault in faults] == [(3, Outcome.ROW)]
    assert reason in faults[0].reason


def test_a_quote_that_is_open_at_the_end_costs_one_row(tmp_path: Path) -> None:
    rows, faults = rows_of(written(tmp_path, export(line(subject='"open'), line(ticket="T2"), line(ticket="T3"))))
    assert [row.reference for row in rows] == ["T2", "T3"]
    assert [(fault.row, fault.reason) for fault in faults] == [(2, "a quotation mark is never closed")]


def test_a_row_that_swallows_the_next_is_told_and_the_next_is_read(tmp_path: Path) -> None:
    swallowing = line(subject='"open') + "\n" + line(ticket="T2", subject='x"')
    rows, faults = rows_of(written(tmp_path, export(swallowing + ",more", line(ticket="T3"))))
    assert [row.reference for row in rows] == ["T3"]
    assert [(fault.row, fault.reason.split(":")[0]) for fault in faults] == [
        (2, "a quotation mark takes the next lines into the row"),
        (3, f"the row has another number of cells than the header has columns ({len(HEADER.split(','))})"),
    ]


def test_a_cell_of_several_lines_is_one_cell(tmp_path: Path) -> None:
    rows, faults = rows_of(written(tmp_path, export(line(subject='"one\ntwo"'), line(ticket="T2"))))
    assert "one\ntwo" in rows[0].cells
    assert [row.number for row in rows] == [2, 4]
    assert faults == []


@pytest.mark.parametrize("spoilt", [b"caf\xe9", b"a\x00b"])
def test_bytes_that_are_no_text_are_replaced_and_told(tmp_path: Path, spoilt: bytes) -> None:
    content = export(line(subject="SPOILT"), line(ticket="T2")).encode().replace(b"SPOILT", spoilt)
    rows, faults = rows_of(written(tmp_path, content))
    assert len(rows) == 2
    assert any("�" in cell for cell in rows[0].cells)
    assert [(fault.row, fault.column, fault.outcome) for fault in faults] == [(2, "subject", Outcome.KEPT)]


def test_a_file_in_another_encoding_is_read_by_the_profile_that_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, export(line(subject="café")).encode("latin-1"))
    rows, faults = rows_of(path, profile(file={"encoding": "latin-1"}))
    assert "café" in rows[0].cells
    assert faults == []


def test_a_huge_cell_is_cut_and_told(tmp_path: Path) -> None:
    rows, faults = rows_of(written(tmp_path, export(line(subject="x" * 150_000), line(ticket="T2"))))
    assert [len(row.cells[profile().columns.index("subject")]) for row in rows] == [reading.LONGEST_CELL, 12]
    assert "longer than 100,000 characters" in faults[0].reason


def test_a_line_without_an_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    rows, faults = rows_of(written(tmp_path, export(line(), line(subject="x" * 3_000_000), line(ticket="T2"))))
    assert [row.reference for row in rows] == ["T1", "T2"]
    assert [fault.row for fault in faults] == [3]
    assert rows[1].number == 4


def test_a_gzip_file_that_breaks_off_gives_what_it_has(tmp_path: Path) -> None:
    whole = gzip.compress(export(*(line(ticket=f"T{n}", subject=str(n * 7919)) for n in range(3000))).encode())
    rows, faults = rows_of(written(tmp_path, whole[: len(whole) // 2]))
    assert 0 < len(rows) < 3000
    assert "the file cannot be read on from here" in faults[-1].reason


@pytest.mark.parametrize("content", [b"", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ImportRefusedError, match="empty"):
        rows_of(written(tmp_path, content))


def test_a_file_without_the_columns_that_count_is_refused_with_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match=r"lacks columns.*ticket.*It has: a, b"):
        rows_of(written(tmp_path, "a,b\n1,2\n"))


def test_a_missing_column_of_lesser_weight_is_told_and_stays_unknown(tmp_path: Path) -> None:
    content = GOOD.replace(",place", ",somewhere")
    rows, faults = rows_of(written(tmp_path, content))
    assert len(rows) == 2
    assert [fault.reason for fault in faults] == ["the file has no such columns, they stay unknown: place"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30", "-dash", "@name", "＝full", " =behind a blank", "'quoted", "-5", "plain"]
)
def test_what_our_own_export_guarded_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    rows, _faults = rows_of(written(tmp_path, export(line(subject=safe(text)))))
    assert rows[0].cells[profile().columns.index("subject")] == text.strip()


def test_a_column_that_comes_twice_keeps_its_first(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER},ticket\n{line()},other\n")
    assert rows_of(path)[0][0].reference == "T1"
