"""Figures as people read them, in the language that is active."""

from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.presentation.durations import round_words
from reports.indicators.values import Change, Unit
from reports.period import Month

NOTHING = "–"


def told(value: object) -> str:
    return NOTHING if value is None else str(value)


def whole(number: float) -> str:
    return f"{round(number):,}"


def percent(share: float | None, *, places: int = 1) -> str:
    """ "99.93 %". Rounded down, so that only what is whole reads 100 %."""
    if share is None:
        return NOTHING
    if share == 1:
        return "100\u00a0%"
    step = Decimal(1).scaleb(-places)
    return f"{(Decimal(repr(share)) * 100).quantize(step, ROUND_FLOOR)}\u00a0%"


def stability(share: float | None) -> str:
    """Three places: the differences that matter are thousandths."""
    return percent(share, places=3)


def duration(seconds: float | None) -> str:
    return NOTHING if seconds is None else round_words(timedelta(seconds=seconds))


def month_name(month: Month) -> str:
    return date_format(month.first_day, "YEAR_MONTH_FORMAT")


def incidents(count: int) -> str:
    return ngettext("%(count)s incident", "%(count)s incidents", count) % {"count": whole(count)}


def compared(change: Change) -> str:
    """ "3 more than the month before"; empty where there is nothing to compare with."""
    if change.difference is None:
        return ""
    if change.difference == 0:
        return _("as many as the month before")
    text = (
        _("%(count)s more than the month before")
        if change.difference > 0
        else _("%(count)s fewer than the month before")
    )
    return text % {"count": whole(abs(change.difference))}


def compared_duration(change: Change) -> str:
    if change.difference is None:
        return ""
    if round(change.difference) == 0:
        return _("as long as the month before")
    text = (
        _("%(time)s longer than the month before")
        if change.difference > 0
        else _("%(time)s shorter than the month before")
    )
    return text % {"time": duration(abs(change.difference))}


def compared_share(change: Change, *, places: int = 1, is_better_high: bool = True) -> str:
    """Percentage points."""
    if change.difference is None:
        return ""
    points = round(abs(change.difference) * 100, places)
    if not points:
        return _("the same as in the month before")
    text = (
        _("%(points)s points better than the month before")
        if (change.difference > 0) == is_better_high
        else _("%(points)s points worse than the month before")
    )
    return text % {"points": number_format(points, decimal_pos=places)}


def measured(value: float | None, unit: str) -> str:
    """A figure of an indicator as people read it."""
    if value is None:
        return NOTHING
    if unit == Unit.SECONDS:
        return duration(value)
    if unit == Unit.SHARE:
        return stability(value)
    return whole(value) if unit == Unit.COUNT or value == round(value) else number_format(value, decimal_pos=2)
