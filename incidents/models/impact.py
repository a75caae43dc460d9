"""What an incident did to customers: the numerators of stability."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImpactSource(models.TextChoices):
    METRIC = "metric", _("metric")
    ESTIMATE = "estimate", _("estimate")
    PERSON = "person", _("person")


class Impact(models.Model):
    """An interval of impact on the incident's service: affected users and page views over the whole interval."""

    incident = models.ForeignKey("incidents.Incident", on_delete=models.CASCADE, related_name="impacts")
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True, blank=True)
    affected_users = models.PositiveIntegerField(_("affected users"), default=0)
    affected_page_views = models.PositiveBigIntegerField(_("affected page views"), default=0)
    is_down = models.BooleanField(_("the service did not work at all"), default=False)
    source = models.CharField(_("source"), max_length=10, choices=ImpactSource)
    is_estimate = models.BooleanField(_("estimated"), default=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering: ClassVar = ["started_at"]
        indexes: ClassVar = [
            models.Index(fields=["ended_at"], name="impact_ended"),
            models.Index(fields=["started_at"], condition=models.Q(ended_at=None), name="impact_going_on"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="impact_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.affected_users} UV"
