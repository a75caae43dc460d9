"""A month as a CSV file that spreadsheets open as it is meant: UTF-8 with a mark, no cell a formula."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from incidents.models import ClockKind
from reports.measurement import KINDS
from reports.sentences import share_of, tally_of

MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_csv(numbers: dict[str, Any]) -> str:
    """One figure a line: section, what, level, figure, value."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_("Section"), _("What"), _("Level"), _("Figure"), _("Value")])
    for line in _lines(numbers):
        writer.writerow([safe(cell) for cell in line])
    return MARK + buffer.getvalue()


def safe(cell: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return "" if cell is None else cell


def _lines(numbers: dict[str, Any]) -> Iterator[list[Any]]:
    counts = numbers["incidents"]["all"]
    for name in ("count", "major", "by_rules", "cancelled"):
        yield ["incidents", numbers["month"], "", name, counts[name]]
    for level, count in sorted(counts["by_level"].items()):
        yield ["incidents", numbers["month"], level, "count", count]
    for service in numbers["incidents"]["services"]:
        for level, count in sorted(service["by_level"].items()):
            yield ["services", service["name"], level, "count", count]
    for name, spreads in numbers["durations"].items():
        for level, spread in sorted(spreads.items()):
            for figure in ("count", "median", "p90"):
                yield ["durations", name, level, figure, spread[figure]]
    yield from _attainment(numbers["attainment"])
    yield from _stability(numbers["stability"])
    for incident in numbers["top"]:
        yield ["top", incident["title"], incident["level"], "users", incident["users"]]


def _attainment(numbers: dict[str, Any]) -> Iterator[list[Any]]:
    for kind in ClockKind.values:
        for level in sorted(numbers.get(kind, {})):
            tally = tally_of(numbers, kind, level)
            yield ["attainment", kind, level, "met", tally.met]
            yield ["attainment", kind, level, "missed", tally.missed]
            yield ["attainment", kind, level, "share", tally.share]


def _stability(numbers: dict[str, Any]) -> Iterator[list[Any]]:
    named = [("company", "", numbers["company"])]
    named += [("business line", line["name"], line) for line in numbers["lines"]]
    named += [("service", service["name"], service) for service in numbers["services"]]
    for section, name, entry in named:
        for kind in KINDS:
            share = share_of(entry, kind)
            yield [f"stability {section}", name, "", f"{kind} lost", share.lost]
            yield [f"stability {section}", name, "", f"{kind} whole", share.whole]
            yield [f"stability {section}", name, "", kind, share.stability]
