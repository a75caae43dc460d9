"""What a site adds to the report form: fields of its own, and forms filled in beforehand."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Service
from incidents.models.classification import Category, Degree


class CustomFieldKind(models.TextChoices):
    TEXT = "text", _("text")
    NUMBER = "number", _("number")
    CHOICE = "choice", _("choice")
    DATE = "date", _("date")
    FLAG = "flag", _("yes or no")


class CustomField(models.Model):
    """A field that an administrator added to incidents; values stand in ``Incident.custom`` under ``key``."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=CustomFieldKind)
    choices = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name=_("choices"))
    is_required = models.BooleanField(_("required"), default=False)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")

    def __str__(self) -> str:
        return self.name


class IncidentTemplate(models.Model):
    """A report form filled in beforehand for what happens often."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(unique=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    description = models.TextField(_("features and details"), blank=True)
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Degree, null=True, blank=True)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Degree, null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("tags"))
    custom = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("incident template")
        verbose_name_plural = _("incident templates")

    def __str__(self) -> str:
        return self.name
