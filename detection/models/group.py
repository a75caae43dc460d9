"""Which alerts belong together: rules of correlation as data, and the groups that come of them."""

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy

from catalog.models import Service
from detection.matching import Matcher
from incidents.models import Incident, Level

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class RecoverOn(models.TextChoices):
    """The end of which alerts recovers the incident."""

    ALL = "all", gettext_lazy("when all of its alerts have ended")
    FIRST = "first", gettext_lazy("when its first alert has ended")
    LAST = "last", gettext_lazy("when its latest alert has ended")
    NEVER = "never", gettext_lazy("never: a person says so")


class Ordered(models.Model):
    """Rules that are asked in order; the first that matches decides."""

    name = models.CharField(gettext_lazy("name"), max_length=100)
    position = models.PositiveSmallIntegerField(gettext_lazy("position"), default=0)
    matchers = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(gettext_lazy("active"), default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def conditions(self) -> list[Matcher]:
        return [Matcher.of(stored) for stored in self.matchers]

    @property
    def conditions_text(self) -> str:
        return "\n".join(str(matcher) for matcher in self.conditions)


class CorrelationRule(Ordered):
    """Alerts that match and agree in ``group_by`` become one incident."""

    group_by = ArrayField(
        models.CharField(max_length=80), default=list, blank=True, verbose_name=gettext_lazy("group by")
    )
    window = models.DurationField(gettext_lazy("window"), default=HOUR)
    """How long after its last alert a group takes more in, and within which the threshold is counted."""
    max_window = models.DurationField(gettext_lazy("at the longest"), default=DAY)
    threshold = models.PositiveIntegerField(gettext_lazy("alerts before an incident opens"), default=1)
    level = models.ForeignKey(
        Level, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=gettext_lazy("level")
    )
    """Of the incident; empty: the worst of its alerts."""
    title = models.CharField(gettext_lazy("title of the incident"), max_length=200, blank=True)
    recover_on = models.CharField(gettext_lazy("recovers"), max_length=5, choices=RecoverOn, default=RecoverOn.ALL)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        verbose_name = gettext_lazy("correlation rule")
        verbose_name_plural = gettext_lazy("correlation rules")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(threshold__gte=1), name="correlation_threshold_positive"),
            models.CheckConstraint(condition=models.Q(window__gt=timedelta(0)), name="correlation_window_positive"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("detection:correlation_rule", args=[self.pk])


class Route(Ordered):
    """Where an alert that matches belongs: a service, named here or by one of its labels."""

    service = models.ForeignKey(
        Service,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="routes_of_alerts",
        verbose_name=gettext_lazy("service"),
    )
    service_label = models.CharField(gettext_lazy("service named by the label"), max_length=80, blank=True)
    level = models.ForeignKey(
        Level, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=gettext_lazy("level")
    )

    class Meta:
        ordering: ClassVar = ["position", "id"]
        verbose_name = gettext_lazy("route of alerts")
        verbose_name_plural = gettext_lazy("routes of alerts")

    def get_absolute_url(self) -> str:
        return reverse("detection:route", args=[self.pk])


class AlertGroup(models.Model):
    """Alerts that share one incident, or will once there are enough. Locked: the next alert begins another group."""

    key = models.CharField(max_length=300)
    correlation = models.ForeignKey(CorrelationRule, on_delete=models.PROTECT, null=True, related_name="groups")
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="following")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="alert_groups")
    recover_on = models.CharField(max_length=5, choices=RecoverOn, default=RecoverOn.ALL)
    window = models.DurationField(null=True)
    """None: it takes alerts in for as long as its incident is not over."""
    expires_at = models.DateTimeField(null=True)
    """From then on it takes nothing more in, however many alerts are still open."""
    flap_within = models.DurationField(default=timedelta(minutes=30))
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    incident_at = models.DateTimeField(null=True)
    flapping_until = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(locked_at=None), name="alert_group_one_unlocked_per_key"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["flapping_until"], condition=models.Q(flapping_until__isnull=False), name="alert_group_flapping"
            ),
            models.Index(fields=["incident_at"], name="alert_group_by_incident_at"),
        ]

    def __str__(self) -> str:
        return self.key
