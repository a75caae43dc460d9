"""Who met about a postmortem, when, and in which phase."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from postmortems.models.postmortem import Postmortem
from postmortems.models.status import Status


class ReviewSession(models.Model):
    """A session with those who were there; ``phase`` is the one that was open when it was written down."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="sessions")
    held_at = models.DateTimeField(_("when"))
    phase = models.CharField(max_length=10, choices=Status, editable=False)
    attendees = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("who was there"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["held_at", "id"]
        verbose_name = _("session")

    def __str__(self) -> str:
        return f"{self.held_at:%Y-%m-%d %H:%M}"
