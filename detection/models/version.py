"""What a rule was before each of its edits, and what a back-test of it said."""

from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

from catalog.models import Person
from detection.models.rule import Rule
from lifecycle.models import Via


class RuleVersion(models.Model):
    """The whole definition of a rule from one edit to the next; ``number`` is the rule's version of then."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField(encoder=DjangoJSONEncoder)
    """Field of the rule -> value; the key of a record where the field names one."""
    actor = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    via = models.CharField(max_length=10, choices=Via)
    note = models.TextField(gettext_lazy("why"), blank=True)
    restored_from = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["rule", "-number"]
        verbose_name = gettext_lazy("version of a rule")
        verbose_name_plural = gettext_lazy("versions of rules")
        constraints: ClassVar = [models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once")]

    def __str__(self) -> str:
        return f"{self.rule} · {self.number}"

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self.definition.get("parameters", {}))


class StoredBackTest(models.Model):
    """The last back-test that was kept of a version: when it would have fired, not what that was compared with.

    Incidents are looked up by whoever reads it, as far as they are for them.
    """

    version = models.OneToOneField(RuleVersion, on_delete=models.CASCADE, related_name="back_test")
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    firings = models.JSONField(encoder=DjangoJSONEncoder, default=list)
    counts = models.JSONField(default=dict)
    limits = models.JSONField(default=list)
    series_count = models.PositiveIntegerField()
    actor = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = gettext_lazy("kept back-test")
        verbose_name_plural = gettext_lazy("kept back-tests")
