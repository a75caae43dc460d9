"""The incident list's filters: an allow-list. A filter is a query string, so that any list can go into a chat."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, cast

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from incidents.added_fields import filter_of
from incidents.filter_choices import Offered, offer_to
from incidents.models import Clock, Incident, Source, Status
from incidents.models.queries import IncidentQuerySet
from incidents.models.text_index import Matches
from incidents.search import query_of
from incidents.tags import split_tags

LEVELS = ((1, _("Level 1")), (2, _("Level 2")), (3, _("Level 3")))
PRIORITIES = [(str(number), str(number)) for number in range(1, 6)]
YES_OR_NO = (("yes", _("yes")), ("no", _("no")))
NOBODY, ME, MINE = "-", "@me", "@mine"
NAMED = {NOBODY: _("nobody"), ME: _("me")}
PEOPLE = ("owner", "handler", "manager")
ADDED = "cf_"
WHAT_REPORTERS_SEARCH = "AB"
REFERENCE = re.compile(r"\s*(?:INC-|#)(\d{1,15})\s*", re.IGNORECASE)
NUMBER = re.compile(r"\s*(\d{1,15})\s*")


class Choice(forms.CharField):
    """One of what is known when the form is read: ``label_of`` answers the words for a key, or nothing."""

    label_of: Callable[[str], Any] = staticmethod(lambda _key: "")

    def clean(self, value: Any) -> str:
        key: str = super().clean(value)
        if key and not self.label_of(key):
            raise ValidationError(_("There is none of that name."), code="invalid")
        return key


class Reference(forms.CharField):
    """The running number of an incident: "INC-12" or "12". The answer is the number, or None."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        number = REFERENCE.fullmatch(text) or NUMBER.fullmatch(text)
        if text and number is None:
            raise ValidationError(_("Write a number, such as INC-12."), code="invalid")
        return int(number[1]) if number else None


class ChoiceFilter(django_filters.CharFilter):  # type: ignore[misc]
    field_class = Choice


class ReferenceFilter(django_filters.CharFilter):  # type: ignore[misc]
    field_class = Reference


def yes_or_no(method: str, label: Any) -> Any:
    return django_filters.ChoiceFilter(method=method, label=label, choices=YES_OR_NO, empty_label=_("any"))


class IncidentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What the list, its export, saved views and the API understand. ``offered``: what the page has loaded already."""

    q = django_filters.CharFilter(
        method="search",
        label=_("Search"),
        max_length=200,
        widget=forms.TextInput({"type": "search", "placeholder": _("Words, number, reference")}),
    )
    level = django_filters.MultipleChoiceFilter(
        choices=LEVELS, label=_("Level"), distinct=False, widget=forms.CheckboxSelectMultiple
    )
    status = django_filters.MultipleChoiceFilter(
        choices=Status.choices, label=_("Status"), distinct=False, widget=forms.CheckboxSelectMultiple
    )
    service = ChoiceFilter(field_name="service__slug", label=_("Service"))
    owner = ChoiceFilter(method="by_person", label=_("Owner"))
    handler = ChoiceFilter(method="by_person", label=_("Handler"))
    manager = ChoiceFilter(method="by_person", label=_("Incident manager"))
    team = ChoiceFilter(method="by_team", label=_("Team"))
    category = ChoiceFilter(method="below_category", label=_("Category"))
    tag = django_filters.CharFilter(
        method="by_tags", label=_("Tags"), max_length=200, help_text=_("Several by commas: all of them.")
    )
    source = django_filters.ChoiceFilter(choices=Source.choices, label=_("Source"), empty_label=_("any"))
    priority = django_filters.ChoiceFilter(choices=PRIORITIES, label=_("Priority"), empty_label=_("any"))
    sla = django_filters.ChoiceFilter(
        method="by_sla",
        label=_("SLA"),
        choices=(
            ("breached", _("a target was missed")),
            ("overdue", _("overdue now")),
            ("at_risk", _("at risk")),
            ("kept", _("every target was kept")),
        ),
        empty_label=_("any"),
    )
    reported_from = django_filters.DateFilter(
        method="since", label=_("Reported from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    reported_to = django_filters.DateFilter(
        method="until", label=_("Reported to"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    major = yes_or_no("is_major", _("Major incident"))
    snoozed = yes_or_no("is_snoozed", _("Snoozed"))
    problem = yes_or_no("has_problem", _("Has a problem"))
    family = django_filters.ChoiceFilter(
        method="by_family",
        label=_("Family"),
        choices=(("parent", _("has children")), ("child", _("has a parent")), ("none", _("neither"))),
        empty_label=_("any"),
    )
    parent = ReferenceFilter(method="by_parent", label=_("Children of"))
    merged = yes_or_no("is_merged", _("Merged"))

    class Meta:
        model = Incident
        fields = ()

    def __init__(
        self,
        data: Any = None,
        queryset: Any = None,
        *,
        person: Person | None = None,
        offered: Offered | None = None,
        **options: Any,
    ) -> None:
        super().__init__(data, queryset, **options)
        self.person = person or cast(Person | None, getattr(self.request, "user", None))
        self.offered = offered or cast(Offered, SimpleLazyObject(lambda: offer_to(cast(Person, self.person))))
        if offered is not None or any(name.startswith(ADDED) for name in self.data):
            self._add_filters_of_the_site()

    def _add_filters_of_the_site(self) -> None:
        wanted = {name for name in self.data if name.startswith(ADDED)}
        for added in self.offered.added:
            self._add(f"{ADDED}{added.key}", filter_of(added))
            wanted.discard(f"{ADDED}{added.key}")
        for name in sorted(wanted):  # a field that was taken out of use must not widen the list in silence
            self._add(name, ChoiceFilter(label=name))

    def _add(self, name: str, added: Any) -> None:
        added.model, added.parent = Incident, self
        self.filters[name] = added

    @property
    def form(self) -> forms.Form:
        form: forms.Form = super().form
        for name, labels in self._labels().items():
            cast(Choice, form.fields[name]).label_of = labels
        return form

    def _labels(self) -> Mapping[str, Callable[[str], Any]]:
        """What a key of each field is called; empty for a key that is not known."""
        offered = self.offered
        return {
            "service": lambda key: offered.services.get(key),
            "team": lambda key: _("my teams") if key == MINE else offered.teams.get(key),
            "category": lambda key: _("none") if key == NOBODY else offered.categories.get(key, "").strip(),
            **{name: lambda key: NAMED.get(key) or offered.person_named(key) for name in PEOPLE},
        }

    # --- What each filter means ------------------------------------------------------------------------

    def search(self, incidents: IncidentQuerySet, _name: str, text: str) -> IncidentQuerySet:
        """By number ("INC-12", "#12"), or by words: all of them, the last one may go on. A mere number is either."""
        if reference := REFERENCE.fullmatch(text):
            return incidents.filter(pk=int(reference[1]))
        is_colleague = self.person is None or self.person.is_colleague
        query = query_of(text, weights="" if is_colleague else WHAT_REPORTERS_SEARCH)
        if not query:
            return incidents.none()
        number = NUMBER.fullmatch(text)
        matching = Q(Matches(query))
        return incidents.filter(matching | Q(pk=int(number[1])) if number else matching)

    def by_person(self, incidents: IncidentQuerySet, name: str, username: str) -> IncidentQuerySet:
        if username == NOBODY:
            return incidents.filter(**{f"{name}__isnull": True})
        if username == ME:
            return incidents.filter(**{name: self.person})
        return incidents.filter(**{f"{name}__username": username})

    def by_team(self, incidents: IncidentQuerySet, _name: str, slug: str) -> IncidentQuerySet:
        """What the team runs, develops or was handed."""
        teams = list(self.offered.own_teams) if slug == MINE else [slug]
        return incidents.filter(
            Q(service__operations_team__slug__in=teams)
            | Q(service__development_team__slug__in=teams)
            | Q(transferred_to__slug__in=teams)
        )

    def below_category(self, incidents: IncidentQuerySet, _name: str, slug: str) -> IncidentQuerySet:
        if slug == NOBODY:
            return incidents.filter(category=None)
        return incidents.filter(category__path__startswith=self.offered.paths[slug])

    def by_tags(self, incidents: IncidentQuerySet, _name: str, text: str) -> IncidentQuerySet:
        tags = split_tags(text)
        return incidents.filter(tags__contains=tags) if tags else incidents.none()

    def by_sla(self, incidents: IncidentQuerySet, _name: str, verdict: str) -> IncidentQuerySet:
        breached = Exists(Clock.objects.filter(incident=OuterRef("pk"), breached_at__isnull=False))
        meanings: dict[str, Any] = {
            "breached": breached,
            "kept": ~breached,
            "overdue": Q(next_due_at__lte=Now()),
            "at_risk": Q(at_risk_at__lte=Now()),
        }
        return incidents.filter(meanings[verdict])

    def since(self, incidents: IncidentQuerySet, _name: str, day: date) -> IncidentQuerySet:
        return incidents.filter(reported_at__gte=_midnight(day))

    def until(self, incidents: IncidentQuerySet, _name: str, day: date) -> IncidentQuerySet:
        """That day included."""
        return incidents.filter(reported_at__lt=_midnight(day + timedelta(days=1)) if day < date.max else Q())

    def is_major(self, incidents: IncidentQuerySet, _name: str, answer: str) -> IncidentQuerySet:
        return _narrow(incidents, Q(level=1) | Q(is_declared_major=True), answer)

    def is_snoozed(self, incidents: IncidentQuerySet, _name: str, answer: str) -> IncidentQuerySet:
        return _narrow(incidents, Q(snoozed_until__isnull=False, snoozed_until__gt=Now()), answer)

    def has_problem(self, incidents: IncidentQuerySet, _name: str, answer: str) -> IncidentQuerySet:
        """The app above fills the relation; without it nothing has one."""
        if not hasattr(Incident, "problems"):
            return _narrow(incidents, Q(pk=None), answer)
        links = Incident.problems.through.objects.filter(incident=OuterRef("pk"))
        return _narrow(incidents, Q(Exists(links)), answer)

    def by_parent(self, incidents: IncidentQuerySet, _name: str, number: int) -> IncidentQuerySet:
        """The children of an incident that the reader may see; of another, nothing."""
        seen = Incident.objects.visible_to(self.person) if self.person else Incident.objects.all()
        return incidents.filter(parent__in=seen.filter(pk=number).order_by().values("pk"))

    def by_family(self, incidents: IncidentQuerySet, _name: str, part: str) -> IncidentQuerySet:
        has_children = Exists(Incident.objects.filter(parent=OuterRef("pk")))
        meanings = {
            "parent": Q(has_children),
            "child": Q(parent__isnull=False),
            "none": ~Q(has_children) & Q(parent=None),
        }
        return incidents.filter(meanings[part])

    def is_merged(self, incidents: IncidentQuerySet, _name: str, answer: str) -> IncidentQuerySet:
        return _narrow(incidents, Q(merged_into__isnull=False), answer)


def _narrow(incidents: IncidentQuerySet, condition: Q, answer: str) -> IncidentQuerySet:
    return incidents.filter(condition if answer == "yes" else ~condition)


def _midnight(day: date) -> datetime:
    """Where the day begins in the reader's time zone."""
    return datetime.combine(day, time.min, tzinfo=get_current_timezone())
