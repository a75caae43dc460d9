"""The one row of settings of paging."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Person, Service
from notifications.models.chat import ChatKind


class PagingSettings(models.Model):
    """``PagingSettings.objects.get()``: the row is there from the migration on."""

    duty_managers: "models.ManyToManyField[Person, models.Model]" = models.ManyToManyField(
        Person, related_name="+", blank=True, verbose_name=_("duty managers")
    )
    """Whom an exhausted escalation and a gap in duty lead to; empty: every incident manager."""
    internal_service = models.ForeignKey(
        Service, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("internal service")
    )
    """The service to which incidents about paging itself are reported; None: they are told on the health page only."""
    daily_texts = models.PositiveIntegerField(_("texts a day"), default=2000)
    """In segments. Past it nothing is sent but pages; pages are never held back for money."""
    daily_calls = models.PositiveIntegerField(_("calls a day"), default=500)
    countries = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        verbose_name=_("countries"),
    )
    """ISO codes of the countries whose numbers may be texted and called; empty: all. Premium numbers never."""
    war_room_levels = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("chat group by itself for levels")
    )
    war_room_kind = models.CharField(_("chat group in"), max_length=10, choices=ChatKind, blank=True)

    class Meta:
        verbose_name = _("settings of paging")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="paging_settings_one_row")]

    def __str__(self) -> str:
        return "paging"
