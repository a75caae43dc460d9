"""Where a problem came from that another system recorded."""

from typing import ClassVar

from django.db import models


class ImportedProblem(models.Model):
    """``facts`` are those of the source, as of an ImportedIncident."""

    problem = models.OneToOneField("problems.Problem", on_delete=models.CASCADE, related_name="imported")
    run = models.ForeignKey("incidents.ImportRun", on_delete=models.PROTECT, related_name="imported_problems")
    profile = models.CharField(max_length=60)
    reference = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "reference"], name="problem_imported_once_per_reference")
        ]

    def __str__(self) -> str:
        return self.reference
