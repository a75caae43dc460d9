"""Figures of a month that take long, kept for whoever looks next."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q


class StoredFiguresQuerySet(models.QuerySet["StoredFigures"]):
    def wanted(self) -> "StoredFiguresQuerySet":
        """Those at which somebody has looked since they were computed."""
        return self.filter(Q(looked_at__gt=models.F("as_of")))


class StoredFigures(models.Model):
    """The figures of one month as they were at a moment. A signed report has its own, and never reads these."""

    month = models.DateField(unique=True)
    numbers: Any = models.JSONField()
    as_of = models.DateTimeField()
    took = models.DurationField()
    """How long it took to compute them."""
    looked_at = models.DateTimeField()

    objects = StoredFiguresQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
