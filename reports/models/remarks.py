"""What people say about a report, and who gets it by mail."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from reports.models.monthly import MonthlyReport


class Section(models.TextChoices):
    """The parts of a report, in their order on the page."""

    SUMMARY = "summary", _("In words")
    SERVICES = "services", _("Incidents by service and level")
    TREND = "trend", _("Twelve months")
    PATTERN = "pattern", _("Hours and weekdays")
    LEVELS = "levels", _("By level")
    SLA = "sla", _("SLA targets")
    STABILITY = "stability", _("Stability")
    CAUSES = "causes", _("Causes")
    DUTY = "duty", _("On-call load")
    TOP = "top", _("The incidents that hurt most")
    AGEING = "ageing", _("Problems and actions")
    QUALITY = "quality", _("Data quality and definitions")


class ReportComment(models.Model):
    """A remark on one section of one edition. It stays as it was said, and does not touch the figures."""

    report = models.ForeignKey(MonthlyReport, on_delete=models.PROTECT, related_name="comments")
    section = models.CharField(_("section"), max_length=10, choices=Section)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("comment"))
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["written_at", "id"]
        verbose_name = _("comment")
        indexes: ClassVar = [models.Index(fields=["report", "written_at"], name="comment_of_report")]

    def __str__(self) -> str:
        return self.text[:60]


class ReportSubscription(models.Model):
    """Somebody who is told by mail when a report is drafted and when it is signed."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="report_subscription"
    )
    since = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return str(self.person)
