"""Who is on call: a weekly rotation of a team, in wall-clock time of its own zone."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.contacts import validate_time_zone
from catalog.models import Person, Team


class Schedule(models.Model):
    """From ``starts_on`` at ``handover_at`` (local time) each member has one week as primary.

    The next member in the order is the secondary of that week.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="schedule", verbose_name=_("team"))
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_time_zone])
    starts_on = models.DateField(_("first hand-over on"))
    handover_at = models.TimeField(_("hand-over at"))
    members: "models.ManyToManyField[Person, ScheduleMember]" = models.ManyToManyField(
        Person, through="ScheduleMember", related_name="schedules"
    )

    class Meta:
        ordering: ClassVar = ["team__name"]
        verbose_name = _("on-call schedule")

    def __str__(self) -> str:
        return str(self.team)


class ScheduleMember(models.Model):
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="places")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["schedule", "position"], name="schedule_place_once", deferrable=models.Deferrable.DEFERRED
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.person}"
