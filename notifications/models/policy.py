"""Escalation policies: who is paged when, until somebody acknowledges; and routes: which policies an incident gets."""

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.contacts import validate_time_zone
from catalog.models import Person
from notifications.models.channel import Channel
from notifications.models.chat import ChatHook
from notifications.models.contact import Urgency
from notifications.models.schedule import Schedule


class StepTarget(models.TextChoices):
    """Whom a step pages; found out when the step fires, because duty changes hands."""

    PRIMARY = "primary", _("on-call primary")
    SECONDARY = "secondary", _("on-call secondary")
    MANAGER = "manager", _("incident manager")
    SERVICE_OWNER = "service_owner", _("service owner")
    RD_LEADER = "rd_leader", _("R&D leader")
    PEOPLE = "people", _("named people")
    SCHEDULE = "schedule", _("on call in another schedule")
    CHAT = "chat", _("a chat")
    FALLBACK = "fallback", _("fallback contact")
    DUTY_MANAGERS = "duty_managers", _("duty managers")


class EscalationPolicy(models.Model):
    """Ordered steps; after ``round_length`` they start again, ``repeats`` times, and then the fallback contact."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    levels = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("levels"))
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_time_zone])
    round_length = models.DurationField(_("length of a round"), default=timedelta(minutes=20))
    repeats = models.PositiveSmallIntegerField(_("repeats"), default=3)
    fallback = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("fallback contact")
    )
    """Without one, every incident manager is the fallback: it cannot be empty."""
    version = models.PositiveIntegerField(default=1, editable=False)
    """Counts the changes, so that a running escalation knows whether it began under an older one."""

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("escalation policy")

    def __str__(self) -> str:
        """Shipped names are translated, an administrator's own are shown as written."""
        return gettext(self.name)


class EscalationStep(models.Model):
    policy = models.ForeignKey(EscalationPolicy, on_delete=models.CASCADE, related_name="steps")
    after = models.DurationField(_("after"))
    target = models.CharField(_("whom"), max_length=15, choices=StepTarget)
    channels = ArrayField(
        models.CharField(max_length=5, choices=Channel), default=list, blank=True, verbose_name=_("channels")
    )
    """Empty: as each person's own rules say (``urgency``), and where somebody has none, by every channel."""
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency, default=Urgency.IMPORTANT)
    people: "models.ManyToManyField[Person, models.Model]" = models.ManyToManyField(
        Person, related_name="+", blank=True, verbose_name=_("people")
    )
    schedule = models.ForeignKey(
        Schedule, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("schedule")
    )
    chat = models.ForeignKey(
        ChatHook, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("chat")
    )
    # Conditions: a step whose condition does not hold at its moment is left out, with the reason on the timeline.
    from_time = models.TimeField(_("only from"), null=True, blank=True)
    to_time = models.TimeField(_("only until"), null=True, blank=True)
    """Wall-clock time of the policy's zone; until at or before from means the next day."""
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("weekdays"))
    """Monday is 0; empty: every day."""
    min_alerts = models.PositiveIntegerField(_("only with so many alerts"), null=True, blank=True)
    alerts_within = models.DurationField(_("within"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["after", "id"]

    def __str__(self) -> str:
        return f"{self.after} {self.get_target_display()}"


class Route(models.Model):
    """A node of the routing tree that finds an incident's policies by its labels (``notifications.routing``, pure).

    The first child that matches wins, unless it says ``goes_on``; a child inherits the policy that it does not set;
    where no child matches, the node itself is the answer. A route without any policy, inherited ones included, means
    the policy of the incident's level. The root has no parent.
    """

    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    position = models.PositiveSmallIntegerField(default=0)
    match = models.JSONField(default=dict, blank=True)
    """Label -> exact value."""
    match_re = models.JSONField(default=dict, blank=True)
    """Label -> anchored regular expression."""
    policy = models.ForeignKey(
        EscalationPolicy,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="routes",
        verbose_name=_("escalation policy"),
    )
    goes_on = models.BooleanField(_("look further after a match"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        verbose_name = _("route")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parent"], condition=models.Q(parent=None), nulls_distinct=False, name="route_one_root"
            )
        ]

    def __str__(self) -> str:
        return self.note or f"route {self.pk}"
