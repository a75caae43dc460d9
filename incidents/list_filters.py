"""The filters as the list page shows them: with what can be chosen, and with an order."""

from typing import Any, cast

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.filters import ME, MINE, NOBODY, PEOPLE, WHAT_REPORTERS_SEARCH, IncidentFilter
from incidents.models import Incident
from incidents.models.queries import IncidentQuerySet
from incidents.models.text_index import Relevance
from incidents.search import query_of

ORDERS = {
    "deadline": gettext_lazy("next deadline"),
    "newest": gettext_lazy("newest first"),
    "oldest": gettext_lazy("oldest first"),
    "level": gettext_lazy("level"),
    "updated": gettext_lazy("last changed"),
    "match": gettext_lazy("best match"),
}
BY: dict[str, tuple[Any, ...]] = {
    "newest": ("-reported_at", "-pk"),
    "oldest": ("reported_at", "pk"),
    "level": ("level", "-pk"),
    "updated": (F("updated_at").desc(nulls_last=True), "-pk"),
}
FIRST = ("q", "status", "level", "service", "owner", "team")
"""The fields that nearly every question needs; the others stand below "More filters"."""


class ListFilter(IncidentFilter):
    order = django_filters.ChoiceFilter(
        method="leave", label=gettext_lazy("Order"), choices=list(ORDERS.items()), empty_label=gettext_lazy("as usual")
    )

    def leave(self, incidents: IncidentQuerySet, _name: str, _order: str) -> IncidentQuerySet:
        """The order is asked for last, by ``ordered``."""
        return incidents

    def ordered(self, usual: str) -> QuerySet[Any]:
        """What was found, in the order asked for. Nothing where a filter is not understood: rows that it should have
        kept away would mislead."""
        if not self.form.is_valid():
            return Incident.objects.none()
        order, found = self.form.cleaned_data["order"] or usual, cast(IncidentQuerySet, self.qs)
        if order in BY:
            return found.order_by(*BY[order])
        words = query_of(self.form.cleaned_data["q"], weights=self._weights) if order == "match" else ""
        if words:
            return found.order_by(Relevance(words).desc(), "-pk")
        return found.by_next_deadline()

    @property
    def form(self) -> forms.Form:
        """With selects for what is few, and suggestions for people."""
        if hasattr(self, "_form"):
            return super().form
        form, offered = super().form, self.offered
        _let_choose(form, "service", offered.services)
        _let_choose(form, "team", {MINE: _("my teams"), **offered.teams})
        _let_choose(form, "category", {NOBODY: _("none"), **offered.categories})
        for name in PEOPLE:
            form.fields[name].widget = forms.TextInput({"list": "filter-people", "placeholder": _("any")})
        return form

    @property
    def suggestions(self) -> list[tuple[str, str]]:
        """For the fields of people: (what is typed, who that is)."""
        return [(ME, _("me")), (NOBODY, _("nobody")), *self.offered.people.items()]

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self.form[name] for name in FIRST]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [field for field in self.form if field.name not in (*FIRST, "order")]

    @property
    def _weights(self) -> str:
        return "" if self.person is None or self.person.is_colleague else WHAT_REPORTERS_SEARCH


def _let_choose(form: forms.Form, name: str, labels: dict[str, str]) -> None:
    form.fields[name].widget = forms.Select(choices=[("", _("any")), *labels.items()])
