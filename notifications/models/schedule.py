"""Who is on call for a team: a schedule whose layers, overrides and swaps are in ``notifications.models.duty``."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.contacts import validate_time_zone
from catalog.models import Team


class Schedule(models.Model):
    """The on-call schedule of a team; its layers speak of wall-clock time in its zone."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="schedule", verbose_name=_("team"))
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_time_zone])

    class Meta:
        ordering: ClassVar = ["team__name"]
        verbose_name = _("on-call schedule")

    def __str__(self) -> str:
        return str(self.team)
