"""A workbook (Office Open XML), written with the standard library alone: sheets of texts and numbers, the first row of
each its head. Texts are texts, whatever they begin with: no cell is a formula. Values in, bytes out.
"""

import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME, LONGEST_TEXT, WIDEST = 31, 32_767, 60
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
FONT = '<sz val="11"/><name val="Calibri"/>'
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="2"><font>{FONT}</font><font><b/>{FONT}</font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs></styleSheet>'
)
Row = Sequence[Any]


def write_workbook(sheets: Sequence[tuple[str, Iterable[Row]]]) -> bytes:
    """``sheets``: name and rows; a cell is a text, a number, a truth value or None (empty)."""
    names = _names([name for name, _rows in sheets])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _content_types(len(names)))
        archive.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        archive.writestr("xl/workbook.xml", _workbook(names))
        parts = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(names) + 1)]
        archive.writestr("xl/_rels/workbook.xml.rels", _relations([*parts, ("styles", "styles.xml")]))
        archive.writestr("xl/styles.xml", STYLES)
        for number, (_name, rows) in enumerate(sheets, start=1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", _sheet(list(rows)))
    return buffer.getvalue()


def column_name(number: int) -> str:
    """1 -> "A", 27 -> "AA"."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _names(asked: list[str]) -> list[str]:
    """Such as a spreadsheet takes: short, without what stands for references, no two alike."""
    found: list[str] = []
    for name in asked:
        base = NOT_IN_NAMES.sub(" ", CONTROLS.sub("", name)).strip()[:LONGEST_NAME] or "Sheet"
        unique, number = base, 2
        while unique.lower() in {other.lower() for other in found}:
            unique, number = f"{base[: LONGEST_NAME - 4]} {number}", number + 1
        found.append(unique)
    return found


def _sheet(rows: list[Row]) -> str:
    lines = [
        f'<row r="{number}">{"".join(_cell(value, column, number) for column, value in enumerate(row, start=1))}</row>'
        for number, row in enumerate(rows, start=1)
    ]
    columns = max((len(row) for row in rows), default=0)
    widths = "".join(
        f'<col min="{number}" max="{number}" width="{_width(rows, number - 1)}" customWidth="1"/>'
        for number in range(1, columns + 1)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if len(rows) > 1 else ""
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f"{f'<cols>{widths}</cols>' if widths else ''}<sheetData>{''.join(lines)}</sheetData></worksheet>"
    )


def _cell(value: Any, column: int, row: int) -> str:
    place, style = f"{column_name(column)}{row}", ' s="1"' if row == 1 else ""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}"{style} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float) and math.isfinite(value):
        return f'<c r="{place}"{style}><v>{value!r}</v></c>'
    text = escape(CONTROLS.sub("", str(value))[:LONGEST_TEXT])
    return f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _width(rows: list[Row], column: int) -> int:
    """Chinese characters take two places."""
    texts = [str(row[column]) for row in rows if column < len(row) and row[column] is not None]
    longest = max((sum(2 if ord(letter) > 0x2E80 else 1 for letter in text) for text in texts), default=0)
    return min(max(longest + 2, 8), WIDEST)


def _content_types(sheets: int) -> str:
    parts = [
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{KIND}.worksheet+xml"/>'
        for n in range(1, sheets + 1)
    ]
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>{"".join(parts)}</Types>'
    )


def _relations(parts: Sequence[tuple[str, str]]) -> str:
    lines = [
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(parts, start=1)
    ]
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def _workbook(names: Sequence[str]) -> str:
    lines = [
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    ]
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{"".join(lines)}</sheets></workbook>'
