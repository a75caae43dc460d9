"""A month as files for spreadsheets: CSV as it is meant (UTF-8 with a mark, no cell a formula), and a workbook."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from incidents.models import ClockKind
from incidents.spreadsheet import MARK, safe
from reports.measurement import KINDS
from reports.monthly.drawings import plain_rows
from reports.sentences import share_of, tally_of
from reports.xlsx import write_workbook


def write_csv(numbers: dict[str, Any]) -> str:
    """One figure a line: section, what, level, figure, value."""
    return write_rows([head(), *_lines(numbers)])


def write_rows(rows: Iterable[Iterable[Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
    return MARK + buffer.getvalue()


def write_book(numbers: dict[str, Any], *, words: list[str], charts: dict[str, Any]) -> bytes:
    """The report's words, every figure, and a sheet for each chart."""
    drawn = [(drawing["title"], plain_rows(drawing)) for drawing in charts.values()]
    said = [[_("In words")], *([sentence] for sentence in words)]
    return write_workbook([(_("In words"), said), (_("Figures"), [head(), *_lines(numbers)]), *drawn])


def head() -> list[str]:
    return [_("Section"), _("What"), _("Level"), _("Figure"), _("Value")]


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
    for name, panel in numbers.get("panels", {}).items():
        yield from _panel(name, panel)


def _panel(name: str, panel: dict[str, Any]) -> Iterator[list[Any]]:
    """The answers of an indicator: their keys, then the value and whatever it is made of."""
    for row in panel["rows"]:
        key = " / ".join(row["key"]) or panel["period"]
        yield [name, key, "", panel["indicator"], row["value"]]
        for part, value in sorted(row["parts"].items()):
            yield [name, key, "", f"{panel['indicator']} {part}", value]


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
