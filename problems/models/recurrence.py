"""What is watched for coming back: how often is too often, which incidents wait for a look, and what was found."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What incidents have in common; the closest first."""

    FINGERPRINT = "fingerprint", _("same fingerprint")
    RULE = "rule", _("same detection rule")
    TEXT = "text", _("similar words")
    CAUSE = "cause", _("same service and cause")
    CATEGORY = "category", _("same service and category")
    SERVICE = "service", _("same service")


class RecurrencePolicy(models.Model):
    """``times`` occurrences within ``days`` are a recurrence, where that is also ``factor`` times as many as usual.

    A factor of 0 compares with nothing. ``likeness`` is asked of similar words only: the share of words from which on
    texts count as similar.
    """

    kind = models.CharField(_("what recurs"), max_length=15, choices=Kind, unique=True)
    times = models.PositiveSmallIntegerField(_("times"))
    days = models.PositiveSmallIntegerField(_("within days"))
    factor = models.FloatField(_("times the usual number"), default=0)
    likeness = models.FloatField(_("similar from"), default=0)
    is_active = models.BooleanField(_("watched for"), default=True)

    class Meta:
        verbose_name = _("recurrence policy")
        verbose_name_plural = _("recurrence policies")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(times__gte=2, times__lte=1000, days__gte=1, days__lte=366),
                name="recurrence_policy_counts",
            ),
            models.CheckConstraint(
                condition=models.Q(factor__gte=0, factor__lte=100, likeness__gte=0, likeness__lte=1),
                name="recurrence_policy_shares",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class DueLook(models.Model):
    """An incident that something happened to, and that the recurrence detector has not looked at since."""

    incident = models.ForeignKey("incidents.Incident", on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.incident_id)


class Evidence(models.Model):
    """An incident for which the detector raised or fed a problem, and why. It is offered once: whoever unlinks the
    incident is not contradicted."""

    problem = models.ForeignKey("problems.Problem", on_delete=models.CASCADE, related_name="evidence")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.CASCADE, related_name="recurrence_evidence")
    kind = models.CharField(max_length=15, choices=Kind)
    likeness = models.FloatField(default=1)
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["-incident_id"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["problem", "incident"], name="evidence_once_per_incident")
        ]

    def __str__(self) -> str:
        return f"{self.problem_id}: {self.incident_id}"
