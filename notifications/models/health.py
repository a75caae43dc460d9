"""The signs of life of paging itself."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from incidents.models import Incident


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


class Unpaged(models.Model):
    """An incident that waits to be acknowledged and that no escalation pages at the moment.

    Triggers keep these rows (migration 0009), so that no code can forget to: the auditor finds what is not paged
    without going through a million incidents that are. Most rows live for a second, until the report is dispatched.
    """

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, primary_key=True, related_name="+")
    check_at = models.DateTimeField(db_index=True)
    """When the auditor looks at it: a minute later, and where it is all right (no policy covers it) an hour later."""

    class Meta:
        ordering: ClassVar = ["check_at"]
        verbose_name_plural = "unpaged"

    def __str__(self) -> str:
        return f"{self.incident_id} {self.check_at}"


class Lateness(models.Model):
    """How late things of one sort happened, since ever: what Prometheus calls a histogram. Added up once a minute from
    the rows themselves, so that nothing that pages writes here (services/ledger.py)."""

    what = models.CharField(max_length=20, unique=True)
    counts = ArrayField(models.BigIntegerField(), default=list)
    """A number for each of ledger.BUCKETS, and one for what was later than all of them."""
    seconds = models.FloatField(default=0)
    through = models.DateTimeField(db_default=Now())
    """Up to which moment they are added up."""

    class Meta:
        ordering: ClassVar = ["what"]
        verbose_name_plural = "lateness"

    def __str__(self) -> str:
        return self.what
