"""Action items: one owner, one due date, shown until somebody else has verified them.

An item belongs to an incident, or came out of something above incidents (a problem, a postmortem, a meeting, a
finding), its ``origin``; or both: then whoever may not see the incident does not see the item either. What answers the
issues of a postmortem is about all of its incidents.
"""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from catalog.models import Person
from incidents import permissions
from incidents.models.action_queries import OVER, ActionItemQuerySet, ActionStatus
from incidents.models.incident import Incident
from lifecycle.fsm import transition
from lifecycle.models import Event, StatefulRecord


class ActionType(models.TextChoices):
    PREVENT = "prevent", _("Prevent")
    DETECT = "detect", _("Detect")
    MITIGATE = "mitigate", _("Mitigate")


# What a person may do to an item that they may see. That they do is asked by the pages and by the services, once: here
# it would cost a query a row of a list.


def completes(action: "ActionItem", person: Person) -> bool:
    return (action.owner_id == person.pk and person.is_active) or cancels(action, person)


def verifies(action: "ActionItem", person: Person) -> bool:
    """Four eyes: neither its owner nor whoever said that it is done."""
    return person.is_colleague and person.pk not in (action.owner_id, action.completed_by_id)


def cancels(_action: "ActionItem", person: Person) -> bool:
    return bool(permissions.leads_incidents.test(person))


def steers(action: "ActionItem", person: Person) -> bool:
    """Moves the due date, sets a reminder, gives it to somebody else."""
    is_its = person.is_colleague and person.pk in (action.owner_id, action.opened_by_id)
    return is_its or cancels(action, person)


class ActionItem(StatefulRecord):
    """Something to be done so that the same does not happen again."""

    title = models.CharField(_("action"), max_length=300)
    type = models.CharField(_("type"), max_length=10, choices=ActionType)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="action_items", verbose_name=_("owner")
    )
    due_on = models.DateField(_("due on"))
    status = FSMField(_("status"), choices=ActionStatus.choices, default=ActionStatus.OPEN, protected=True)
    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, null=True, blank=True, related_name="action_items"
    )
    origin_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    origin_id = models.BigIntegerField(null=True, editable=False)
    origin = GenericForeignKey("origin_type", "origin_id")
    """The problem, postmortem, meeting or finding that it came out of (incidents/origins.py); None: the incident."""
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_changes = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    """How often the due date was moved."""

    proof = models.TextField(_("proof"), blank=True, default="", db_default="", editable=False)
    proof_url = models.URLField(_("link to the proof"), max_length=500, blank=True, default="", db_default="")
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    completed_at = models.DateTimeField(null=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    verified_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)

    remind_on = models.DateField(_("remind on"), null=True, blank=True)
    """A day that somebody asked for, beside those of the rules (ActionPolicy)."""
    remind_at = models.DateTimeField(null=True, editable=False)
    """When the owner is reminded next; of open items only."""
    next_nag_at = models.DateTimeField(null=True, editable=False)
    """When it is said next that it is overdue, if it is not done by then; of open items only."""

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_on", "id"]
        verbose_name = _("action item")
        verbose_name_plural = _("action items")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(verified_by=None)
                | ~models.Q(verified_by=models.F("owner")) & ~models.Q(verified_by=models.F("completed_by")),
                name="action_verified_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(origin_type=None, origin_id=None)
                | models.Q(origin_type__isnull=False, origin_id__isnull=False),
                name="action_origin_is_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "due_on", "id"], name="action_of_status"),
            models.Index(fields=["origin_type", "origin_id"], name="action_of_origin"),
            models.Index(fields=["remind_at"], condition=models.Q(status="open"), name="action_next_reminder"),
            models.Index(fields=["next_nag_at"], condition=models.Q(status="open"), name="action_next_nag"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("incidents:action", args=[self.pk])

    @property
    def reference(self) -> str:
        """The running number as people say it."""
        return f"ACT-{self.pk}"

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def incidents_behind(self) -> models.QuerySet[Incident]:
        """What it is about beside ``incident``: those of the postmortems whose issues it answers."""
        found = Incident.objects.filter(postmortems__issues__action_links__action=self)
        return found.select_related("service").distinct()

    # --- Transitions: guard and stamp only ----------------------------------------------------------

    @transition(
        field=status,
        source=ActionStatus.OPEN,
        target=ActionStatus.DONE,
        permission=completes,
        custom={"label": _("Done"), "rank": 1, "fields": ("proof", "proof_url")},
    )
    def complete(self, *, by: Person | None, at: datetime, proof: str, proof_url: str) -> None:
        self.completed_by, self.completed_at = by, at
        self.proof, self.proof_url = proof, proof_url
        self.remind_at = self.next_nag_at = None

    @transition(
        field=status,
        source=ActionStatus.DONE,
        target=ActionStatus.VERIFIED,
        permission=verifies,
        custom={"label": _("Verify"), "rank": 1, "fields": ("note",)},
    )
    def verify(self, *, by: Person | None, at: datetime) -> None:
        self.verified_by, self.verified_at = by, at

    @transition(
        field=status,
        source=ActionStatus.DONE,
        target=ActionStatus.OPEN,
        permission=verifies,
        custom={"label": _("Send back"), "rank": 2, "fields": ("reason",)},
    )
    def send_back(self) -> None:
        """It is not done after all. What was said to prove it stays in the history."""
        self.completed_by = self.completed_at = None
        self.proof = self.proof_url = ""

    @transition(
        field=status,
        source=ActionStatus.OPEN,
        target=ActionStatus.CANCELLED,
        permission=cancels,
        custom={"label": _("Cancel"), "rank": 30, "fields": ("reason",), "is_danger": True},
    )
    def cancel(self, *, at: datetime) -> None:
        self.cancelled_at = at
        self.remind_at = self.next_nag_at = None
