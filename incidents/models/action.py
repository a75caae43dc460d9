"""Action items: one owner, one due date, shown until somebody else has verified them."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from catalog.models import Person
from incidents import permissions
from incidents.models.incident import Incident
from lifecycle.fsm import transition
from lifecycle.models import StatefulRecord


class ActionStatus(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    VERIFIED = "verified", _("Verified")


class ActionType(models.TextChoices):
    PREVENT = "prevent", _("Prevent")
    DETECT = "detect", _("Detect")
    MITIGATE = "mitigate", _("Mitigate")


def completes(action: "ActionItem", person: Person) -> bool:
    return permissions.sees(action, person) and (action.owner_id == person.pk or permissions.manages(action, person))


def verifies(action: "ActionItem", person: Person) -> bool:
    return action.owner_id != person.pk and person.is_colleague and permissions.sees(action, person)


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    def of_seen(self, person: Person) -> "ActionItemQuerySet":
        """Those of no incident, and of incidents that the person may see."""
        seen = Incident.objects.visible_to(person).order_by().values("pk")
        return self.filter(models.Q(incident=None) | models.Q(incident__in=seen))

    def pending(self) -> "ActionItemQuerySet":
        return self.exclude(status=ActionStatus.VERIFIED)

    def overdue(self, on: date) -> "ActionItemQuerySet":
        return self.filter(status=ActionStatus.OPEN, due_on__lt=on)


class ActionItem(StatefulRecord):
    """Something to be done so that the same does not happen again."""

    title = models.CharField(_("action"), max_length=300)
    type = models.CharField(_("type"), max_length=10, choices=ActionType)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="action_items", verbose_name=_("owner")
    )
    due_on = models.DateField(_("due on"))
    status = FSMField(choices=ActionStatus.choices, default=ActionStatus.OPEN, protected=True)
    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, null=True, blank=True, related_name="action_items"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_on", "id"]
        verbose_name = _("action item")

    def __str__(self) -> str:
        return self.title

    @transition(
        field=status,
        source=ActionStatus.OPEN,
        target=ActionStatus.DONE,
        permission=completes,
        custom={"label": _("Done"), "rank": 1, "fields": ("proof",)},
    )
    def complete(self) -> None:
        pass

    @transition(
        field=status,
        source=ActionStatus.DONE,
        target=ActionStatus.VERIFIED,
        permission=verifies,
        custom={"label": _("Verify"), "rank": 1},
    )
    def verify(self) -> None:
        pass

    @transition(
        field=status,
        source=ActionStatus.DONE,
        target=ActionStatus.OPEN,
        permission=verifies,
        custom={"label": _("Send back"), "rank": 2, "fields": ("reason",)},
    )
    def send_back(self) -> None:
        pass
