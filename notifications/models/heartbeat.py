from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """When each ticker last finished a whole cycle."""

    ticker = models.CharField(max_length=60, unique=True)
    beat_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["ticker"]

    def __str__(self) -> str:
        return self.ticker
