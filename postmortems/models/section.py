"""The running texts of a postmortem, which several people write at once, and every text that was ever saved."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from postmortems.models.postmortem import Postmortem

LONGEST_TEXT = 20_000
LONGEST_IMPORTED = 1_000_000


class Section(models.Model):
    """A text under a heading. ``version`` is the number of its newest revision; 0: nothing was written yet.

    ``key`` is one of the sections that every postmortem has (postmortems/services/sections.py) or, where an import kept
    what it had no place for, a key of that import.
    """

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="sections")
    key = models.SlugField(max_length=60)
    title = models.CharField(_("heading"), max_length=300, blank=True)
    """The heading that the imported report gives it; empty for a section that every postmortem has."""
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering: ClassVar = ["position", "id"]
        verbose_name = _("section")
        constraints: ClassVar = [models.UniqueConstraint(fields=["postmortem", "key"], name="section_once_per_key")]

    def __str__(self) -> str:
        return self.title or self.key


class SectionRevision(models.Model):
    """A text as it was saved, never changed. One that had to be merged is kept as it was sent, too: ``is_sent``."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    is_sent = models.BooleanField(default=False)
    """Somebody's text before it was merged with what others had saved meanwhile."""
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["section", "number"], name="revision_number_once")]

    def __str__(self) -> str:
        return f"{self.section_id}.{self.number}"
