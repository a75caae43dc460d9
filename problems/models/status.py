"""The words of a problem: its statuses, and what it may end with."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    LOGGED = "logged", _("Logged")
    INVESTIGATING = "investigating", _("Investigating")
    KNOWN_ERROR = "known_error", _("Known error")
    FIX_PLANNED = "fix_planned", _("Fix planned")
    VERIFYING = "verifying", _("Verifying")
    CLOSED = "closed", _("Closed")
    REJECTED = "rejected", _("Rejected")


OVER = (Status.CLOSED, Status.REJECTED)
CAUSE_SOUGHT = (Status.INVESTIGATING, Status.KNOWN_ERROR, Status.FIX_PLANNED, Status.VERIFYING)
STEP_BEFORE = {
    Status.KNOWN_ERROR: Status.INVESTIGATING,
    Status.FIX_PLANNED: Status.KNOWN_ERROR,
    Status.VERIFYING: Status.FIX_PLANNED,
}


class Outcome(models.TextChoices):
    """What makes a recurrence impossible, or seen at once, or short; or that nothing is done about it."""

    RULE = "rule", _("Detection rule")
    INSPECTION = "inspection", _("Risk inspection")
    PLAN = "plan", _("Emergency plan")
    WAIVER = "waiver", _("Waiver")
    IMPORT = "import", _("Closed in the system it came from")


CHOOSABLE = (Outcome.RULE, Outcome.INSPECTION, Outcome.PLAN, Outcome.WAIVER)
"""What people may record; the other one is an import's."""
