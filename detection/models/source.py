"""Where numbers come from: sources, what is asked of them for a metric, and what they answered that was of no use."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy

from detection.models.metric import MINUTE, Metric


class SourceKind(models.TextChoices):
    POSTGRESQL = "postgresql", "PostgreSQL"
    MYSQL = "mysql", "MySQL, MariaDB"
    SQLITE = "sqlite", gettext_lazy("SQLite file")
    HIVE = "hive", "Hive"
    KYLIN = "kylin", "Kylin"
    ELASTICSEARCH = "elasticsearch", "Elasticsearch, OpenSearch"
    HBASE = "hbase", "HBase"
    PROMETHEUS = "prometheus", "Prometheus"


class SourceQuerySet(models.QuerySet["Source"]):
    def for_list(self) -> "SourceQuerySet":
        collections = Collection.objects.filter(source=models.OuterRef("pk")).order_by().values("source")
        counted = models.Subquery(collections.annotate(n=models.Count("pk")).values("n"))
        return self.annotate(metric_count=Coalesce(counted, 0))


class Source(models.Model):
    """A place that workers read, and never write. Its password is in the environment, or sealed here."""

    name = models.CharField(gettext_lazy("name"), max_length=100)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(gettext_lazy("kind"), max_length=20, choices=SourceKind)
    options = models.JSONField(default=dict)
    """What its kind asks for (``detection/sources``): host, port, database, user, url, path ..."""
    secret_env = models.CharField(gettext_lazy("variable with the password"), max_length=100, blank=True)
    sealed_secret = models.TextField(blank=True, editable=False)
    timeout = models.DurationField(gettext_lazy("time-out"), default=timedelta(seconds=10))
    row_cap = models.PositiveIntegerField(gettext_lazy("most rows"), default=100_000)
    checked_at = models.DateTimeField(null=True, editable=False)
    check_error = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    # Its events are no relation: they stay when it is removed.
    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        verbose_name = gettext_lazy("source")
        verbose_name_plural = gettext_lazy("sources")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("detection:source", args=[self.slug])

    @property
    def has_secret(self) -> bool:
        return bool(self.sealed_secret or self.secret_env)


class Aggregate(models.TextChoices):
    COUNT = "count", gettext_lazy("number of rows")
    SUM = "sum", gettext_lazy("sum of a column")
    AVERAGE = "average", gettext_lazy("average of a column")


class CollectionQuerySet(models.QuerySet["Collection"]):
    def due(self, at: Any) -> "CollectionQuerySet":
        """Those with something to read that nobody else is reading."""
        free = models.Q(leased_until=None) | models.Q(leased_until__lte=at)
        return self.filter(free, is_active=True, due_at__lte=at)


class Collection(models.Model):
    """How a metric is read out of a source, and how far that has come."""

    metric = models.OneToOneField(Metric, on_delete=models.CASCADE, related_name="collection")
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="collections", verbose_name=gettext_lazy("source")
    )
    table = models.CharField(gettext_lazy("table"), max_length=200, blank=True)
    time_column = models.CharField(gettext_lazy("time column"), max_length=200, blank=True)
    time_format = models.CharField(gettext_lazy("format of the time"), max_length=40, default="timestamp")
    time_zone = models.CharField(gettext_lazy("time zone of the time column"), max_length=50, default="UTC")
    aggregate = models.CharField(
        gettext_lazy("value"), max_length=10, choices=Aggregate, default=Aggregate.COUNT, blank=True
    )
    value_column = models.CharField(gettext_lazy("value column"), max_length=200, blank=True)
    labels = models.JSONField(gettext_lazy("columns of the dimensions"), default=dict, blank=True)
    """Dimension -> column."""
    filters = models.JSONField(gettext_lazy("only rows with"), default=dict, blank=True)
    """Column -> the one value that counts."""
    statement = models.TextField(gettext_lazy("query of your own"), blank=True)
    delay = models.DurationField(gettext_lazy("wait before reading"), default=timedelta)
    zero_when_missing = models.BooleanField(gettext_lazy("a missing row is zero"), default=True)
    lowest = models.FloatField(gettext_lazy("lowest value to believe"), null=True, blank=True, default=0)
    highest = models.FloatField(gettext_lazy("highest value to believe"), null=True, blank=True)
    is_active = models.BooleanField(gettext_lazy("active"), default=True)

    collected_to = models.DateTimeField(editable=False)
    """The end of the last interval that was read."""
    due_at = models.DateTimeField(editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    lease = models.UUIDField(null=True, editable=False)
    succeeded_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    """How often in a row the source gave no answer."""
    last_error = models.TextField(blank=True, editable=False)
    seen = models.BinaryField(default=bytes, editable=False)
    """The day (int32, since 1970) on which each series was last in an answer, by position."""

    objects = CollectionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["metric"]
        verbose_name = gettext_lazy("collection")
        verbose_name_plural = gettext_lazy("collections")
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(is_active=True), name="collection_due"),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.metric}"

    @property
    def is_troubled(self) -> bool:
        """The source has not answered for a while: what it counts is not known."""
        return self.failures > 0 or bool(self.last_error)


class RejectedRows(models.Model):
    """Rows of one kind that a source answered and nobody could use: how many, and what one of them looked like."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="rejected")
    reason = models.CharField(max_length=20)
    """A key of ``detection.believing.REASONS``."""
    count = models.PositiveBigIntegerField(default=0)
    sample = models.CharField(max_length=300, blank=True)
    interval_at = models.DateTimeField()
    """The interval that the newest of them was read for."""
    last_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["-last_at", "reason"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collection", "reason"], name="rejected_once_per_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.reason}"


RETRY_FIRST, RETRY_MOST = MINUTE / 6, 5 * MINUTE
