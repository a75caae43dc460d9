"""Business calendars."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from catalog.permissions import require_administrator
from incidents.models import Calendar
from incidents.services.settings.writing import add_row, change_row, facts_of, record_change
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, lock

FIELDS = ("name", "time_zone", "hours", "holidays", "holiday_country", "extra_workdays")
Hours = dict[str, list[list[str]]]


@transaction.atomic
def add_calendar(
    *,
    name: str,
    time_zone: str,
    hours: Hours,
    holidays: list[str],
    holiday_country: str = "",
    extra_workdays: list[str],
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Calendar:
    """``hours``, ``holidays`` and ``extra_workdays`` are as ``Calendar`` describes them."""
    calendar = Calendar()
    changes = _changes(name, time_zone, hours, holidays, holiday_country, extra_workdays)
    add_row(calendar, "add_calendar", changes, actor=actor, via=via)
    return calendar


@transaction.atomic
def change_calendar(
    calendar: Calendar,
    *,
    name: str,
    time_zone: str,
    hours: Hours,
    holidays: list[str],
    holiday_country: str = "",
    extra_workdays: list[str],
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Calendar:
    changes = _changes(name, time_zone, hours, holidays, holiday_country, extra_workdays)
    change_row(calendar, "change_calendar", changes, actor=actor, via=via)
    return calendar


@transaction.atomic
def delete_calendar(calendar: Calendar, *, actor: Person | None = None, via: str = Via.WEB) -> None:
    """Only one that no target uses."""
    require_administrator(actor)
    lock(calendar)
    if calendar.targets.exists():
        raise InputRefused(calendar=_("Targets use this calendar: give them another one first."))
    if calendar.rules.exists():
        raise InputRefused(calendar=_("Rules of detection are quiet by this calendar: give them another one first."))
    gone: dict[str, None] = dict.fromkeys(FIELDS)
    record_change(calendar, "delete_calendar", facts_of(calendar, FIELDS), gone, actor=actor, via=via)
    calendar.delete()


def _changes(
    name: str,
    time_zone: str,
    hours: Hours,
    holidays: list[str],
    holiday_country: str,
    extra_workdays: list[str],
) -> dict[str, Any]:
    if not any(hours.values()):
        raise InputRefused(hours=_("The calendar never opens: give opening hours for one weekday at least."))
    return {
        "name": name,
        "time_zone": time_zone,
        "hours": hours,
        "holidays": holidays,
        "holiday_country": holiday_country,
        "extra_workdays": [str(date.fromisoformat(day)) for day in extra_workdays],
    }
