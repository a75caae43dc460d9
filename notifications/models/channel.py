from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """A way to reach people."""

    VOICE = "voice", _("phone call")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("e-mail")
    CHAT = "chat", _("chat")
    LOG = "log", _("log only")
