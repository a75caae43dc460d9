"""What people add to a timeline beside words."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifecycle.models import Event


def place_of(attachment: "Attachment", _name: str) -> str:
    """Where the bytes lie: never under the name that the sender chose."""
    return f"attachments/{attachment.sha256[:2]}/{attachment.sha256}"


class Attachment(models.Model):
    """A file of an incident. Its kind was found from its content; it is served as a download only."""

    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="attachments")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("file name"), max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=place_of, max_length=200)
    is_public = models.BooleanField(default=False)
    """Whether the reporter may see it too."""
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("attachment")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("incidents:attachment", args=[self.pk])


class Pin(models.Model):
    """An entry that stands on top of its timeline. The event itself never changes."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.CASCADE, related_name="pins")
    pinned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    pinned_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["-pinned_at"]

    def __str__(self) -> str:
        return f"{self.incident_id} #{self.event_id}"
