from django.db import models
from django.utils.translation import gettext_lazy as _


class ClockKind(models.TextChoices):
    """What a clock measures. The three of O&M have three different origins; two are the developers'."""

    RESPONSE = "response", _("Response")
    RECOVERY = "recovery", _("Recovery")
    RESOLUTION = "resolution", _("Resolution")
    DEVELOPMENT = "development", _("Development")
    ACCEPTANCE = "acceptance", _("Acceptance")
    """How long the developers may take to accept or refuse a transfer."""
    UPDATE = "update", _("Progress update")
    """How long those affected may be left without news; each update starts the next period."""
