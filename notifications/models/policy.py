"""Escalation policies: who is paged when, until somebody acknowledges."""

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from notifications.models.delivery import Channel


class StepTarget(models.TextChoices):
    """Whom a step pages; found out when the step fires, because duty changes hands."""

    PRIMARY = "primary", _("on-call primary")
    SECONDARY = "secondary", _("on-call secondary")
    MANAGER = "manager", _("incident manager")
    FALLBACK = "fallback", _("fallback contact")


class EscalationPolicy(models.Model):
    """Ordered steps; after ``round_length`` they start again, ``repeats`` times, and then the fallback contact."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    levels = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("levels"))
    round_length = models.DurationField(_("length of a round"), default=timedelta(minutes=20))
    repeats = models.PositiveSmallIntegerField(_("repeats"), default=3)
    fallback = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("fallback contact")
    )
    """Without one, every incident manager is the fallback: it cannot be empty."""

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("escalation policy")

    def __str__(self) -> str:
        """Shipped names are translated, an administrator's own are shown as written."""
        return gettext(self.name)


class EscalationStep(models.Model):
    policy = models.ForeignKey(EscalationPolicy, on_delete=models.CASCADE, related_name="steps")
    after = models.DurationField(_("after"))
    target = models.CharField(_("whom"), max_length=10, choices=StepTarget)
    channels = ArrayField(models.CharField(max_length=5, choices=Channel), verbose_name=_("channels"))

    class Meta:
        ordering: ClassVar = ["after", "id"]

    def __str__(self) -> str:
        return f"{self.after} {self.get_target_display()}"
