"""What people keep in tables so that inspections can warn of it: what expires, and what fills up."""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy

from catalog.models import Service


class ExpiryKind(models.TextChoices):
    CERTIFICATE = "certificate", gettext_lazy("Certificate")
    DOMAIN = "domain", gettext_lazy("Domain name")
    LICENCE = "licence", gettext_lazy("Licence")
    CONTRACT = "contract", gettext_lazy("Contract")
    OTHER = "other", gettext_lazy("Other")


class ExpiryDate(models.Model):
    """Something that ends on a day."""

    name = models.CharField(gettext_lazy("name"), max_length=200)
    kind = models.CharField(gettext_lazy("kind"), max_length=12, choices=ExpiryKind, default=ExpiryKind.CERTIFICATE)
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="expiry_dates", verbose_name=gettext_lazy("service")
    )
    expires_on = models.DateField(gettext_lazy("expires on"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering: ClassVar = ["expires_on", "name", "id"]
        verbose_name = gettext_lazy("expiry date")
        verbose_name_plural = gettext_lazy("expiry dates")
        constraints: ClassVar = [models.UniqueConstraint(fields=["service", "name"], name="expiry_date_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inspections:edit-entry", args=["expiries", self.pk])


class Capacity(models.Model):
    """Something that fills up: how much of it is used, and how much there is."""

    name = models.CharField(gettext_lazy("name"), max_length=200)
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="capacities", verbose_name=gettext_lazy("service")
    )
    value = models.FloatField(gettext_lazy("used"))
    threshold = models.FloatField(gettext_lazy("there is"))
    unit = models.CharField(gettext_lazy("unit"), max_length=30, blank=True)
    measured_on = models.DateField(gettext_lazy("measured on"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        verbose_name = gettext_lazy("capacity")
        verbose_name_plural = gettext_lazy("capacities")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "name"], name="capacity_once"),
            models.CheckConstraint(condition=models.Q(threshold__gt=0), name="capacity_threshold_positive"),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="capacity_value_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inspections:edit-entry", args=["capacities", self.pk])

    @property
    def percent(self) -> float:
        """How full it is."""
        return 100 * self.value / self.threshold
