from django.db import models
from django.utils.translation import gettext_lazy as _


class ClockKind(models.TextChoices):
    """What a clock measures. The three of O&M have three different origins; the fourth is the developers'."""

    RESPONSE = "response", _("Response")
    RECOVERY = "recovery", _("Recovery")
    RESOLUTION = "resolution", _("Resolution")
    DEVELOPMENT = "development", _("Development")
