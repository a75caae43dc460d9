"""The filters of action items: an allow-list that the list, its export and the API understand."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from catalog.models import Person
from incidents import origins
from incidents.filters import ME
from incidents.models import ActionItem
from incidents.models.action import ActionType
from incidents.models.action_queries import BUCKETS, OVER, ActionItemQuerySet, ActionStatus, overdue_by
from lifecycle import clock

SHOWN = {
    "pending": _("Not finished"),
    "mine": _("Mine"),
    "overdue": _("Overdue"),
    "done": _("To verify"),
    "verified": _("Verified"),
    "cancelled": _("Cancelled"),
    "all": _("All"),
}
AGES = {f"{least}-{most or ''}": (least, most) for least, most in BUCKETS}
"""Names of the buckets of days overdue: "1-7", "91-"."""
ORDERS: dict[str, tuple[Any, ...]] = {
    "due": ("due_on", "pk"),
    "-due": ("-due_on", "-pk"),
    "newest": ("-created_at", "-pk"),
    "title": ("title", "pk"),
    "owner": ("owner__name", "due_on", "pk"),
    "type": ("type", "due_on", "pk"),
    "status": ("status", "due_on", "pk"),
    "moved": ("-due_changes", "due_on", "pk"),
}


def condition_of(show: str, person: Person, today: date) -> Q:
    """What a tab shows to that person on that day."""
    conditions = {
        "mine": ~Q(status__in=OVER) & Q(owner=person),
        "overdue": Q(status=ActionStatus.OPEN, due_on__lt=today),
        "done": Q(status=ActionStatus.DONE),
        "verified": Q(status=ActionStatus.VERIFIED),
        "cancelled": Q(status=ActionStatus.CANCELLED),
        "all": Q(),
    }
    return conditions.get(show, ~Q(status__in=OVER))


class ActionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """``show``: everything, if left out by a program; the page shows what is not finished."""

    q = django_filters.CharFilter(
        field_name="title",
        lookup_expr="icontains",
        label=_("Search"),
        max_length=200,
        widget=forms.TextInput({"type": "search"}),
    )
    show = django_filters.ChoiceFilter(method="by_show", label=_("Show"), choices=list(SHOWN.items()))
    origin = django_filters.ChoiceFilter(
        method="by_origin", label=_("Comes from"), choices=lambda: list(origins.labels().items()), empty_label=_("any")
    )
    owner = django_filters.CharFilter(method="by_owner", label=_("Owner"), max_length=60)
    type = django_filters.ChoiceFilter(choices=ActionType.choices, label=_("Type"), empty_label=_("any"))
    status = django_filters.ChoiceFilter(choices=ActionStatus.choices, label=_("Status"), empty_label=_("any"))
    due_from = django_filters.DateFilter(
        field_name="due_on",
        lookup_expr="gte",
        label=_("Due from"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    due_to = django_filters.DateFilter(
        field_name="due_on",
        lookup_expr="lte",
        label=_("Due to"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    age = django_filters.ChoiceFilter(
        method="by_age",
        label=_("Days overdue"),
        choices=[(name, name.removesuffix("-") + ("+" if name.endswith("-") else "")) for name in AGES],
        empty_label=_("any"),
    )

    class Meta:
        model = ActionItem
        fields: tuple[str, ...] = ()

    @property
    def person(self) -> Any:
        return self.request.user

    def by_show(self, items: ActionItemQuerySet, _name: str, show: str) -> QuerySet[ActionItem]:
        return items.filter(condition_of(show, self.person, today()))

    @extend_schema_field(OpenApiTypes.STR)
    def by_origin(self, items: ActionItemQuerySet, _name: str, origin: str) -> QuerySet[ActionItem]:
        return items.filter(origins.condition_of(origin))

    def by_owner(self, items: ActionItemQuerySet, _name: str, username: str) -> QuerySet[ActionItem]:
        return items.filter(owner=self.person) if username == ME else items.filter(owner__username=username)

    def by_age(self, items: ActionItemQuerySet, _name: str, age: str) -> QuerySet[ActionItem]:
        return items.filter(overdue_by(today(), *AGES[age]))


class ListFilter(ActionFilter):
    """As the page has it: with an order."""

    order = django_filters.ChoiceFilter(method="leave", choices=[(name, name) for name in ORDERS], label=_("Order"))

    def leave(self, items: ActionItemQuerySet, _name: str, _order: str) -> ActionItemQuerySet:
        """The order is asked for last, by ``ordered``."""
        return items

    def ordered(self) -> QuerySet[ActionItem]:
        """What was found in the order asked for; nothing where a filter is not understood, since rows that it should
        have kept away would mislead."""
        if not self.form.is_valid():
            return ActionItem.objects.none()
        found: QuerySet[ActionItem] = self.qs
        return found.order_by(*ORDERS[self.form.cleaned_data["order"] or "due"])

    @property
    def shown(self) -> str:
        asked = self.form.cleaned_data.get("show") if self.form.is_valid() else ""
        return asked or "pending"


def today() -> date:
    """In the reader's zone."""
    return localdate(clock.now())
