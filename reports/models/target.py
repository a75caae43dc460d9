"""How stable the company, a business or a service has to be."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import BusinessLine, Service


class StabilityKind(models.TextChoices):
    UV = "uv", _("UV stability")
    PV = "pv", _("PV stability")
    TIME = "time", _("Time stability")


class StabilityTarget(models.Model):
    """From a day on: at least so much. Without service and line it is the company's. A service without one has that of
    the nearest line above it, a line that of the line above, the topmost that of the company."""

    kind = models.CharField(_("measure"), max_length=4, choices=StabilityKind)
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    business_line = models.ForeignKey(
        BusinessLine, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("business line")
    )
    percent = models.DecimalField(
        _("target in %"),
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    valid_from = models.DateField(_("valid from"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering: ClassVar = ["kind", "business_line__path", "service__name", "-valid_from"]
        verbose_name = _("stability target")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "service", "business_line", "valid_from"],
                nulls_distinct=False,
                name="stability_target_one_per_day",
            ),
            models.CheckConstraint(
                condition=models.Q(service=None) | models.Q(business_line=None), name="stability_target_of_one_thing"
            ),
            models.CheckConstraint(
                condition=models.Q(percent__gte=0, percent__lte=100), name="stability_target_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject or _('Company')}: {self.percent} %"

    @property
    def subject(self) -> Service | BusinessLine | None:
        return self.service or self.business_line
