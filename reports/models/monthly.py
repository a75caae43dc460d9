"""The monthly analysis report: words by a person, and the figures that were frozen when it was signed."""

from datetime import datetime
from typing import ClassVar

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
from reports.frozen import Frozen
from reports.period import Month


class ReportStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Signed")


@guard(_("The month is not over yet."))
def is_over(report: "MonthlyReport") -> bool:
    return clock.now() >= report.period.end


class MonthlyReportQuerySet(models.QuerySet["MonthlyReport"]):
    def of(self, month: Month) -> "MonthlyReportQuerySet":
        """Every edition of the month, the newest first."""
        return self.filter(month=month.first_day).order_by("-edition")


class MonthlyReport(StatefulRecord):
    """One edition of one month. A draft has no figures of its own: they are computed when somebody looks.

    Signing writes them down with their SHA-256; a trigger then refuses any change (migration 0002). Whoever finds
    afterwards that they are wrong amends the report: a new edition, which says why, beside the old one.
    """

    month = models.DateField()
    """The first day of the month."""
    edition = models.PositiveSmallIntegerField(default=1, db_default=1, editable=False)
    reason = models.TextField(_("why the report is amended"), blank=True, default="", db_default="", editable=False)
    status = FSMField(choices=ReportStatus.choices, default=ReportStatus.DRAFT, protected=True)
    text = models.TextField(_("author's text"), blank=True)
    wording = models.JSONField(default=dict, db_default={}, editable=False)
    """{"amount": {"en": "...", "zh-hans": "..."}}: sentences that the author has put in place of the written ones."""
    sentences = models.JSONField(null=True, editable=False)
    """Of a signed report, the sentences that the product had written: {"en": {"amount": "...", ...}, ...}."""
    drafted_at = models.DateTimeField(null=True, editable=False)
    """When the cycle drafted it; None where somebody wrote first."""
    numbers = models.JSONField(null=True, editable=False)
    made_by = models.JSONField(null=True, editable=False)
    """How the figures of a signed report came about: parameters and every statement with its values."""
    digest = models.CharField(max_length=64, blank=True, editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="reports_signed"
    )
    signed_at = models.DateTimeField(null=True, editable=False)

    objects = MonthlyReportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-month", "-edition"]
        verbose_name = _("monthly report")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["month", "edition"], name="report_once_per_edition"),
            models.UniqueConstraint(
                fields=["month"], condition=models.Q(status=ReportStatus.DRAFT), name="report_one_draft_a_month"
            ),
            models.CheckConstraint(
                condition=models.Q(edition=1, reason="") | models.Q(edition__gt=1, reason__gt=""),
                name="report_amended_for_a_reason",
            ),
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
    def is_amendment(self) -> bool:
        return self.edition > 1

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
    def sign(self, *, person: Person | None, at: datetime, frozen: Frozen) -> None:
        """Freeze the figures; from now on they are what the report says."""
        self.numbers = frozen.numbers
        self.digest = frozen.digest
        self.made_by = frozen.made_by
        self.sentences = frozen.sentences
        self.signed_by = person
        self.signed_at = at
