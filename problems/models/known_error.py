"""Known errors: the cause is known, the fix is not yet in place, and this is how to live with it meanwhile."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class KnownError(models.Model):
    """What is known of a problem. Its workaround is shown inside the incidents that are linked to the problem."""

    problem = models.OneToOneField("problems.Problem", on_delete=models.CASCADE, related_name="known_error")
    symptom = models.TextField(_("symptom"), blank=True)
    cause = models.TextField(_("root cause"))
    workaround = models.TextField(_("workaround"))
    affected_version = models.CharField(_("affected version"), max_length=100, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    """Counts how often it was written anew."""
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("known error")
        verbose_name_plural = _("known errors")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(cause="") & ~models.Q(workaround=""), name="known_error_has_cause_and_workaround"
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"KE-{self.pk}"
