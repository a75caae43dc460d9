"""What people write on a timeline, and who reads it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoteKind(models.TextChoices):
    NOTE = "note", _("Note")
    DECISION = "decision", _("Decision")
    EVIDENCE = "evidence", _("Evidence")
    UPDATE = "update", _("Status update")


class Visibility(models.TextChoices):
    INTERNAL = "internal", _("Colleagues only")
    PUBLIC = "public", _("The reporter too")
