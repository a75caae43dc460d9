"""The monthly analysis report: a text by a person, and the figures that were frozen when it was signed."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from catalog.models import Person
from lifecycle import clock
from lifecycle.fsm import transition
from lifecycle.models import StatefulRecord
from lifecycle.transitions import guard
from reports import permissions
from reports.period import Month


class ReportStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Signed")


@guard(_("The month is not over yet."))
def is_over(report: "MonthlyReport") -> bool:
    return clock.now() >= report.period.end


class MonthlyReport(StatefulRecord):
    """One month. A draft has no figures of its own: they are computed when somebody looks.

    Signing writes them down with their SHA-256; a trigger then refuses any change (migration 0002).
    """

    month = models.DateField(unique=True)
    """The first day of the month."""
    status = FSMField(choices=ReportStatus.choices, default=ReportStatus.DRAFT, protected=True)
    text = models.TextField(_("author's text"), blank=True)
    numbers = models.JSONField(null=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="reports_signed"
    )
    signed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-month"]
        verbose_name = _("monthly report")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(month__day=1), name="report_month_is_first_day"),
            models.CheckConstraint(
                condition=models.Q(
                    status=ReportStatus.SIGNED, numbers__isnull=False, digest__gt="", signed_at__isnull=False
                )
                | models.Q(status=ReportStatus.DRAFT, numbers=None, digest="", signed_at=None),
                name="report_frozen_iff_signed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.period)

    def get_absolute_url(self) -> str:
        return reverse("reports:month", args=[str(self.period)])

    @property
    def period(self) -> Month:
        return Month.of(self.month)

    @property
    def is_signed(self) -> bool:
        return bool(self.status == ReportStatus.SIGNED)

    @transition(
        field=status,
        source=ReportStatus.DRAFT,
        target=ReportStatus.SIGNED,
        conditions=[is_over],
        permission=permissions.writes,
        custom={"label": _("Sign"), "rank": 1},
    )
    def sign(self, *, person: Person | None, at: datetime, numbers: dict[str, Any], digest: str) -> None:
        """Freeze the figures; from now on they are what the report says."""
        self.numbers = numbers
        self.digest = digest
        self.signed_by = person
        self.signed_at = at
