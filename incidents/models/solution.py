"""Solutions of major incidents, which the incident manager approves before they count."""

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
from incidents.models.status import OVER
from lifecycle.fsm import transition
from lifecycle.models import StatefulRecord


class SolutionStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    BYPASSED = "bypassed", _("Applied in an emergency")


AWAITING = (SolutionStatus.PROPOSED, SolutionStatus.BYPASSED)
"""Nobody has decided yet; what was applied in an emergency is approved afterwards."""


class SolutionQuerySet(models.QuerySet["Solution"]):
    def of_seen(self, person: Person) -> "SolutionQuerySet":
        """Of incidents that the person may see."""
        return self.filter(incident__in=Incident.objects.visible_to(person).order_by().values("pk"))

    def awaiting_decision(self, person: Person) -> "SolutionQuerySet":
        """Proposed for an open incident, or applied in an emergency and not approved yet."""
        is_proposed = models.Q(status=SolutionStatus.PROPOSED) & ~models.Q(incident__status__in=OVER)
        return self.of_seen(person).filter(is_proposed | models.Q(status=SolutionStatus.BYPASSED))

    def late(self, at: datetime) -> "SolutionQuerySet":
        """Applied in an emergency, and the approval has not followed in time."""
        return self.filter(status=SolutionStatus.BYPASSED, approval_due_at__lt=at)


class Solution(StatefulRecord):
    """What somebody proposes to do about the cause. Only somebody else, an incident manager, may approve it."""

    incident = models.ForeignKey("incidents.Incident", on_delete=models.CASCADE, related_name="solutions")
    text = models.TextField(_("solution"))
    risk = models.TextField(_("risk"), blank=True)
    rollback = models.TextField(_("way back"), blank=True)
    status = FSMField(choices=SolutionStatus.choices, default=SolutionStatus.PROPOSED, protected=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="solutions_proposed"
    )
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    decision_due_at = models.DateTimeField(null=True)
    asked_of = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    """The incident manager who is asked to decide, where it is not any of them."""
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="solutions_decided"
    )
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True)
    approval_due_at = models.DateTimeField(null=True)
    """Where it was applied in an emergency: by when the approval has to follow."""

    objects = SolutionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-proposed_at", "-id"]
        verbose_name = _("solution")

    def __str__(self) -> str:
        return self.text[:80]

    def get_absolute_url(self) -> str:
        return reverse("incidents:solution", args=[self.pk])

    @transition(
        field=status,
        source=[SolutionStatus.PROPOSED, SolutionStatus.BYPASSED],
        target=SolutionStatus.APPROVED,
        permission=permissions.decides,
        custom={"label": _("Approve"), "rank": 1, "fields": ("note",)},
    )
    def approve(self, *, decided_by: Person, decided_at: datetime, note: str) -> None:
        self._decide(decided_by, decided_at, note)

    @transition(
        field=status,
        source=[SolutionStatus.PROPOSED, SolutionStatus.BYPASSED],
        target=SolutionStatus.REJECTED,
        permission=permissions.decides,
        custom={"label": _("Reject"), "rank": 2, "fields": ("reason",)},
    )
    def reject(self, *, decided_by: Person, decided_at: datetime, note: str) -> None:
        self._decide(decided_by, decided_at, note)

    @transition(
        field=status,
        source=SolutionStatus.PROPOSED,
        target=SolutionStatus.BYPASSED,
        permission=permissions.handles,
        custom={"label": _("Apply in an emergency"), "rank": 3, "fields": ("reason",), "is_danger": True},
    )
    def bypass(self, *, approval_due_at: datetime) -> None:
        self.approval_due_at = approval_due_at

    @property
    def deadline(self) -> datetime | None:
        """By when somebody has to decide."""
        return self.approval_due_at or self.decision_due_at

    def is_late(self, at: datetime) -> bool:
        """Applied in an emergency, and the approval has not followed in time."""
        return self.status == SolutionStatus.BYPASSED and self.approval_due_at is not None and self.approval_due_at < at

    def _decide(self, decided_by: Person, decided_at: datetime, note: str) -> None:
        self.decided_by = decided_by
        self.decided_at = decided_at
        self.decision_note = note
