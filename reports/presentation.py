"""Figures as cards and tables; every figure with the address of the rows behind it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import BusinessLine
from incidents.models import ClockKind
from lifecycle.lists import listed
from reports import words
from reports.frozen import Difference
from reports.indicators import Change, Unit, find_indicator
from reports.measurement import KINDS
from reports.monthly.drawings import Drawings
from reports.monthly.links import incidents_url, indicator_url
from reports.monthly.panels import answer_of
from reports.period import Month
from reports.sentences import overall, share_of, tally_of

Numbers = dict[str, Any]


AGEING = {
    "unresolved_age": gettext_lazy("Unresolved incidents"),
    "problem_age": gettext_lazy("Problems"),
    "action_age": gettext_lazy("Action items"),
}
COLUMNS = {
    "detect": gettext_lazy("Detected: median"),
    "acknowledge": gettext_lazy("Acknowledged: median"),
    "recover": gettext_lazy("Recovered: median"),
    "resolve": gettext_lazy("Resolved: median"),
}


class Page:
    """The context of a month's page, from its figures alone."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.month = Month.parse(numbers["month"])
        self.levels = sorted({"1", "2", "3", *numbers["incidents"]["all"]["by_level"]})
        self.drawings = Drawings(numbers, self.levels)

    def context(self) -> dict[str, Any]:
        return {
            "kpis": self._kpis(),
            "durations": [COLUMNS[name] for name in self._told()],
            "levels": self._levels(),
            "clocks": self._clocks(),
            "stability": self._stability(),
            "charts": self.drawings.all(),
            "top": self._top(),
            "ageing": self._ageing(),
            "notes": self._notes(),
        }

    def rows(self, **query: Any) -> str:
        """The address of the incidents behind a figure."""
        return incidents_url(self.month, **query)

    def _kpis(self) -> list[dict[str, str]]:
        now, before = self.numbers["incidents"]["all"], self.numbers["previous"]["incidents"]
        tiles = [
            {**self._count(_("Incidents"), now["count"], before["count"], self.rows()), "unit": self._split(now)},
            self._count(_("Major incidents"), now["major"], before["major"], self.rows(major="yes")),
            self._time(_("Acknowledged within (median)"), "acknowledge"),
            self._time(_("Recovered within (median)"), "recover"),
            self._kept(),
            self._share(_("Came again"), "repeats"),
            self._rate(_("Night pages a night on call"), "pages_a_night"),
            self._uv(),
        ]
        return [tile for tile in tiles if tile]

    def _split(self, counts: Numbers) -> str:
        """ "2 + 5 + 1": by level, the worst first."""
        return " + ".join(words.whole(counts["by_level"].get(level, 0)) for level in self.levels)

    def _count(self, label: str, now: int, before: int, url: str) -> dict[str, str]:
        return {"label": label, "value": words.whole(now), "note": words.compared(Change(now, before)), "url": url}

    def _time(self, label: str, name: str) -> dict[str, str]:
        now = self.numbers["durations"][name]["all"]
        before = self.numbers["previous"]["durations"][name]
        note = words.compared_duration(Change(now["median"], before["median"]))
        return {
            "label": label,
            "value": words.duration(now["median"]),
            "unit": _("p90 %(time)s") % {"time": words.duration(now["p90"])},
            "note": note,
            "url": self.rows(known=name),
        }

    def _share(self, label: str, panel: str) -> dict[str, str]:
        """A share that the panel of this name tells; nothing in a report that was signed without it."""
        asked = self.numbers.get("panels", {}).get(panel)
        if asked is None:
            return {}
        now = answer_of(asked)["value"]
        before = answer_of(self.numbers["previous"].get("panels", {}).get(panel))["value"]
        indicator = find_indicator(asked["indicator"])
        is_better_high = indicator is None or indicator.is_better_high is not False
        note = words.compared_share(Change(now, before), is_better_high=is_better_high)
        url = indicator_url(asked["indicator"], asked["period"], now=self.month.end)
        return {"label": label, "value": words.percent(now), "note": note, "url": url}

    def _rate(self, label: str, panel: str) -> dict[str, str]:
        asked = self.numbers.get("panels", {}).get(panel)
        if asked is None:
            return {}
        now = answer_of(asked)["value"]
        before = answer_of(self.numbers["previous"].get("panels", {}).get(panel))["value"]
        url = indicator_url(asked["indicator"], asked["period"], now=self.month.end)
        note = (
            _("%(rate)s in the month before") % {"rate": words.measured(before, Unit.RATE)}
            if before is not None
            else ""
        )
        return {"label": label, "value": words.measured(now, Unit.RATE), "note": note, "url": url}

    def _ageing(self) -> list[dict[str, Any]]:
        """What was open at the end of the month, and for how long."""
        panels = self.numbers.get("panels", {})
        return [{"label": label, "cells": self._ages(panels[name])} for name, label in AGEING.items() if name in panels]

    def _ages(self, panel: Numbers) -> list[dict[str, str]]:
        answer = answer_of(panel)
        url = indicator_url(panel["indicator"], panel["period"], now=self.month.end) if answer["count"] else ""
        ages = [words.duration(answer["parts"].get(figure)) for figure in ("median", "p90")]
        return [{"text": text, "url": url} for text in (words.whole(answer["count"]), *ages)]

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
            cells = [self._spread(name, level) for name in self._told()]
            count = counts["by_level"].get(level, 0) if level else counts["count"]
            lines.append({"level": level, "count": words.whole(count), "url": self.rows(**query), "cells": cells})
        return lines

    def _told(self) -> list[str]:
        """The durations of the table, as far as the figures have them."""
        return [name for name in COLUMNS if name in self.numbers["durations"]]

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
        filters = {"level": level} if level else {}
        url = self.drawings.clocks_url
        return {
            "share": words.percent(tally.share),
            "missed": words.whole(tally.missed),
            "total": words.whole(tally.total),
            "missed_url": url(kind, part="missed", **filters) if tally.missed else "",
            "total_url": url(kind, **filters) if tally.total else "",
        }

    def _stability(self) -> dict[str, Any]:
        numbers = self.numbers["stability"]
        lines = dict(BusinessLine.objects.values_list("slug", "pk"))
        return {
            "company": self._shares(numbers["company"]),
            "lines": [
                {
                    **line,
                    "indent": "└ " * line["depth"],
                    "shares": self._shares(line, below=lines.get(line["slug"])),
                }
                for line in numbers["lines"]
            ],
            "services": [
                {**entry, "shares": self._shares(entry, service=entry["slug"])} for entry in numbers["services"]
            ],
        }

    def _shares(self, entry: Numbers, **of: Any) -> list[dict[str, str]]:
        """UV, PV, Time; the lost part in its own unit, with the impact behind it where something was lost.

        A service that moved within the month counts with each line for its days there, and so do the rows.
        """
        shares = {kind: share_of(entry, kind) for kind in KINDS}
        lost = {
            kind: words.duration(share.lost) if kind == "time" else words.whole(share.lost)
            for kind, share in shares.items()
        }
        return [
            {
                "text": words.stability(share.stability),
                "lost": lost[kind] if share.lost else "",
                "url": self._harm(kind, **of) if share.lost else "",
            }
            for kind, share in shares.items()
        ]

    def _harm(self, kind: str, **of: Any) -> str:
        """The impact in the month; nothing of a line that is none any more."""
        return "" if None in of.values() else indicator_url(kind, str(self.month), now=self.month.end, **of)

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


def present_differences(found: list[Difference]) -> list[dict[str, str]]:
    """Frozen and present value of each figure that an edit has changed since."""
    return [{"path": entry.path, "frozen": words.told(entry.frozen), "now": words.told(entry.now)} for entry in found]
