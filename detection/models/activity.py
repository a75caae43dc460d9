"""Prevention activities beside inspections: what was tried out before it could go wrong by itself."""

from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy

from catalog.models import Service
from lifecycle.models import Event


class ActivityKind(models.TextChoices):
    PERFORMANCE_TEST = "performance_test", gettext_lazy("Performance test before launch")
    EXERCISE = "exercise", gettext_lazy("Red team, blue team exercise")
    WHITE_HAT = "white_hat", gettext_lazy("White-hat report")
    OTHER = "other", gettext_lazy("Other")


class ActivityOutcome(models.TextChoices):
    PASSED = "passed", gettext_lazy("Passed")
    WITH_FINDINGS = "with_findings", gettext_lazy("Passed with findings")
    FAILED = "failed", gettext_lazy("Not passed")


class Activity(models.Model):
    """Something held once; what it found goes the way of every finding."""

    kind = models.CharField(gettext_lazy("kind"), max_length=20, choices=ActivityKind)
    title = models.CharField(gettext_lazy("title"), max_length=200)
    services = models.ManyToManyField(Service, related_name="activities", verbose_name=gettext_lazy("services"))
    held_on = models.DateField(gettext_lazy("held on"))
    held_by = models.CharField(gettext_lazy("held by"), max_length=200)
    """A team, a company or the name of somebody outside."""
    report_url = models.CharField(gettext_lazy("address of the report"), max_length=500, blank=True)
    report = models.TextField(gettext_lazy("report"), blank=True)
    outcome = models.CharField(gettext_lazy("outcome"), max_length=15, choices=ActivityOutcome)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    class Meta:
        ordering: ClassVar = ["-held_on", "-id"]
        verbose_name = gettext_lazy("prevention activity")
        verbose_name_plural = gettext_lazy("prevention activities")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("inspections:activity", args=[self.pk])
