"""For managers: the latest monthly report in its own words, and how the months before compare."""

from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from incidents.tabs import count_rows
from reports import words
from reports.boards.counters import counter, list_url
from reports.boards.measures import KEPT_FOR
from reports.boards.telling import tell
from reports.boards.trends import charts
from reports.indicators import Question
from reports.models import MonthlyReport
from reports.monthly.awaited import FiguresAwaited
from reports.monthly.stored import figures_of
from reports.period import Month
from reports.reading import Reading, for_reader


def context(person: Person, now: datetime) -> dict[str, Any]:
    month = Month.of(now).previous
    report = MonthlyReport.objects.of(month).first() or MonthlyReport(month=month.first_day)
    reading, numbers = Reading(report, person), _numbers(month, report, now)
    return {
        "counters": _counters(person, now),
        "month": month,
        "month_name": words.month_name(month),
        "report": report,
        "text": reading.text,
        "sentences": reading.sentences(for_reader(numbers, person)) if numbers else [],
        "charts": charts(Month.of(now), now),
    }


def _numbers(month: Month, report: MonthlyReport, now: datetime) -> dict[str, Any] | None:
    """Those that were signed, else as they are now; kept for a minute. None while they are being computed."""
    if report.numbers:
        return dict(report.numbers)
    key = f"boards:report:{month}"
    try:
        found: dict[str, Any] = cache.get(key) or figures_of(month, now=now).numbers
    except FiguresAwaited:
        return None
    cache.add(key, found, KEPT_FOR)
    return found


def _counters(person: Person, now: datetime) -> list[dict[str, Any]]:
    majors = Incident.objects.visible_to(person).open().major()
    counts = count_rows(person, majors=(majors, 1000))
    question = Question(Month.of(now), now)
    incidents, sla, uv = (tell(name, question) for name in ("incidents", "sla", "uv"))
    missed = int(sla.part("missed") or 0)
    return [
        counter(_("Open majors"), counts["majors"], list_url("majors"), tone="bad", icon="flag"),
        {"label": _("Incidents this month"), "value": incidents.text, "url": incidents.url, "icon": "list-details"},
        counter(_("Targets missed this month"), missed, sla.part_url("missed"), tone="warn", icon="clock-exclamation"),
        {"label": _("UV stability this month"), "value": uv.text, "url": uv.url, "icon": "shield-check"},
    ]
