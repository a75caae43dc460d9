"""Filters that people keep."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Team


class SavedView(models.Model):
    """A list's query string under a name: one's own, or a team's."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views", verbose_name=_("team")
    )
    name = models.CharField(_("name"), max_length=60)
    query = models.TextField(max_length=2000)
    is_default = models.BooleanField(_("shown first"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once"),
            models.UniqueConstraint(
                fields=["owner"], condition=models.Q(is_default=True), name="saved_view_one_default"
            ),
        ]
        verbose_name = _("saved view")

    def __str__(self) -> str:
        return self.name
