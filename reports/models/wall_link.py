"""Secret addresses under which a screen on the wall reads the wall-board without signing in."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Detail(models.TextChoices):
    """How much a wall tells whoever walks past it."""

    LEVELS = "levels", _("numbers, levels and clocks")
    SERVICES = "services", _("and services and who is on call")
    TITLES = "titles", _("and titles of incidents")


class WallLink(models.Model):
    """Whoever knows the secret reads the board; only its SHA-256 is kept."""

    name = models.CharField(_("where it hangs"), max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    detail = models.CharField(_("shows"), max_length=10, choices=Detail, default=Detail.LEVELS)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="wall_links")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        verbose_name = _("link to the wall-board")

    def __str__(self) -> str:
        return self.name

    @property
    def shows_services(self) -> bool:
        return self.detail in (Detail.SERVICES, Detail.TITLES)

    @property
    def shows_titles(self) -> bool:
        return bool(self.detail == Detail.TITLES)
