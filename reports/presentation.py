"""Figures as cards, tables and a chart; every figure with the address of the rows behind it."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from incidents.models import ClockKind
from lifecycle.lists import listed
from reports import charts, words
from reports.frozen import Difference
from reports.indicators import DURATIONS, Change
from reports.measurement import KINDS
from reports.period import Month
from reports.sentences import overall, share_of, tally_of, write_sentences

Numbers = dict[str, Any]
MOST_BARS = 15


class Page:
    """The context of a month's page, from its figures alone."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.month = Month.parse(numbers["month"])
        self.levels = sorted({"1", "2", "3", *numbers["incidents"]["all"]["by_level"]})

    def context(self) -> dict[str, Any]:
        return {
            "sentences": write_sentences(self.numbers),
            "kpis": self._kpis(),
            "levels": self._levels(),
            "clocks": self._clocks(),
            "stability": self._stability(),
            "chart": self._chart(),
            "top": self._top(),
            "notes": self._notes(),
        }

    def rows(self, **query: Any) -> str:
        """The address of the incidents behind a figure."""
        return rows_url(self.month, **query)

    def _kpis(self) -> list[dict[str, str]]:
        now, before = self.numbers["incidents"]["all"], self.numbers["previous"]["incidents"]
        return [
            self._count(_("Incidents"), now["count"], before["count"], self.rows()),
            self._count(_("Major incidents"), now["major"], before["major"], self.rows(major="yes")),
            self._time(_("Acknowledged within (median)"), "acknowledge"),
            self._time(_("Recovered within (median)"), "recover"),
            self._kept(),
            self._uv(),
        ]

    def _count(self, label: str, now: int, before: int, url: str) -> dict[str, str]:
        return {"label": label, "value": words.whole(now), "note": words.compared(Change(now, before)), "url": url}

    def _time(self, label: str, name: str) -> dict[str, str]:
        now = self.numbers["durations"][name]["all"]
        before = self.numbers["previous"]["durations"][name]
        note = words.compared_duration(Change(now["median"], before["median"]))
        return {
            "label": label,
            "value": words.duration(now["median"]),
            "note": note or _("p90 %(time)s") % {"time": words.duration(now["p90"])},
            "url": self.rows(known=name),
        }

    def _kept(self) -> dict[str, str]:
        now, before = overall(self.numbers["attainment"]), overall(self.numbers["previous"]["attainment"])
        note = words.compared_share(Change(now.share, before.share))
        return {"label": _("Targets kept"), "value": words.percent(now.share), "note": note, "url": "#sla"}

    def _uv(self) -> dict[str, str]:
        now = share_of(self.numbers["stability"]["company"], "uv").stability
        before = share_of(self.numbers["previous"]["stability"], "uv").stability
        note = words.compared_share(Change(now, before), places=3)
        return {"label": _("UV stability"), "value": words.stability(now), "note": note, "url": "#stability"}

    def _levels(self) -> list[dict[str, Any]]:
        """A line a level, and one for all: count and durations."""
        counts = self.numbers["incidents"]["all"]
        lines = []
        for level in [*self.levels, ""]:
            query = {"level": level} if level else {}
            cells = [self._spread(name, level) for name in DURATIONS]
            count = counts["by_level"].get(level, 0) if level else counts["count"]
            lines.append({"level": level, "count": words.whole(count), "url": self.rows(**query), "cells": cells})
        return lines

    def _spread(self, name: str, level: str) -> dict[str, str]:
        spread = self.numbers["durations"][name].get(level or "all", {"count": 0, "median": None, "p90": None})
        query = {"level": level} if level else {}
        return {
            "median": words.duration(spread["median"]),
            "p90": words.duration(spread["p90"]),
            "count": words.whole(spread["count"]),
            "url": self.rows(known=name, **query) if spread["count"] else "",
        }

    def _clocks(self) -> list[dict[str, Any]]:
        """A line a kind of clock, a cell a level and one for all."""
        found = []
        for kind in ClockKind:
            if kind in self.numbers["attainment"]:
                cells = [self._cell(kind, level) for level in [*self.levels, ""]]
                found.append({"label": kind.label, "cells": cells})
        return found

    def _cell(self, kind: str, level: str) -> dict[str, str]:
        tally = tally_of(self.numbers["attainment"], kind, level or "all")
        query = {"clock": kind, "level": level} if level else {"clock": kind}
        return {
            "share": words.percent(tally.share),
            "missed": words.whole(tally.missed),
            "total": words.whole(tally.total),
            "missed_url": self.rows(**query, verdict="missed") if tally.missed else "",
            "total_url": self.rows(**query) if tally.total else "",
        }

    def _stability(self) -> dict[str, Any]:
        numbers = self.numbers["stability"]
        return {
            "company": self._shares(numbers["company"]),
            "lines": [
                {**line, "indent": "└ " * line["depth"], "shares": self._shares(line)} for line in numbers["lines"]
            ],
            "services": [self._service(entry) for entry in numbers["services"]],
        }

    def _service(self, entry: Numbers) -> Numbers:
        is_harmed = any(entry[kind]["lost"] for kind in KINDS)
        url = self.rows(impact="yes", service=entry["slug"]) if is_harmed else ""
        return {**entry, "shares": self._shares(entry), "url": url}

    def _shares(self, entry: Numbers) -> list[dict[str, str]]:
        """UV, PV, Time; the lost part in its own unit."""
        shares = [share_of(entry, kind) for kind in KINDS]
        lost = [words.whole(shares[0].lost), words.whole(shares[1].lost), words.duration(shares[2].lost)]
        return [
            {"text": words.stability(share.stability), "lost": text if share.lost else ""}
            for share, text in zip(shares, lost, strict=True)
        ]

    def _chart(self) -> dict[str, Any] | None:
        services = self.numbers["incidents"]["services"]
        if not services:
            return None
        stacks = [charts.Stack(row["name"], row["by_level"], row["slug"]) for row in services[:MOST_BARS]]
        drawing = charts.draw_stacks(stacks, url=self._bar_url, title=self._bar_title)
        columns = [_("Service"), *(self._level_name(level) for level in self.levels), _("All")]
        rows = [
            [
                row["name"],
                *(words.whole(row["by_level"].get(level, 0)) for level in self.levels),
                words.whole(row["count"]),
            ]
            for row in services
        ]
        legend = [{"css": f"bar-level-{level}", "text": self._level_name(level)} for level in self.levels]
        title = _("Incidents by service and level")
        description = _("Each bar is a service, each part of it a level; the table holds the same figures.")
        return {**drawing, "title": title, "desc": description, "legend": legend, "columns": columns, "rows": rows}

    def _bar_url(self, stack: charts.Stack, level: str) -> str:
        return self.rows(service=stack.key, level=level)

    def _bar_title(self, stack: charts.Stack, level: str) -> str:
        return f"{stack.label}, {self._level_name(level)}: {words.incidents(stack.parts[level])}"

    def _level_name(self, level: str) -> str:
        return _("Level %(number)s") % {"number": level}

    def _top(self) -> list[dict[str, Any]]:
        return [
            {
                **line,
                "url": reverse("incidents:incident", args=[line["id"]]),
                "users": words.whole(line["users"]),
                "outage": words.duration(line["outage"]),
            }
            for line in self.numbers["top"]
        ]

    def _notes(self) -> list[dict[str, str]]:
        """What the figures leave out or rest upon; only what applies."""
        quality, counts = self.numbers["quality"], self.numbers["incidents"]["all"]
        unmeasured = [row["name"] for row in self.numbers["stability"]["services"] if not row["uv"]["whole"]]
        notes = [
            (
                quality["lacks_acknowledge"],
                _("Incidents that lack an acknowledgement, excluded from that time"),
                {"lacks": "acknowledge"},
            ),
            (
                quality["lacks_recover"],
                _("Incidents that lack a recovery time, excluded from that time"),
                {"lacks": "recover"},
            ),
            (
                quality["lacks_resolve"],
                _("Incidents that are not resolved, excluded from that time"),
                {"lacks": "resolve"},
            ),
            (
                counts["cancelled"],
                _("Incidents that were cancelled or merged, counted nowhere"),
                {"status": "cancelled"},
            ),
        ]
        found = [
            {"count": words.whole(count), "text": text, "url": self.rows(**query)}
            for count, text, query in notes
            if count
        ]
        if quality["estimated"]:
            text = _("Incidents whose impact is an estimate, of %(total)s with impact") % {
                "total": words.whole(quality["harmful"])
            }
            url = self.rows(impact="estimated")
            found.append({"count": words.whole(quality["estimated"]), "text": text, "url": url})
        if unmeasured:
            text = _("Services without an audience, so that their stability is unknown (%(names)s)") % {
                "names": listed(unmeasured)
            }
            found.append({"count": words.whole(len(unmeasured)), "text": text, "url": ""})
        return found


def rows_url(month: Month, **query: Any) -> str:
    address = reverse("reports:rows", args=[str(month)])
    return f"{address}?{urlencode(query)}" if query else address


def present_differences(found: list[Difference]) -> list[dict[str, str]]:
    """Frozen and present value of each figure that an edit has changed since."""
    return [{"path": entry.path, "frozen": _value(entry.frozen), "now": _value(entry.now)} for entry in found]


def _value(value: Any) -> str:
    return words.NOTHING if value is None else str(value)
