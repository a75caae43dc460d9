"""What came from the export of another system, as that system recorded it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class ImportRun(models.Model):
    """One run of an import and what it found."""

    profile = models.CharField(max_length=60)
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    """SHA-256 of the file."""
    counts = models.JSONField(default=dict)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.profile} {self.file_name}"


class ImportedIncident(models.Model):
    """Where an imported incident came from. ``facts`` are those of the source: its own SLA verdict, its counters."""

    incident = models.OneToOneField("incidents.Incident", on_delete=models.CASCADE, related_name="imported")
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="imported")
    profile = models.CharField(max_length=60)
    reference = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    """SHA-256 of everything that the source said of it: the same again changes nothing."""
    facts = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "reference"], name="imported_once_per_reference")
        ]

    def __str__(self) -> str:
        return self.reference
