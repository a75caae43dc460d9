"""Which incidents an address selects: read alike by the list, its export, bulk actions and saved views."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.filter_choices import Offered, offer_to
from incidents.list_filters import ListFilter
from incidents.models import Incident
from incidents.models.queries import IncidentQuerySet
from incidents.tabs import conditions_of, tabs_of

TAKE_MANY = ("level", "status")


@dataclass(frozen=True)
class Token:
    """A value of an active filter, and the address without it."""

    label: str
    value: str
    url_without: str


@dataclass(frozen=True)
class Complaint:
    label: str
    sentence: str


@dataclass(frozen=True)
class Selection:
    """A tab and the filters within it. ``query`` is the address's query as it can be kept: known names only."""

    person: Person
    tab: str
    filters: ListFilter
    offered: Offered

    @property
    def is_valid(self) -> bool:
        return self.filters.form.is_valid()

    @property
    def rows(self) -> Any:
        """In the order asked for; nothing where a filter is not understood."""
        return self.filters.ordered("newest" if self.tab == "all" else "deadline")

    @property
    def query(self) -> str:
        return _encode({"tab": [self.tab], **self._given})

    @property
    def tokens(self) -> list[Token]:
        return [self._token(name, value) for name, values in self._given.items() if name != "order" for value in values]

    @property
    def errors(self) -> list[Complaint]:
        """What is not understood, and why."""
        form = self.filters.form
        return [
            Complaint(str(form.fields[name].label), " ".join(map(str, errors)))
            for name, errors in form.errors.items()
            if name in form.fields
        ]

    @property
    def order(self) -> str:
        return self._given.get("order", ["newest" if self.tab == "all" else "deadline"])[0]

    def query_with(self, **changes: str) -> str:
        given = {"tab": [self.tab], **self._given, **{name: [value] for name, value in changes.items()}}
        return _encode({name: values for name, values in given.items() if values != [""]})

    @property
    def _given(self) -> dict[str, list[str]]:
        """The filters that say something, in the order of the form."""
        data = self.filters.data
        found = {name: [value for value in data.getlist(name) if value.strip()] for name in self.filters.form.fields}
        return {name: values if name in TAKE_MANY else values[-1:] for name, values in found.items() if values}

    def _token(self, name: str, value: str) -> Token:
        form = self.filters.form
        rest = {key: [each for each in values if (key, each) != (name, value)] for key, values in self._given.items()}
        return Token(
            label=str(form.fields[name].label),
            value=self._words_of(name, value),
            url_without=f"{reverse('incidents:list')}?{_encode({'tab': [self.tab], **rest})}",
        )

    def _words_of(self, name: str, value: str) -> str:
        """The chosen value as the reader sees it in the filter bar."""
        form = self.filters.form
        if name in form.errors:
            return _("not understood")
        field: Any = form.fields[name]
        if hasattr(field, "label_of"):
            return str(field.label_of(value))
        labels = {str(key): str(label) for key, label in getattr(field, "choices", [])}
        return labels.get(value, value)


def selection_of(request: HttpRequest, person: Person, offered: Offered | None = None) -> Selection:
    """What the address's query selects of what the person may see."""
    return select(request.GET, person, request=request, offered=offered)


def select(
    query: QueryDict, person: Person, *, request: HttpRequest | None = None, offered: Offered | None = None
) -> Selection:
    offered = offered or offer_to(person)
    asked = query.get("tab", "open")
    tab = asked if asked in tabs_of(person) else "open"
    visible: IncidentQuerySet = Incident.objects.visible_to(person)
    rows = visible.filter(conditions_of(person)[tab])
    return Selection(person, tab, ListFilter(query, rows, offered=offered, person=person, request=request), offered)


def _encode(given: Mapping[str, list[str]]) -> str:
    return urlencode([(name, value) for name, values in given.items() for value in values])
