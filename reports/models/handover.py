"""Shift hand-over notes: what whoever leaves on-call duty tells whoever comes."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from lifecycle.fsm import transition
from lifecycle.models import Event, StatefulRecord
from lifecycle.transitions import guard
from notifications.models import Schedule
from reports.meeting import permissions


class HandOverStatus(models.TextChoices):
    DRAFTED = "drafted", _("Drafted")
    HANDED_OVER = "handed_over", _("Handed over")
    ACCEPTED = "accepted", _("Accepted")


@guard(_("Nobody is on call next: fill the gap in the schedule first."))
def somebody_arrives(note: "HandOver") -> bool:
    return note.arriving_id is not None


class HandOver(StatefulRecord):
    """One shift change of one schedule. ``content`` is worked out anew while it is a draft, and frozen afterwards."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="hand_overs")
    changes_at = models.DateTimeField(_("shift change"))
    status = FSMField(_("status"), choices=HandOverStatus.choices, default=HandOverStatus.DRAFTED, protected=True)
    leaving = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hand_overs_given", verbose_name=_("leaves")
    )
    arriving = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="hand_overs_taken",
        verbose_name=_("arrives"),
    )
    """None while nobody is on call next."""
    text = models.TextField(_("what else is to be known"), blank=True)
    content = models.JSONField(default=list, blank=True, editable=False)
    drafted_at = models.DateTimeField(editable=False)
    handed_over_at = models.DateTimeField(null=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    class Meta:
        ordering: ClassVar = ["-changes_at", "-id"]
        verbose_name = _("hand-over note")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schedule", "changes_at"], name="hand_over_once_per_shift_change"),
            models.CheckConstraint(
                condition=models.Q(status="drafted", handed_over_at=None, accepted_at=None)
                | models.Q(status="handed_over", handed_over_at__isnull=False, accepted_at=None)
                | models.Q(status="accepted", handed_over_at__isnull=False, accepted_at__isnull=False),
                name="hand_over_moments_follow_its_status",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["arriving", "changes_at"], condition=~models.Q(status="accepted"), name="hand_over_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{_('Hand-over note')} {self.schedule} {self.changes_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("meetings:hand-over", args=[self.pk])

    @property
    def reference(self) -> str:
        return f"HON-{self.pk}"

    @transition(
        field=status,
        source=HandOverStatus.DRAFTED,
        target=HandOverStatus.HANDED_OVER,
        conditions=[somebody_arrives],
        permission=permissions.hands_over,
        custom={"label": _("Hand over"), "rank": 1, "fields": ("text",)},
    )
    def hand_over(self, *, text: str, content: list[dict[str, Any]], at: datetime) -> None:
        self.text, self.content, self.handed_over_at = text, content, at

    @transition(
        field=status,
        source=HandOverStatus.HANDED_OVER,
        target=HandOverStatus.ACCEPTED,
        permission=permissions.accepts,
        custom={"label": _("Accept"), "rank": 1},
    )
    def accept(self, *, at: datetime) -> None:
        self.accepted_at = at

    @transition(
        field=status,
        source=HandOverStatus.HANDED_OVER,
        target=HandOverStatus.DRAFTED,
        permission=permissions.returns,
        custom={"label": _("Send back"), "rank": 2, "fields": ("reason",)},
    )
    def send_back(self) -> None:
        """Something is missing: the arriving person asks, or the leaving one takes it back."""
        self.content, self.handed_over_at = [], None
