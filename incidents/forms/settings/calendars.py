"""A business calendar."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from holidays.registry import COUNTRIES

from catalog.forms import time_zones
from incidents.forms.settings.fields import Lines, OpeningHours
from incidents.models import Calendar
from incidents.sla import WEEKDAYS

DAY_LABELS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
HOURS_HELP = _("Such as 09:00-12:00, 13:00-18:00; blank: closed.")
NO_DAY = _("“%(text)s” is no date. Write one on each line, such as 2026-10-01.")
NO_HOLIDAY = _("“%(text)s” is no date. Write one on each line, such as 2026-10-01, or *-01-01 for every year.")


def countries() -> list[tuple[str, Any]]:
    """(ISO code, name) of those whose public holidays are known."""
    named = {code: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names[0]) for code, names in _by_code()}
    found = sorted(((code, f"{name} ({code})") for code, name in named.items()), key=lambda row: row[1])
    return [("", _("no country")), *found]


def _by_code() -> list[tuple[str, tuple[str, ...]]]:
    return [(names[1], names) for names in COUNTRIES.values()]


def read_day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def read_holiday(text: str) -> str:
    """ "*-1-1" is no date; "*-02-29" is one in some years."""
    if not text.startswith("*-"):
        return read_day(text)
    return f"*{date.fromisoformat(f'2000{text[1:]}').isoformat()[4:]}"


class CalendarForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, initial="UTC")
    mon, tue, wed, thu, fri, sat, sun = (
        OpeningHours(label=label, help_text=HOURS_HELP if number == 0 else "")
        for number, label in enumerate(DAY_LABELS)
    )
    holiday_country = forms.ChoiceField(label=_("Public holidays of"), choices=countries, required=False)
    holidays = Lines(
        label=_("Further holidays"),
        read=read_holiday,
        fault=NO_HOLIDAY,
        help_text=_("One on each line: 2026-10-01, or *-01-01 for every year."),
    )
    extra_workdays = Lines(
        label=_("Extra working days"),
        read=read_day,
        fault=NO_DAY,
        help_text=_("One date on each line: open although a weekend or a holiday says otherwise."),
    )

    @classmethod
    def of(cls, calendar: Calendar, data: Any = None) -> "CalendarForm":
        names = ("name", "time_zone", "holiday_country", "holidays", "extra_workdays")
        initial = {name: getattr(calendar, name) for name in names}
        return cls(data, initial={**initial, **{day: calendar.hours.get(day, []) for day in WEEKDAYS}})

    def clean(self) -> dict[str, Any]:
        """The service refuses it too; here the sentence stands above the form, as it is about the week."""
        cleaned: dict[str, Any] = self.cleaned_data
        if not self.errors and not any(cleaned[day] for day in WEEKDAYS):
            raise ValidationError(_("The calendar never opens: give opening hours for one weekday at least."))
        return cleaned

    def arguments(self) -> dict[str, Any]:
        """For the service."""
        values = dict(self.cleaned_data)
        hours = {day: values.pop(day) for day in WEEKDAYS}
        return {**values, "hours": {day: ranges for day, ranges in hours.items() if ranges}}
