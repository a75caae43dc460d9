"""The parts of an on-call schedule: layers of rotations, shifts of calendars, overrides, swaps, feeds.

``notifications.duty`` (pure) tells from them who is on call at a moment."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from catalog.models import Person
from lifecycle.fsm import transition
from lifecycle.models import StatefulRecord
from notifications.models.schedule import Schedule


class DutyRole(models.TextChoices):
    PRIMARY = "primary", _("primary")
    SECONDARY = "secondary", _("secondary")


class ShiftUnit(models.TextChoices):
    HOURLY = "hourly", _("hours")
    DAILY = "daily", _("days")
    WEEKLY = "weekly", _("weeks")
    MONTHLY = "monthly", _("months")


class LayerKind(models.TextChoices):
    ROTATION = "rotation", _("rotation")
    CALENDAR = "calendar", _("calendar")


class ScheduleLayer(models.Model):
    """A rotation or an imported calendar. Where several layers of a role cover a moment, the highest ``position`` wins.

    A role without layers: the secondary is then whoever comes next in the primary's rotation.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="layers")
    position = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(_("role"), max_length=10, choices=DutyRole, default=DutyRole.PRIMARY)
    name = models.CharField(_("name"), max_length=100, blank=True)
    kind = models.CharField(max_length=10, choices=LayerKind, default=LayerKind.ROTATION)
    # Rotations.
    unit = models.CharField(_("changes every"), max_length=10, choices=ShiftUnit, default=ShiftUnit.WEEKLY)
    every = models.PositiveSmallIntegerField(_("number"), default=1)
    starts_on = models.DateField(_("first hand-over on"))
    handover_at = models.TimeField(_("hand-over at"))
    """Wall-clock time of the schedule's zone. One that summer time skips moves to the first instant that exists."""
    ends_on = models.DateField(_("until"), null=True, blank=True)
    windows = models.JSONField(default=list, blank=True)
    """When the layer is on duty, in wall-clock time: [{"weekdays": [0..6, Monday 0], "from": "18:00", "to": "08:00"}];
    "to" at or before "from" means the next day. Empty: always."""
    # Calendars.
    sealed_url = models.TextField(blank=True, editable=False)
    fetched_at = models.DateTimeField(null=True)
    fetch_due_at = models.DateTimeField(null=True)
    fetch_error = models.CharField(max_length=300, blank=True)
    unread = models.JSONField(default=list, blank=True)
    """Events that name nobody or cannot be used: [{"summary", "starts", "why"}]."""

    class Meta:
        ordering: ClassVar = ["role", "position", "id"]
        verbose_name = _("layer")

    def __str__(self) -> str:
        return self.name or f"{self.role} {self.position}"


class LayerPlace(models.Model):
    """A place in a rotation's order."""

    layer = models.ForeignKey(ScheduleLayer, on_delete=models.CASCADE, related_name="places")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="duty_places")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["layer", "position"], name="layer_place_once", deferrable=models.Deferrable.DEFERRED
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.person}"


class LayerShift(models.Model):
    """A shift that a calendar states."""

    layer = models.ForeignKey(ScheduleLayer, on_delete=models.CASCADE, related_name="shifts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="layer_shift_has_length")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_at}"


class OverrideKind(models.TextChoices):
    REPLACE = "replace", _("instead")
    ADD = "add", _("in addition")
    REMOVE = "remove", _("not on call")


class Override(models.Model):
    """A change of duty inside a window. REPLACE without ``replaces`` stands in for whoever it would be: a temporary
    schedule. ADD and REMOVE name one person."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="overrides")
    role = models.CharField(_("role"), max_length=10, choices=DutyRole, default=DutyRole.PRIMARY)
    kind = models.CharField(_("how"), max_length=10, choices=OverrideKind, default=OverrideKind.REPLACE)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("on call")
    )
    replaces = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("instead of")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        verbose_name = _("override")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="override_has_length"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["schedule", "ends_at"], condition=models.Q(withdrawn_at=None), name="override_of_schedule"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person or self.replaces} {self.starts_at}"


class SwapStatus(models.TextChoices):
    OFFERED = "offered", _("offered")
    TAKEN = "taken", _("taken")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")


class SwapRequest(StatefulRecord):
    """Somebody offers a stretch of their duty; whoever takes it gets an override."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="swaps")
    role = models.CharField(_("role"), max_length=10, choices=DutyRole, default=DutyRole.PRIMARY)
    asker = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="swaps_asked")
    asked_of = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked of")
    )
    """None: whoever of the team."""
    taker = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="swaps_taken")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    status = FSMField(_("status"), choices=SwapStatus.choices, default=SwapStatus.OFFERED, protected=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    override = models.OneToOneField(Override, on_delete=models.SET_NULL, null=True, related_name="swap")

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("swap")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="swap_has_length")
        ]
        indexes: ClassVar = [
            models.Index(fields=["starts_at"], condition=models.Q(status="offered"), name="swap_next_to_expire")
        ]

    def __str__(self) -> str:
        return f"{self.asker} {self.starts_at}"

    @transition(
        field=status, source=SwapStatus.OFFERED, target=SwapStatus.TAKEN, custom={"label": _("Take it"), "rank": 1}
    )
    def take(self, *, taker: Person) -> None:
        """The taker is on call instead."""
        self.taker = taker

    @transition(
        field=status, source=SwapStatus.OFFERED, target=SwapStatus.WITHDRAWN, custom={"label": _("Withdraw"), "rank": 2}
    )
    def withdraw(self) -> None:
        """The asker keeps the duty."""

    @transition(
        field=status,
        source=SwapStatus.OFFERED,
        target=SwapStatus.EXPIRED,
        custom={"label": _("Expire"), "is_system": True},
    )
    def expire(self) -> None:
        """The stretch began and nobody had taken it."""


class CalendarFeed(models.Model):
    """A secret address under which a calendar program reads somebody's or a schedule's shifts. Only its SHA-256 is
    kept."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="calendar_feeds")
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds")
    """None: the owner's own shifts in every schedule."""
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.owner} {self.schedule or ''}"
