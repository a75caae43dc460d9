"""Why a mail was not simply acted on, as codes that are stored and words that are shown."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    # In quarantine: somebody of O&M decides.
    UNAUTHENTICATED = "unauthenticated", _("nothing proves that it comes from this sender")
    FORGED_TOKEN = "forged_token", _("it was sent to an incident's address that we never gave out")
    FOREIGN_TOKEN = "foreign_token", _("the sender has nothing to do with the incident it is addressed to")
    FOREIGN_THREAD = "foreign_thread", _("it answers a mail about an incident the sender has nothing to do with")
    SEVERAL_INCIDENTS = "several_incidents", _("it is addressed to several incidents")
    NO_SERVICE = "no_service", _("nobody has configured for which service mail opens incidents")
    TOO_MANY = "too_many", _("the sender has written more in an hour than people do")
    TOO_MANY_PARTS = "too_many_parts", _("it has more parts than a mail needs")
    TOO_LARGE = "too_large", _("it is too large: only its head was kept")
    REFUSED = "refused", _("what it says could not be recorded")
    # Ignored: no person wrote it.
    BOUNCE = "bounce", _("a notice of a mail server")
    AUTO_SUBMITTED = "auto_submitted", _("sent by a program")
    BULK = "bulk", _("sent to many")
    AUTO_SUPPRESSED = "auto_suppressed", _("sent by a program that wants no answer")
    AUTO_REPLY = "auto_reply", _("an automatic answer")
    OWN_MAIL = "own_mail", _("sent by Mainstay itself")
    DISCARDED = "discarded", _("discarded")
    # Failed.
    FAULT = "fault", _("a fault of ours: it is written in the log")
