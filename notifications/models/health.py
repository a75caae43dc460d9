"""The signs of life of paging itself."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """When each ticker last finished a whole cycle, and how far its machine's clock is from the database's."""

    ticker = models.CharField(max_length=60, unique=True)
    beat_at = models.DateTimeField(db_default=Now())
    clock_skew = models.DurationField(null=True)

    class Meta:
        ordering: ClassVar = ["ticker"]

    def __str__(self) -> str:
        return self.ticker


class Chore(models.Model):
    """Something that is due every so often, once, whatever number of tickers run. The claim moves ``due_at`` on."""

    name = models.CharField(max_length=40, unique=True)
    due_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Canary(models.Model):
    """A task sent through one of Celery's queues to see whether anybody works there."""

    queue = models.CharField(max_length=40, unique=True)
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["queue"]
        verbose_name_plural = "canaries"

    def __str__(self) -> str:
        return self.queue


class Audit(models.Model):
    """One look of the auditor at its invariants. ``findings``: [{"invariant", "count", "repaired", "examples"}]."""

    began_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)
    findings = models.JSONField(default=list)
    is_clean = models.BooleanField(default=False)
    reported_out_at = models.DateTimeField(null=True)
    """When the outside monitor took our sign of life after it."""
    report_error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.began_at} {'clean' if self.is_clean else 'not clean'}"
