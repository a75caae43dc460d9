"""Major incidents: the proposal to treat one so, and the report that is traced until it is signed."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from catalog.models import Person
from incidents import permissions
from incidents.models.incident import Incident
from incidents.models.status import Status
from lifecycle.fsm import transition
from lifecycle.models import StatefulRecord
from lifecycle.transitions import guard

SECTIONS = ("summary", "impact", "timeline", "cause", "actions", "lessons")
"""The parts of a report, in their order."""


class ProposalStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ProposalQuerySet(models.QuerySet["MajorProposal"]):
    def undecided(self) -> "ProposalQuerySet":
        return self.filter(status=ProposalStatus.PROPOSED)

    def of_seen(self, person: Person) -> "ProposalQuerySet":
        """Of incidents that the person may see."""
        return self.filter(incident__in=Incident.objects.visible_to(person).order_by().values("pk"))

    def awaiting_decision(self, person: Person) -> "ProposalQuerySet":
        """Of incidents that are not history yet."""
        return self.of_seen(person).undecided().exclude(incident__status__in=(Status.CLOSED, Status.CANCELLED))


class MajorProposal(StatefulRecord):
    """Somebody, or a rule, proposes to handle an incident as a major one; an incident manager decides."""

    incident = models.ForeignKey("incidents.Incident", on_delete=models.CASCADE, related_name="major_proposals")
    status = FSMField(choices=ProposalStatus.choices, default=ProposalStatus.PROPOSED, protected=True)
    reason = models.TextField(_("reason"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    """None: a rule proposed it."""
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    business_impact = models.TextField(_("business impact"), blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-proposed_at", "-id"]
        verbose_name = _("major-incident proposal")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident"],
                condition=models.Q(status=ProposalStatus.PROPOSED),
                name="major_proposal_one_undecided",
            )
        ]

    def __str__(self) -> str:
        return self.reason[:80]

    def get_absolute_url(self) -> str:
        return reverse("incidents:proposal", args=[self.pk])

    @transition(
        field=status,
        source=ProposalStatus.PROPOSED,
        target=ProposalStatus.ACCEPTED,
        permission=permissions.manages,
        custom={"label": _("Accept"), "rank": 1, "fields": ("business_impact", "note")},
    )
    def accept(self, *, decided_by: Person, decided_at: datetime, business_impact: str, note: str) -> None:
        self.business_impact = business_impact
        self._decide(decided_by, decided_at, note)

    @transition(
        field=status,
        source=ProposalStatus.PROPOSED,
        target=ProposalStatus.REJECTED,
        permission=permissions.manages,
        custom={"label": _("Reject"), "rank": 2, "fields": ("reason",)},
    )
    def reject(self, *, decided_by: Person, decided_at: datetime, note: str) -> None:
        self._decide(decided_by, decided_at, note)

    @transition(
        field=status,
        source=ProposalStatus.PROPOSED,
        target=ProposalStatus.WITHDRAWN,
        permission=permissions.withdraws,
        custom={"label": _("Withdraw"), "rank": 3},
    )
    def withdraw(self, *, decided_by: Person | None, decided_at: datetime, note: str) -> None:
        self._decide(decided_by, decided_at, note)

    def _decide(self, decided_by: Person | None, decided_at: datetime, note: str) -> None:
        self.decided_by = decided_by
        self.decided_at = decided_at
        self.decision_note = note


class ReportStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    SIGNED = "signed", _("Signed")


@guard(_("Every section has to be written and saved first."))
def is_written(report: "MajorReport") -> bool:
    return all(str(report.sections.get(name, "")).strip() for name in SECTIONS)


class ReportQuerySet(models.QuerySet["MajorReport"]):
    def of_seen(self, person: Person) -> "ReportQuerySet":
        """Of incidents that the person may see."""
        return self.filter(incident__in=Incident.objects.visible_to(person).order_by().values("pk"))

    def unsigned(self) -> "ReportQuerySet":
        return self.exclude(status=ReportStatus.SIGNED)

    def awaiting_decision(self, person: Person) -> "ReportQuerySet":
        return self.of_seen(person).filter(status=ReportStatus.SUBMITTED)


class MajorReport(StatefulRecord):
    """The report of a major incident: one owner, a due date, signed by somebody else.

    ``sections``: {"summary", "impact", "timeline", "cause", "actions", "lessons"} to plain text.
    """

    incident = models.OneToOneField("incidents.Incident", on_delete=models.CASCADE, related_name="major_report")
    status = FSMField(choices=ReportStatus.choices, default=ReportStatus.DRAFT, protected=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="major_reports"
    )
    due_at = models.DateTimeField(_("due"))
    sections = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_at", "id"]
        verbose_name = _("major-incident report")

    def __str__(self) -> str:
        return str(_("Report of %(incident)s")) % {"incident": self.incident}

    def get_absolute_url(self) -> str:
        return reverse("incidents:report", args=[self.incident_id])

    def is_overdue(self, at: datetime) -> bool:
        return self.status != ReportStatus.SIGNED and self.due_at < at

    @transition(
        field=status,
        source=ReportStatus.DRAFT,
        target=ReportStatus.SUBMITTED,
        conditions=[is_written],
        permission=permissions.writes_report,
        custom={"label": _("Submit for sign-off"), "rank": 1},
    )
    def submit(self, *, submitted_by: Person, at: datetime) -> None:
        self.submitted_by = submitted_by
        self.submitted_at = at

    @transition(
        field=status,
        source=ReportStatus.SUBMITTED,
        target=ReportStatus.SIGNED,
        permission=permissions.signs_report,
        custom={"label": _("Sign"), "rank": 1, "fields": ("note",)},
    )
    def sign(self, *, signed_by: Person, at: datetime) -> None:
        self.signed_by = signed_by
        self.signed_at = at

    @transition(
        field=status,
        source=ReportStatus.SUBMITTED,
        target=ReportStatus.DRAFT,
        permission=permissions.signs_report,
        custom={"label": _("Send back"), "rank": 2, "fields": ("reason",)},
    )
    def send_back(self) -> None:
        self.submitted_by = self.submitted_at = None
