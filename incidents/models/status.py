"""The words of an incident: its statuses, where it came from, what is known of its cause."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    REPORTED = "reported", _("Reported")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    PENDING = "pending", _("Pending")
    TRANSFERRED = "transferred", _("Transferred")
    RECOVERED = "recovered", _("Recovered")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


ENDED = (Status.RESOLVED, Status.CLOSED)
OVER = (Status.RESOLVED, Status.CLOSED, Status.CANCELLED)
BEFORE_RECOVERY = (Status.REPORTED, Status.ACKNOWLEDGED, Status.PENDING, Status.TRANSFERRED)


class Source(models.TextChoices):
    """How the incident came to us."""

    WEB = "web", _("report form")
    HOTLINE = "hotline", _("hotline")
    EMAIL = "email", _("e-mail")
    API = "api", _("API")
    DETECTION = "detection", _("detection rule")
    PORTAL = "portal", _("public form")
    IMPORT = "import", _("import")


class CauseClass(models.TextChoices):
    """What is known of the cause at the end. All but the first need a linked problem before closing."""

    KNOWN = "known", _("Known cause")
    KNOWN_DEFECT = "known_defect", _("Known defect")
    RECURRING = "recurring", _("Recurring")
    UNKNOWN = "unknown", _("Unknown cause")


class WaitingFor(models.TextChoices):
    """Whom a pending incident waits for. The reporter's answer ends the waiting by itself."""

    REPORTER = "reporter", _("the reporter")
    VENDOR = "vendor", _("a vendor")
    PROBLEM = "problem", _("a problem or a change")
    OTHER = "other", _("something else")
