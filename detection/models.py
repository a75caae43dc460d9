"""Metrics and their frames, rules and their verdicts, and the alerts that come of it."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Service
from detection.evaluation import Patience
from detection.rules import KINDS
from detection.rules.words import ParametersRefused, Sentence, plain
from detection.titles import name_of
from incidents.models import Incident, Level
from lifecycle.models import Event

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A rule whose newest frame is older than this many intervals (and than a minute) is shown as unknown.
STALE_FRAMES = 5


class Precision(models.TextChoices):
    FLOAT32 = "float32", gettext_lazy("float32 (whole numbers exact up to 16.7 million)")
    FLOAT64 = "float64", gettext_lazy("float64")


class Metric(models.Model):
    """Something counted or measured at a regular interval, as one series for each combination of labels."""

    name = models.CharField(gettext_lazy("name"), max_length=100)
    slug = models.SlugField(max_length=80, unique=True)
    dimensions = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=gettext_lazy("dimensions")
    )
    interval = models.DurationField(gettext_lazy("interval"), default=MINUTE)
    speed = models.FloatField(default=1, editable=False)
    """How many times faster than life its source runs: above 1 for the replay of a recording only."""
    lateness = models.DurationField(gettext_lazy("lateness allowed"), default=timedelta)
    precision = models.CharField(gettext_lazy("precision"), max_length=7, choices=Precision, default=Precision.FLOAT32)
    retention = models.DurationField(gettext_lazy("kept for"), default=35 * DAY)
    service = models.ForeignKey(
        Service,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="metrics",
        verbose_name=gettext_lazy("service"),
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        verbose_name = gettext_lazy("metric")
        verbose_name_plural = gettext_lazy("metrics")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(interval__gt=timedelta(0)), name="metric_interval_positive"),
            models.CheckConstraint(condition=models.Q(speed__gt=0), name="metric_speed_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("detection:metric", args=[self.slug])

    @property
    def day(self) -> timedelta:
        """How long a day of this metric lasts; shorter than ours in the replay of a recording."""
        return DAY / self.speed

    @property
    def interval_words(self) -> str:
        """``60 s``, ``0.1 s``."""
        return _("%(seconds)s s") % {"seconds": plain(self.interval.total_seconds())}

    def align(self, at: datetime) -> datetime:
        """The beginning of the interval that ``at`` falls into."""
        return EPOCH + (at - EPOCH) // self.interval * self.interval


class Series(models.Model):
    """One combination of labels of a metric; ``position`` is its place in every frame, given once and for good."""

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="series")
    labels = models.JSONField(default=dict)
    key = models.CharField(max_length=500)
    """The labels as text in the order of the metric's dimensions."""
    position = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["metric", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["metric", "key"], name="series_once_per_labels"),
            models.UniqueConstraint(fields=["metric", "position"], name="series_once_per_position"),
        ]

    def __str__(self) -> str:
        return name_of(self.labels)


class Frame(models.Model):
    """The values of all series of a metric at one minute: floats by position, NaN where nothing is known."""

    pk = models.CompositePrimaryKey("metric_id", "at")
    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="frames")
    at = models.DateTimeField()
    values = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["metric", "at"]


class RuleStatus(models.TextChoices):
    """What the rule last said of its series together."""

    NEVER = "never", gettext_lazy("Never evaluated")
    OK = "ok", gettext_lazy("OK")
    FIRING = "firing", gettext_lazy("Firing")
    UNKNOWN = "unknown", gettext_lazy("Unknown")
    DISABLED = "disabled", gettext_lazy("Disabled")


class RuleQuerySet(models.QuerySet["Rule"]):
    def due(self) -> "RuleQuerySet":
        """Active rules whose metric has frames after the last one they judged."""
        latest = models.ExpressionWrapper(Now() - models.OuterRef("metric__lateness"), models.DateTimeField())
        waiting = Frame.objects.filter(
            metric=models.OuterRef("metric"), at__gt=models.OuterRef("evaluated_to"), at__lte=latest
        )
        return self.filter(models.Exists(waiting.values("at")), is_active=True)

    def for_list(self) -> "RuleQuerySet":
        still_open = Alert.objects.open().filter(rule=models.OuterRef("pk")).order_by().values("rule")
        counted = models.Subquery(still_open.annotate(count=models.Count("pk")).values("count"))
        rules = self.select_related("metric", "service", "level").defer("memory")
        return rules.annotate(open_alerts=Coalesce(counted, 0))


class Rule(models.Model):
    """What is asked of the series of a metric at every frame, and the incident that comes of a yes."""

    name = models.CharField(gettext_lazy("name"), max_length=100)
    metric = models.ForeignKey(
        Metric, on_delete=models.PROTECT, related_name="rules", verbose_name=gettext_lazy("metric")
    )
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
    is_active = models.BooleanField(gettext_lazy("active"), default=True)
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
    def dedup_key(self) -> str:
        """One open incident carries this key."""
        return f"rule-group:{self.group}" if self.group else f"rule:{self.pk}"

    @property
    def patience(self) -> Patience:
        return Patience(self.fire_for, self.fire_of, self.clear_after)

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
            "metric": self.metric.name,
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
        patience = max(STALE_FRAMES * self.metric.interval, MINUTE) + self.metric.lateness
        return RuleStatus.UNKNOWN if self.evaluated_to < now - patience else RuleStatus(self.status)


class Verdict(models.Model):
    """What a rule said about one frame: a code by position of the series. Its key makes it said only once."""

    pk = models.CompositePrimaryKey("rule_id", "at")
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="verdicts")
    at = models.DateTimeField()
    codes = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["rule", "at"]


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> "AlertQuerySet":
        return self.filter(ended_at=None)


class Alert(models.Model):
    """A series of a rule from the first frame that fired to the end of its run of good ones."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="alerts")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="alerts")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="alerts")
    started_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    peak = models.FloatField()
    expected = models.FloatField(null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]
        verbose_name = gettext_lazy("alert")
        verbose_name_plural = gettext_lazy("alerts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "series"], condition=models.Q(ended_at=None), name="alert_one_open_per_series"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("opened_at")),
                name="alert_ends_after_opening",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["incident"], condition=models.Q(ended_at=None), name="alert_open_of_incident")
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.series}"
