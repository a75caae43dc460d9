"""Rules, and what they said of each frame."""

from datetime import datetime, timedelta
from typing import ClassVar

import numpy as np
from django.apps import apps
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models.functions import Coalesce, Greatest, Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Service
from detection import packing
from detection.evaluation import Patience
from detection.models.group import RecoverOn
from detection.models.metric import MINUTE, Frame, Metric
from detection.rules import KINDS
from detection.rules.verdict import Codes
from detection.rules.words import ParametersRefused, Sentence
from detection.titles import name_of
from incidents.models import Calendar, Level
from lifecycle.models import Event

# A rule whose newest frame is older than this many intervals (and than a minute) is shown as unknown.
STALE_FRAMES = 5


class RuleStatus(models.TextChoices):
    """What the rule last said of its series together."""

    NEVER = "never", gettext_lazy("Never evaluated")
    OK = "ok", gettext_lazy("OK")
    FIRING = "firing", gettext_lazy("Firing")
    UNKNOWN = "unknown", gettext_lazy("Unknown")
    DISABLED = "disabled", gettext_lazy("Disabled")


class QuietWhen(models.TextChoices):
    """When a rule with a quiet calendar opens no alerts."""

    OPEN = "open", gettext_lazy("within the hours of the calendar")
    CLOSED = "closed", gettext_lazy("outside the hours of the calendar")


class RuleMode(models.TextChoices):
    """What comes of its verdicts."""

    LIVE = "live", gettext_lazy("Live")
    SHADOW = "shadow", gettext_lazy("Shadow")
    OFF = "off", gettext_lazy("Off")


class RuleQuerySet(models.QuerySet["Rule"]):
    def due(self) -> "RuleQuerySet":
        """Active rules whose metric has frames after the last one they judged."""
        lateness = Greatest("metric__lateness", Coalesce("other_metric__lateness", timedelta(0)))
        latest = models.ExpressionWrapper(Now() - models.OuterRef("waits"), models.DateTimeField())
        waiting = Frame.objects.filter(
            metric=models.OuterRef("metric"), at__gt=models.OuterRef("evaluated_to"), at__lte=latest
        )
        return self.alias(waits=lateness).filter(models.Exists(waiting.values("at")), is_active=True)

    def for_list(self) -> "RuleQuerySet":
        alerts = apps.get_model("detection.Alert").objects.live().open()
        still_open = alerts.filter(rule=models.OuterRef("pk")).order_by().values("rule")
        counted = models.Subquery(still_open.annotate(count=models.Count("pk")).values("count"))
        rules = self.select_related("metric", "other_metric", "service", "level").defer("memory")
        return rules.annotate(open_alerts=Coalesce(counted, 0))


