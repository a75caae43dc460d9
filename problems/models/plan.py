"""Emergency plans: what is to be done, step by step, when a certain kind of incident comes."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField

from catalog.models import BusinessLine, Person, Service
from incidents.models import Category
from lifecycle.fsm import transition
from lifecycle.models import Event, StatefulRecord
from lifecycle.transitions import guard
from problems import permissions


class PlanStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class StepKind(models.TextChoices):
    MANUAL = "manual", _("By hand")
    CALL = "call", _("HTTP call")
    PAGE = "page", _("Page someone")
    PLAN = "plan", _("Another plan")


class PageRole(models.TextChoices):
    """Whom a step pages: whoever has that role for the incident's service at that moment, or one person."""

    PRIMARY = "primary", _("on call, first")
    SECONDARY = "secondary", _("on call, second")
    MANAGER = "manager", _("incident manager")
    SERVICE_OWNER = "service_owner", _("service owner")
    RD_LEADER = "rd_leader", _("R&D leader")
    PERSON = "person", _("one person")


@guard(_("There is no draft to publish. Change something first."))
def has_draft(plan: "Plan") -> bool:
    return plan.versions.filter(published_at=None).exists()


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, person: Person) -> "PlanQuerySet":
        """Colleagues read every plan, nobody else any."""
        return self if person.is_authenticated and person.is_colleague else self.none()

    def usable(self) -> "PlanQuerySet":
        """Those that can be attached and run."""
        return self.filter(status=PlanStatus.PUBLISHED)


class Plan(StatefulRecord):
    """A plan with its versions. What is published is what runs; a change makes a draft beside it."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    purpose = models.TextField(_("purpose"), blank=True)
    status = FSMField(_("status"), choices=PlanStatus.choices, default=PlanStatus.DRAFT, protected=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        verbose_name = _("emergency plan")
        verbose_name_plural = _("emergency plans")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("problems:plan", args=[self.pk])

    @property
    def reference(self) -> str:
        """How outcomes of problems name it."""
        return f"PLAN-{self.pk}"

    @property
    def published(self) -> "PlanVersion | None":
        """The version that runs: the newest published one."""
        return self.versions.filter(published_at__isnull=False).order_by("-number").first()

    @property
    def draft(self) -> "PlanVersion | None":
        return self.versions.filter(published_at=None).first()

    # --- Transitions: guard and stamp only ----------------------------------------------------------

    @transition(
        field=status,
        source=(PlanStatus.DRAFT, PlanStatus.PUBLISHED),
        target=PlanStatus.PUBLISHED,
        conditions=[has_draft],
        permission=permissions.edits_plans,
        custom={"label": _("Publish"), "rank": 1, "fields": ("note",)},
    )
    def publish_version(self) -> None:
        """The draft becomes the version that runs."""

    @transition(
        field=status,
        source=(PlanStatus.DRAFT, PlanStatus.PUBLISHED),
        target=PlanStatus.RETIRED,
        permission=permissions.edits_plans,
        custom={"label": _("Retire"), "rank": 30, "fields": ("reason",)},
    )
    def retire(self) -> None:
        """It is attached to nothing any more; what runs goes on."""

    @transition(
        field=status,
        source=PlanStatus.RETIRED,
        target=RETURN_VALUE(PlanStatus.DRAFT, PlanStatus.PUBLISHED),
        permission=permissions.edits_plans,
        custom={"label": _("Bring back"), "rank": 2},
    )
    def revive(self) -> str:
        return PlanStatus.PUBLISHED if self.published else PlanStatus.DRAFT


class PlanVersion(models.Model):
    """The steps as they were at one time. Once published, the database refuses every change of it and of its steps."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    note = models.CharField(_("what changed"), max_length=300, blank=True)
    restored_from = models.PositiveIntegerField(null=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    edited_at = models.DateTimeField(db_default=Now(), editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    published_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True, editable=False
    )

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_once"),
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(published_at=None), name="plan_has_one_draft_at_most"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} v{self.number}"


class PlanStep(models.Model):
    """One step. ``key`` names the same step in every version, so that its figures outlive an edit elsewhere."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=10, choices=StepKind)
    text = models.TextField(_("what to do"), blank=True)
    expected_seconds = models.PositiveIntegerField(_("expected seconds"), null=True, blank=True)
    needs_confirm = models.BooleanField(_("asks for a confirmation"), default=False)
    method = models.CharField(_("method"), max_length=7, blank=True)
    url = models.CharField(_("address"), max_length=2000, blank=True)
    sealed_headers = models.TextField(blank=True)
    """A JSON object of names and values, encrypted as a whole."""
    header_names = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    body = models.TextField(_("body"), blank=True)
    role = models.CharField(_("whom"), max_length=15, choices=PageRole, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    subplan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="used_in")

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "position"], name="plan_step_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["version", "key"], name="plan_step_key_once"),
            models.CheckConstraint(
                condition=models.Q(kind="plan", subplan__isnull=False)
                | (~models.Q(kind="plan") & models.Q(subplan=None)),
                name="plan_step_names_a_plan_iff_it_is_one",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In one line: its text, or what it does where nobody wrote one."""
        if self.kind == StepKind.PLAN and self.subplan:
            return self.text or self.subplan.name
        if self.kind == StepKind.PAGE:
            whom = str(self.person) if self.person else str(self.get_role_display())
            return self.text or whom
        return self.text or f"{self.method} {self.url}".strip()


class PlanCondition(models.Model):
    """When a plan is attached by itself: every part that is stated has to hold; of several conditions one is enough."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="conditions")
    position = models.PositiveSmallIntegerField()
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    business_line = models.ForeignKey(
        BusinessLine, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("business line")
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    levels = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("levels"))
    labels = models.JSONField(_("alert labels"), default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.plan} #{self.position}"
