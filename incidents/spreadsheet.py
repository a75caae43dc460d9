"""Cells that a spreadsheet shows as they are written, and never runs. Pure.

A text that begins like a formula, also behind blanks or quotes, gets an apostrophe in front. ``plain`` takes it away
again, so that what was exported can be imported. Numbers, negative ones too, stay numbers.
"""

import re
from typing import Any

MARK = "\ufeff"
"""What tells spreadsheets that a file is UTF-8."""
# Full-width forms too: some spreadsheets read them as their narrow twins.
FORMULA = re.compile(r"[\s\"'\u2018-\u201d]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
GUARD = "'"


def safe(cell: Any) -> Any:
    """The cell as it may be written: texts guarded, None empty, anything else as it is."""
    if cell is None:
        return ""
    if isinstance(cell, str) and FORMULA.match(cell) and not NUMBER.fullmatch(cell):
        return f"{GUARD}{cell}"
    return cell


def plain(cell: str) -> str:
    """The text that ``safe`` was given."""
    bare = cell.removeprefix(GUARD)
    return bare if bare != cell and safe(bare) == cell else cell
