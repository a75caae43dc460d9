"""Where a postmortem came from that was written elsewhere."""

from typing import ClassVar

from django.db import models


class ImportedPostmortem(models.Model):
    """``facts`` are those of the source in its own words; ``source`` is the whole file: nothing is ever lost."""

    postmortem = models.OneToOneField("postmortems.Postmortem", on_delete=models.CASCADE, related_name="imported")
    run = models.ForeignKey("incidents.ImportRun", on_delete=models.PROTECT, related_name="imported_postmortems")
    profile = models.CharField(max_length=60)
    reference = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    """SHA-256 of the file: the same again changes nothing."""
    facts = models.JSONField(default=dict)
    source = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "reference"], name="postmortem_imported_once_per_reference")
        ]

    def __str__(self) -> str:
        return self.reference
