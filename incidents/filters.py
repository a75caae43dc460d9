"""The incident list's tabs and filters. A filter is a query string, so that any list can be pasted into a chat."""

import re

import django_filters
from django import forms
from django.db.models import Count, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Person, Service
from incidents.forms import HANDLING
from incidents.models import Incident, Status
from incidents.models.queries import IncidentQuerySet
from incidents.models.status import OVER

TABS: dict[str, str | Promise] = {
    "mine": _("Mine"),
    "team": _("My team"),
    "unacknowledged": _("Unacknowledged"),
    "majors": _("Majors"),
    "at_risk": _("At risk"),
    "open": _("All open"),
    "all": _("All"),
}
LEVELS = ((1, _("Level 1")), (2, _("Level 2")), (3, _("Level 3")))
REPORTER_TABS = ("open", "all")


def conditions_of(person: Person) -> dict[str, Combinable | Q]:
    """What each tab shows. All but the last are about open incidents."""
    is_open = ~Q(status__in=OVER)
    teams = person.teams.values("pk")
    of_team = (
        Q(service__operations_team__in=teams) | Q(service__development_team__in=teams) | Q(transferred_to__in=teams)
    )
    return {
        "mine": is_open & (Q(owner=person) | Q(handler=person) | Q(manager=person)),
        "team": is_open & of_team,
        "unacknowledged": Q(status=Status.REPORTED),
        "majors": is_open & (Q(level=1) | Q(is_declared_major=True)),
        "at_risk": is_open & Q(at_risk_at__lte=Now()),
        "open": is_open,
        "all": Q(),
    }


def tabs_of(person: Person) -> list[str]:
    return list(TABS) if person.is_colleague else list(REPORTER_TABS)


def count_tabs(incidents: IncidentQuerySet, person: Person) -> dict[str, int]:
    """How many incidents each tab shows; one query."""
    conditions = conditions_of(person)
    return incidents.aggregate(**{tab: Count("pk", filter=conditions[tab]) for tab in tabs_of(person)})


class IncidentFilter(django_filters.FilterSet):  # type: ignore[misc]
    q = django_filters.CharFilter(
        method="search",
        label=_("Search"),
        max_length=200,
        widget=forms.TextInput({"type": "search", "placeholder": _("Title or number")}),
    )
    service = django_filters.ModelChoiceFilter(
        queryset=Service.objects.all(), to_field_name="slug", label=_("Service"), empty_label=_("any")
    )
    level = django_filters.ChoiceFilter(choices=LEVELS, label=_("Level"), empty_label=_("any"))
    status = django_filters.ChoiceFilter(choices=Status.choices, label=_("Status"), empty_label=_("any"))
    owner = django_filters.ModelChoiceFilter(
        queryset=Person.objects.with_role(*HANDLING),
        to_field_name="username",
        label=_("Owner"),
        empty_label=_("any"),
        null_label=_("nobody"),
        null_value="-",
    )

    class Meta:
        model = Incident
        fields = ("q", "service", "level", "status", "owner")

    def search(self, incidents: IncidentQuerySet, _name: str, text: str) -> IncidentQuerySet:
        """By a part of the title, or by number ("INC-12", "12")."""
        number = re.fullmatch(r"(?:INC-)?(\d{1,15})", text.strip(), re.IGNORECASE)
        by_title = Q(title__icontains=text.strip())
        return incidents.filter(by_title | Q(pk=int(number[1])) if number else by_title)
