"""Metrics, their series, and the frames that hold what was measured."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Service
from detection.rules.words import plain
from detection.titles import name_of

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Precision(models.TextChoices):
    FLOAT32 = "float32", gettext_lazy("float32 (whole numbers exact up to 16.7 million)")
    FLOAT64 = "float64", gettext_lazy("float64")


class Counts(models.TextChoices):
    """What one of a metric's values stands for: decides whether a loss is an impact, and on whom."""

    NOTHING = "", gettext_lazy("nothing countable (a time, a load, an amount)")
    TRANSACTIONS = "transactions", gettext_lazy("transactions or page views")
    USERS = "users", gettext_lazy("users")


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
    counts = models.CharField(
        gettext_lazy("counts"), max_length=12, choices=Counts, default=Counts.NOTHING, db_default="", blank=True
    )
    detail = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="summaries",
        verbose_name=gettext_lazy("in more detail"),
    )
    """The same thing counted by more dimensions: where the segment that explains a loss is searched for."""
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
    is_packed = models.BooleanField(db_default=False)
    """Written by ``packing``, where most series have no value; otherwise the plain array."""

    class Meta:
        ordering: ClassVar = ["metric", "at"]
