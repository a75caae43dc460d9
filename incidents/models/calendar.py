"""Business hours of an SLA: data that an administrator edits. A clock without a calendar runs around the clock."""

from datetime import date
from typing import Any, ClassVar

import holidays
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.contacts import validate_time_zone
from incidents import sla


def no_hours() -> dict[str, Any]:
    return {}


class Calendar(models.Model):
    """Opening hours by weekday in one zone, and the days on which they do not hold.

    ``hours``: {"mon": [["09:00", "18:00"]], ...}, ends exclusive, "24:00" allowed, a missing day is closed.
    ``holidays``: "2026-10-01" or, every year, "*-01-01". ``extra_workdays``: dates that are open like an ordinary
    weekday of theirs although a holiday or a weekend says otherwise (the adjusted working days of China).
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_time_zone])
    hours = models.JSONField(_("opening hours"), default=no_hours)
    holidays = models.JSONField(_("holidays"), default=list, blank=True)
    holiday_country = models.CharField(_("public holidays of"), max_length=2, blank=True)
    extra_workdays = models.JSONField(_("extra working days"), default=list, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")

    def __str__(self) -> str:
        return self.name

    def as_value(self, *, year: int) -> sla.Calendar:
        """The value that clocks are computed with; public holidays from the year before to three years on.

        Raises ValueError where what was typed is no calendar.
        """
        public, adjusted = self._public_holidays(range(year - 1, year + 4))
        return sla.Calendar.of(
            time_zone=self.time_zone,
            hours=self.hours,
            holidays=[*self.holidays, *public],
            extra_workdays=[*self.extra_workdays, *adjusted],
        )

    def _public_holidays(self, years: range) -> tuple[list[date], list[date]]:
        """(free days, working days on weekends that make up for them); raises NotImplementedError for no country."""
        if not self.holiday_country:
            return [], []
        days = holidays.country_holidays(self.holiday_country, years=years)
        return list(days), list(getattr(days, "weekend_workdays", ()))

    def clean(self) -> None:
        """Refuse in words what no clock could be computed with."""
        try:
            self.as_value(year=2026)
        except (ValueError, NotImplementedError, TypeError) as fault:
            raise ValidationError({"hours": str(fault)}) from fault
