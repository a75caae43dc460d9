"""Where the loss of an incident lies, as the frames of its fault tell it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy

from detection.localisation import Finding
from detection.models.rule import Rule
from incidents.models import Incident


class LocalisationQuerySet(models.QuerySet["Localisation"]):
    def going_on(self) -> "LocalisationQuerySet":
        """Those that are looked into again."""
        return self.exclude(due_at=None)


class Localisation(models.Model):
    """What a rule's metric says of one incident: which segment, how much of the loss, who is hit and who is not.

    ``segments``: objects of labels, actual, expected, volume, share and confidence. ``hit`` and ``spared``: dimension
    -> objects of name, actual, expected and volume, the largest first, cut at MOST_KEPT.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="localisations")
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="localisations")
    finding = models.CharField(max_length=10, choices=[(finding.value, finding.value) for finding in Finding])
    actual = models.FloatField()
    expected = models.FloatField()
    volume = models.FloatField(null=True)
    """Of a rate: of how many."""
    lost = models.FloatField()
    """How many fewer (or, of errors, how many more) than expected."""
    segments = models.JSONField(default=list)
    hit = models.JSONField(default=dict)
    spared = models.JSONField(default=dict)
    since = models.DateTimeField()
    until = models.DateTimeField()
    """The last frame that was looked into."""
    looks = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField(null=True, db_index=True)
    """When to look again; empty when the fault is over."""

    objects = LocalisationQuerySet.as_manager()

    MOST_KEPT: ClassVar = 50

    class Meta:
        ordering: ClassVar = ["rule__level", "pk"]
        verbose_name = gettext_lazy("localisation")
        verbose_name_plural = gettext_lazy("localisations")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "rule"], name="localisation_once_per_rule"),
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="localisation_until_after_since"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident} · {self.rule}"

    @property
    def is_drop(self) -> bool:
        """Of the segments, where there are any: the rest may have moved the other way."""
        parts = self.segments or [{"actual": self.actual, "expected": self.expected}]
        return bool(sum(part["actual"] for part in parts) <= sum(part["expected"] for part in parts))

    @property
    def labels(self) -> list[dict[str, str]]:
        """The labels of its segments: what has to differ for the picture to have changed."""
        return [segment["labels"] for segment in self.segments]
