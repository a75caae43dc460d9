"""Business hours of an SLA: data that an administrator edits. A clock without a calendar runs around the clock."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.contacts import validate_time_zone


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
