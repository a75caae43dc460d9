"""The charts of a report, each with the table behind it. A cell is {"text", "value", "url"}: for people, for CSV, and
the address of its rows."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import CauseClass, ClockKind
from reports import charts, words
from reports.charts import Bullet, Drawing, Point, Stack
from reports.indicators import NONE
from reports.monthly.links import incidents_url, indicator_url
from reports.monthly.panels import A_YEAR, answer_of
from reports.period import Month
from reports.sentences import Numbers, tally_of

MOST_BARS = 15
MINUTE, HOUR, DAY = 60, 3600, 86400
DURATION_STEPS = [
    step * unit
    for unit, steps in ((MINUTE, (1, 2, 5, 10, 20, 30)), (HOUR, (1, 2, 4, 8, 12)), (DAY, (1, 2, 5, 10, 20, 50, 100)))
    for step in steps
]
Cell = dict[str, Any]


def cell(value: Any, text: str = "", url: str = "") -> Cell:
    return {"value": value, "text": text or ("" if value is None else str(value)), "url": url}


class Drawings:
    """The charts of one month's figures, by name; one that has nothing to show is left out."""

    def __init__(self, numbers: Numbers, levels: list[str]) -> None:
        self.numbers = numbers
        self.levels = levels
        self.month = Month.parse(numbers["month"])
        self.panels: Numbers = numbers.get("panels", {})

    def all(self) -> dict[str, Drawing]:
        makers: dict[str, Callable[[], Drawing | None]] = {
            "services": self._services,
            "acknowledge": lambda: self._trend("acknowledge", _("Time to acknowledge, twelve months")),
            "recover": lambda: self._trend("recover", _("Time to recover, twelve months")),
            "pattern": self._pattern,
            "sla": self._sla,
            "causes": self._causes,
            "duty": self._duty,
        }
        return {name: self._labelled(name, drawing) for name, make in makers.items() if (drawing := make())}

    def _labelled(self, name: str, drawing: Drawing) -> Drawing:
        return {**drawing, "csv_url": reverse("reports:chart-csv", args=[str(self.month), name])}

    def _link(self, panel: str, *key: str) -> str:
        asked = self.panels[panel]
        filters = dict(zip(asked["by"], key, strict=True))
        return indicator_url(asked["indicator"], asked["period"], now=self.month.end, **filters)

    # --- one method a chart ---------------------------------------------------------------------------

    def _services(self) -> Drawing | None:
        services = self.numbers["incidents"]["services"]
        if not services:
            return None
        stacks = [Stack(row["name"], row["by_level"], row["slug"]) for row in services[:MOST_BARS]]
        drawing = charts.draw_stacks(
            stacks,
            url=lambda stack, level: incidents_url(self.month, service=stack.key, level=level),
            title=lambda stack, level: f"{stack.label}, {level_name(level)}: {words.incidents(stack.parts[level])}",
        )
        return {
            **drawing,
            "title": _("Incidents by service and level"),
            "desc": _("Each bar is a service, each part of it a level; the table holds the same figures."),
            "legend": [{"css": f"bar-level-{level}", "text": level_name(level)} for level in self.levels],
            "columns": [_("Service"), *(level_name(level) for level in self.levels), _("All")],
            "rows": [self._service_row(row) for row in services],
        }

    def _service_row(self, row: Numbers) -> list[Cell]:
        counts = [(level, row["by_level"].get(level, 0)) for level in self.levels]
        cells = [self._count(count, service=row["slug"], level=level) for level, count in counts]
        return [cell(row["name"]), *cells, self._count(row["count"], service=row["slug"])]

    def _count(self, count: int, **query: Any) -> Cell:
        return cell(count, words.whole(count), incidents_url(self.month, **query) if count else "")

    def _trend(self, name: str, title: str) -> Drawing | None:
        panel = f"{name}_by_month"
        if not any(row["count"] for row in self.panels.get(panel, {}).get("rows", ())):
            return None
        answers = [(month, answer_of(self.panels[panel], str(month))) for month in self._year()]
        series = [
            [self._point(panel, month, answer, figure) for month, answer in answers] for figure in ("median", "p90")
        ]
        return {
            **charts.draw_lines(series, write=words.duration, scale=DURATION_STEPS),
            "title": title,
            "desc": _("Median and 90th percentile of each month; a gap is a month without such incidents."),
            "legend": [{"css": "line", "text": _("Median")}, {"css": "line line-2", "text": "p90"}],
            "columns": [_("Month"), _("Incidents"), _("Median"), "p90"],
            "rows": [self._trend_row(panel, month, answer) for month, answer in answers],
        }

    def _year(self) -> list[Month]:
        months = [self.month]
        while len(months) < A_YEAR:
            months.append(months[-1].previous)
        return months[::-1]

    def _point(self, panel: str, month: Month, answer: Numbers, figure: str) -> Point:
        value = answer["parts"].get(figure)
        if value is None:
            return Point(str(month)[2:], None)
        shown = _("Median") if figure == "median" else "p90"
        title = f"{month}, {shown}: {words.duration(value)} ({words.incidents(answer['count'])})"
        return Point(str(month)[2:], value, title, self._link(panel, str(month)))

    def _trend_row(self, panel: str, month: Month, answer: Numbers) -> list[Cell]:
        url = self._link(panel, str(month)) if answer["count"] else ""
        spread = [answer["parts"].get(figure) for figure in ("median", "p90")]
        count = cell(answer["count"], words.whole(answer["count"]), url)
        return [cell(str(month)), count, *(cell(value, words.duration(value), url) for value in spread)]

    def _pattern(self) -> Drawing | None:
        panel = self.panels.get("by_hour")
        if not panel or not panel["rows"]:
            return None
        counts = {tuple(row["key"]): row["count"] for row in panel["rows"]}
        days = [(str(number), date_format(date(2024, 1, number), "D")) for number in range(1, 8)]
        hours = [str(hour) for hour in range(24)]
        field = [(name, [self._hour(day, name, hour, counts) for hour in hours]) for day, name in days]
        return {
            **charts.draw_heat(field, columns=hours),
            "title": _("Incidents by hour and weekday"),
            "desc": _("Each cell is an hour of a weekday in UTC, the darker the more incidents were reported."),
            "columns": [_("Day"), *hours],
            "rows": [
                [cell(name), *(cell(int(point.value or 0), "", point.url) for point in points)]
                for name, points in field
            ],
        }

    def _hour(self, day: str, name: str, hour: str, counts: dict[tuple[str, ...], int]) -> Point:
        count = counts.get((day, hour), 0)
        title = f"{name} {int(hour):02}:00–{(int(hour) + 1) % 24:02}:00: {words.incidents(count)}"
        return Point(hour, count, title, self._link("by_hour", day, hour) if count else "")

    def _sla(self) -> Drawing | None:
        now, before = self.numbers["attainment"], self.numbers["previous"]["attainment"]
        kinds = [kind for kind in ClockKind if kind in now]
        if not kinds:
            return None
        bullets = [self._bullet(kind, now, before) for kind in kinds]
        return {
            **charts.draw_bullets(bullets),
            "title": _("SLA targets kept"),
            "desc": _("Each bar is the share of clocks that met their target; the dashed mark is the month before."),
            "legend": [
                {"css": "bar-1", "text": _("This month")},
                {"css": "threshold", "text": _("The month before")},
            ],
            "columns": [_("Clock"), _("Kept"), _("Met"), _("Missed"), _("Kept in the month before")],
            "rows": [self._sla_row(kind, now, before) for kind in kinds],
        }

    def _bullet(self, kind: ClockKind, now: Numbers, before: Numbers) -> Bullet:
        tally = tally_of(now, kind)
        text = words.percent(tally.share)
        return Bullet(
            str(kind.label),
            tally.share,
            tally_of(before, kind).share,
            text,
            f"{kind.label}: {text} ({words.whole(tally.met)} / {words.whole(tally.total)})",
            self.clocks_url(kind),
        )

    def _sla_row(self, kind: ClockKind, now: Numbers, before: Numbers) -> list[Cell]:
        tally, past = tally_of(now, kind), tally_of(before, kind)
        return [
            cell(str(kind.label)),
            cell(tally.share, words.percent(tally.share), self.clocks_url(kind)),
            cell(tally.met, words.whole(tally.met), self.clocks_url(kind, part="met") if tally.met else ""),
            cell(tally.missed, words.whole(tally.missed), self.clocks_url(kind, part="missed") if tally.missed else ""),
            cell(past.share, words.percent(past.share)),
        ]

    def clocks_url(self, kind: str, *, part: str = "", **filters: Any) -> str:
        return indicator_url(f"sla_{kind}", str(self.month), now=self.month.end, part=part, **filters)

    def _causes(self) -> Drawing | None:
        panel = self.panels.get("by_cause")
        found = sorted((panel or {"rows": []})["rows"], key=lambda row: (-row["count"], row["key"]))
        if not found:
            return None
        total, reached = sum(row["count"] for row in found), 0
        points, titles, rows = [], [], []
        for row in found:
            name, url = cause_name(row["key"][0]), self._link("by_cause", row["key"][0])
            reached += row["count"]
            share = words.percent(reached / total)
            points.append(Point(name, row["count"], f"{name}: {words.incidents(row['count'])}", url))
            titles.append(_("Up to here: %(share)s") % {"share": share})
            rows.append([cell(name), cell(row["count"], words.whole(row["count"]), url), cell(reached / total, share)])
        return {
            **charts.draw_pareto(points, titles=titles),
            "title": _("Incidents by cause"),
            "desc": _("Causes, the most frequent first; the line adds up their shares."),
            "legend": [
                {"css": "bar-1", "text": _("Incidents")},
                {"css": "line line-2", "text": _("Share so far")},
            ],
            "columns": [_("Cause"), _("Incidents"), _("Share so far")],
            "rows": rows,
        }

    def _duty(self) -> Drawing | None:
        """Pages by person: those of the day, those of the night."""
        found = sorted(self.panels.get("pages", {}).get("rows", ()), key=lambda row: (-row["count"], row["key"]))
        if not found:
            return None
        nights = {row["key"][0]: row["count"] for row in self.panels["night_pages"]["rows"]}
        names = dict(
            Person.objects.filter(username__in=[row["key"][0] for row in found]).values_list("username", "name")
        )
        lines = [(row["key"][0], row["count"], nights.get(row["key"][0], 0)) for row in found]
        stacks = [Stack(names.get(key, key), {"1": count}, key) for key, count, _night in lines[:MOST_BARS]]
        return {
            **charts.draw_stacks(
                stacks,
                url=lambda stack, _part: self._link("pages", stack.key),
                title=lambda stack, _part: f"{stack.label}: {stack.total}",
                css="bar-",
            ),
            "title": _("Pages by person"),
            "desc": _("Each bar is a person; the table tells the pages at night, on the person's own clock, too."),
            "columns": [_("Person"), _("Pages"), _("at night")],
            "rows": [
                [
                    cell(names.get(key, key)),
                    cell(count, words.whole(count), self._link("pages", key)),
                    cell(night, words.whole(night), self._link("night_pages", key) if night else ""),
                ]
                for key, count, night in lines
            ],
        }


def level_name(level: str) -> str:
    return _("Level %(number)s") % {"number": level}


def cause_name(key: str) -> str:
    return _("not told yet") if key == NONE else str(dict(CauseClass.choices).get(key, key))


def plain_rows(drawing: Drawing) -> Iterable[list[Any]]:
    """The table behind a chart for CSV: its head, then its values."""
    yield list(drawing["columns"])
    for row in drawing["rows"]:
        yield [entry["value"] for entry in row]
