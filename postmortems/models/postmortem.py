"""The postmortem: three phases in order, and every transition between them."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from catalog.models import Person
from incidents.models import ActionItem
from lifecycle.models import Event, StatefulRecord
from lifecycle.transitions import guard
from postmortems import permissions
from postmortems.models.queries import PostmortemQuerySet
from postmortems.models.status import OPEN_PHASES, PHASE_BEFORE, Status


@guard(_("The timeline has no entry yet."))
def has_entries(postmortem: "Postmortem") -> bool:
    return postmortem.entries.exists()


@guard(_("The list of issues is empty."))
def has_issues(postmortem: "Postmortem") -> bool:
    return postmortem.issues.exists()


@guard(_("Every issue needs an action, or the reason why there is none."))
def has_answered_every_issue(postmortem: "Postmortem") -> bool:
    """An action that was cancelled answers nothing."""
    standing = models.Q(action_links__isnull=False) & ~models.Q(action_links__action__status="cancelled")
    answers = models.Count("action_links", filter=standing)
    return not postmortem.issues.filter(no_action_reason="").annotate(answers=answers).filter(answers=0).exists()


class Postmortem(StatefulRecord):
    """What happened, what is wrong, what is done about it: asked in this order, never at once, never who."""

    title = models.CharField(_("title"), max_length=300)
    incidents = models.ManyToManyField("incidents.Incident", related_name="postmortems", verbose_name=_("incidents"))
    status = FSMField(_("phase"), choices=Status.choices, default=Status.TIMELINE, protected=True)
    facilitator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="postmortems_facilitated",
        verbose_name=_("facilitator"),
    )
    is_asked = models.BooleanField(default=False, db_default=False, editable=False)
    """It was proposed so that an incident manager decides, and nobody else."""
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    status_since = models.DateTimeField(db_default=Now(), editable=False)
    times_gone_back = models.PositiveIntegerField(default=0, editable=False)
    passes = models.PositiveIntegerField(default=1, editable=False)
    """How often the list of issues was gone over."""
    decline_reason = models.TextField(blank=True, default="", db_default="", editable=False)
    replays = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), editable=False)
    """What today's rules would have seen, as it was replayed last: a dictionary a rule (services/replaying.py)."""
    replayed_at = models.DateTimeField(null=True, editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    published_at = models.DateTimeField(null=True, editable=False)

    events = GenericRelation(Event, content_type_field="subject_type", object_id_field="subject_id")

    objects = PostmortemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("postmortem")
        verbose_name_plural = _("postmortems")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status="published", published_at__isnull=False)
                | (~models.Q(status="published") & models.Q(published_at=None)),
                name="postmortem_published_at_iff_published",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("postmortems:postmortem", args=[self.pk])

    @property
    def reference(self) -> str:
        """The running number as people say it."""
        return f"PM-{self.pk}"

    @property
    def actions(self) -> models.QuerySet[ActionItem]:
        """The action items that point at its issues, first due first."""
        return ActionItem.objects.filter(issue_links__issue__postmortem=self).distinct()

    @property
    def is_under_way(self) -> bool:
        return self.status in OPEN_PHASES

    # --- Transitions: guard and stamp only ----------------------------------------------------------

    @transition(
        field=status,
        source=(Status.PROPOSED, Status.DECLINED),
        target=Status.TIMELINE,
        permission=permissions.decides,
        custom={"label": _("Start it"), "rank": 1, "fields": ("facilitator",)},
    )
    def begin(self, *, by: Person | None, facilitator: Person | None, at: datetime) -> None:
        """It is worth the time; also where that was first denied."""
        self.started_by = by
        self.facilitator = facilitator or by
        self.started_at = self.status_since = at
        self.decline_reason = ""

    @transition(
        field=status,
        source=Status.PROPOSED,
        target=Status.DECLINED,
        permission=permissions.decides,
        custom={"label": _("Decline"), "rank": 5, "fields": ("reason",)},
    )
    def decline(self, *, reason: str, at: datetime) -> None:
        """Not every incident is worth a postmortem."""
        self.decline_reason = reason
        self.status_since = at

    @transition(
        field=status,
        source=Status.TIMELINE,
        target=Status.ISSUES,
        conditions=[has_entries],
        permission=permissions.leads,
        custom={"label": _("Go on to the issues"), "rank": 1},
    )
    def open_issues(self, *, at: datetime) -> None:
        """What happened is written down; now what is wrong."""
        self.status_since = at

    @transition(
        field=status,
        source=Status.ISSUES,
        target=Status.ACTIONS,
        conditions=[has_issues],
        permission=permissions.leads,
        custom={"label": _("Go on to the actions"), "rank": 1},
    )
    def open_actions(self, *, at: datetime) -> None:
        """What is wrong is written down; now what is done about it."""
        self.status_since = at

    @transition(
        field=status,
        source=Status.ISSUES,
        target=None,
        conditions=[has_issues],
        permission=permissions.contributes,
        custom={"label": _("Another pass"), "rank": 5},
    )
    def repeat_pass(self) -> None:
        """The list was gone over once more."""
        self.passes += 1

    @transition(
        field=status,
        source=Status.ACTIONS,
        target=Status.PUBLISHED,
        conditions=[has_issues, has_answered_every_issue],
        permission=permissions.leads,
        custom={"label": _("Sign off"), "rank": 1},
    )
    def publish(self, *, by: Person | None, at: datetime) -> None:
        self.signed_by = by
        self.published_at = self.status_since = at

    @transition(
        field=status,
        source=tuple(PHASE_BEFORE),
        target=RETURN_VALUE(*PHASE_BEFORE.values()),
        permission=permissions.leads,
        custom={"label": _("Go back a phase"), "rank": 25, "fields": ("reason",)},
    )
    def go_back(self, *, at: datetime) -> str:
        """Something was missed in the phase before. Counted, so that hurried phases show; back at the issues, they are
        gone over once more."""
        self.times_gone_back += 1
        self.passes += self.status == Status.ACTIONS
        self.signed_by = self.published_at = None
        self.status_since = at
        return PHASE_BEFORE[Status(self.status)]
