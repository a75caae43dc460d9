"""What an incident is about and how bad it is: the part of its fields that classification sets."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Service
from incidents.models.classification import Category, Degree
from incidents.models.level import Level


class Classified(models.Model):
    """Title, service, category, priority and level; tags and the fields that a site has added."""

    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("features and details"), blank=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="incidents", verbose_name=_("service"))
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="incidents", verbose_name=_("category")
    )
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Degree, null=True, blank=True)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Degree, null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), null=True, blank=True)
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="incidents", verbose_name=_("level"))
    suggested_level = models.ForeignKey(
        Level, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    level_reason = models.TextField(_("why this level"), blank=True)
    """Which criteria or which cell of the matrix suggested the level, and why somebody chose another."""
    is_declared_major = models.BooleanField(_("declared major"), default=False)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("tags"))
    custom = models.JSONField(default=dict, blank=True)
    """Values of custom fields by their keys."""
    search = SearchVectorField(null=True, editable=False)
    """Words of title, description, people and notes; written by incidents/services/searching.py."""

    class Meta:
        abstract = True
        indexes: ClassVar = [
            GinIndex(fields=["tags"], name="incident_tags"),
            GinIndex(fields=["custom"], opclasses=["jsonb_path_ops"], name="incident_custom"),
            GinIndex(fields=["search"], name="incident_search"),
        ]

    @property
    def is_major(self) -> bool:
        return self.level_id == 1 or self.is_declared_major