class Rule(models.Model):
    """What is asked of the series of a metric at every frame, and the incident that comes of a yes."""

    name = models.CharField(gettext_lazy("name"), max_length=100)
    metric = models.ForeignKey(
        Metric, on_delete=models.PROTECT, related_name="rules", verbose_name=gettext_lazy("metric")
    )
    other_metric = models.ForeignKey(
        Metric,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rules_as_other",
        verbose_name=gettext_lazy("second metric"),
    )
    """What kinds that compare two metrics divide by; laid onto the series of ``metric`` by the labels both have."""
    kind = models.CharField(gettext_lazy("kind"), max_length=20)
    parameters = models.JSONField(default=dict)
    selector = models.JSONField(gettext_lazy("only series with"), default=dict, blank=True)
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="rules", verbose_name=gettext_lazy("service")
    )
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="rules", verbose_name=gettext_lazy("level"))
    fire_for = models.PositiveSmallIntegerField(default=1)
    fire_of = models.PositiveSmallIntegerField(default=1)
    clear_after = models.PositiveSmallIntegerField(default=5)
    title = models.CharField(gettext_lazy("title of the incident"), max_length=200)
    group = models.SlugField(gettext_lazy("group"), max_length=80, blank=True)
    """Rules of one group share one incident."""
    quiet_calendar = models.ForeignKey(
        Calendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=gettext_lazy("quiet calendar"),
    )
    quiet_when = models.CharField(
        gettext_lazy("opens no alerts"), max_length=6, choices=QuietWhen, default=QuietWhen.CLOSED
    )
    """Minutes are judged then as well, and what fires still when the quiet is over opens its alert."""
    recover_on = models.CharField(
        gettext_lazy("recovers"), max_length=5, choices=RecoverOn, default=RecoverOn.ALL, db_default=RecoverOn.ALL
    )
    is_active = models.BooleanField(gettext_lazy("active"), default=True)
    is_shadow = models.BooleanField(gettext_lazy("in shadow"), default=False, db_default=False, editable=False)
    """On trial: it is judged and its alerts are written down, but no incident comes of them."""
    status = models.CharField(max_length=10, choices=RuleStatus, default=RuleStatus.NEVER, editable=False)
    evaluated_to = models.DateTimeField(editable=False)
    evaluated_at = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    memory = models.BinaryField(default=bytes, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        verbose_name = gettext_lazy("rule")
        verbose_name_plural = gettext_lazy("rules")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(fire_for__gte=1, fire_for__lte=models.F("fire_of"), fire_of__lte=60),
                name="rule_fires_for_m_of_n",
            ),
            models.CheckConstraint(condition=models.Q(clear_after__gte=1), name="rule_clears_after_one"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("detection:rule", args=[self.pk])

    @property
    def mode(self) -> RuleMode:
        if not self.is_active:
            return RuleMode.OFF
        return RuleMode.SHADOW if self.is_shadow else RuleMode.LIVE

    @property
    def dedup_key(self) -> str:
        """One open incident carries this key."""
        return f"rule-group:{self.group}" if self.group else f"rule:{self.pk}"

    @property
    def patience(self) -> Patience:
        return Patience(self.fire_for, self.fire_of, self.clear_after)

    @property
    def lateness(self) -> timedelta:
        """How long frames are waited for: as long as the slower of its metrics needs."""
        other = self.other_metric.lateness if self.other_metric else timedelta(0)
        return max(self.metric.lateness, other)

    @property
    def kind_label(self) -> str:
        return _(KINDS[self.kind].LABEL) if self.kind in KINDS else self.kind

    @property
    def condition(self) -> str:
        """Its kind and parameters as words."""
        kind = KINDS[self.kind]
        try:
            said: Sentence = kind.describe(kind.read(self.parameters))
        except ParametersRefused:
            return _("(its parameters cannot be used)")
        return _(said.text) % said.values

    @property
    def sentence(self) -> str:
        """The whole rule as one sentence."""
        words = {
            "metric": f"{self.metric} / {self.other_metric}" if self.other_metric else self.metric.name,
            "series": f" ({name_of(self.selector)})" if self.selector else "",
            "condition": self.condition,
            "fire_for": self.fire_for,
            "fire_of": self.fire_of,
            "clear_after": self.clear_after,
        }
        return (
            _(
                "%(metric)s%(series)s %(condition)s in %(fire_for)d of %(fire_of)d minutes; "
                "over after %(clear_after)d good ones"
            )
            % words
        )

    def selects(self, labels: dict[str, str]) -> bool:
        return all(labels.get(name) == value for name, value in self.selector.items())

    def status_at(self, now: datetime) -> RuleStatus:
        """What to show: a verdict that has grown old is not known to hold any more."""
        if not self.is_active:
            return RuleStatus.DISABLED
        if self.evaluated_at is None:
            return RuleStatus.NEVER
        patience = max(STALE_FRAMES * self.metric.interval, MINUTE) + self.lateness
        return RuleStatus.UNKNOWN if self.evaluated_to < now - patience else RuleStatus(self.status)


class Verdict(models.Model):
    """What a rule said about one frame: a code by position of the series. Its key makes it said only once."""

    pk = models.CompositePrimaryKey("rule_id", "at")
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="verdicts")
    at = models.DateTimeField()
    codes = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["rule", "at"]

    @property
    def by_position(self) -> Codes:
        """UNKNOWN, OK or FIRING by position of the series."""
        return packing.unpack(self.codes, np.dtype(np.int8))


class RuleState(models.Model):
    """What a rule of a kind that learns has learned, by position of the series; read and written where it judges."""

    rule = models.OneToOneField(Rule, on_delete=models.CASCADE, primary_key=True, related_name="learned")
    made_for = models.CharField(max_length=64)
    """A digest of the kind, its parameters and the layout: what was learned for others is forgotten."""
    rows = models.BinaryField()
