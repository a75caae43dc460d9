"""What the filters of the incident list can be set to: services, teams, categories, people, added fields; and the saved
views beside them. One query, since the list asks for all of it at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, JSONField, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext as _

from catalog.models import Person, Role, Service, Team
from incidents.models import Category, CustomField, SavedView

MOST_PEOPLE = 500
"""More are not offered as suggestions; whoever is typed in full is found all the same."""
COLLEAGUES = [role for role in Role.values if role != Role.REPORTER]
NOTHING: Any = Value({}, output_field=JSONField())


@dataclass(frozen=True)
class View:
    """A saved view: ``team`` is the name of the team it is shared with."""

    pk: int
    name: str
    query: str
    team: str
    is_own: bool
    is_default: bool


@dataclass(frozen=True)
class Added:
    """A field that the site has added."""

    key: str
    name: str
    kind: str
    choices: list[str]


@dataclass
class Offered:
    """Key -> label of each kind; a category's path is in ``paths``."""

    services: dict[str, str] = field(default_factory=dict)
    teams: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    added: list[Added] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    own_teams: dict[str, str] = field(default_factory=dict)

    def person_named(self, username: str) -> str:
        """The name of that person; empty where nobody has it."""
        if username not in self.people:
            name = Person.objects.filter(username=username).values_list("name", flat=True).first()
            self.people[username] = name or ""
        return self.people[username]


def offer_to(person: Person) -> Offered:
    offered = Offered()
    rows = sorted(_rows(person), key=lambda row: (row[0], row[3].get("order", 0), row[3].get("path", ""), row[2]))
    for kind, key, name, more in rows:
        _add(offered, person, kind, key, name, more)
    return offered


def _add(offered: Offered, person: Person, kind: str, key: str, name: str, more: Mapping[str, Any]) -> None:
    if kind == "service":
        offered.services[key] = name
    elif kind == "team":
        offered.teams[key] = name
        if more["is_own"]:
            offered.own_teams[key] = name
    elif kind == "category":
        indent = "\N{EM SPACE}" * (more["path"].count("/") - 1)
        offered.categories[key], offered.paths[key] = indent + _(name), more["path"]
    elif kind == "person":
        offered.people[key] = name
    elif kind == "field":
        offered.added.append(Added(key, name, more["kind"], more["choices"]))
    else:
        is_own = more["owner"] == person.pk
        offered.views.append(
            View(int(key), name, more["query"], more["team"] or "", is_own, is_own and more["is_default"])
        )


def _rows(person: Person) -> Iterator[Any]:
    """(kind, key, name, more) of everything."""
    memberships = person.teams.values("pk")
    is_own = Exists(person.teams.filter(pk=OuterRef("pk")))
    views = SavedView.objects.filter(Q(owner=person.pk) | Q(team__in=memberships))
    view_data = JSONObject(
        owner="owner_id", team="team__name", query="query", is_default="is_default", order="position"
    )
    field_data = JSONObject(kind="kind", choices="choices", order="position")
    parts = [
        _part("team", Team.objects.all(), "slug", JSONObject(is_own=is_own)),
        _part("category", Category.objects.filter(is_active=True), "slug", JSONObject(path="path")),
        _part("field", CustomField.objects.filter(is_active=True), "key", field_data),
        _part(
            "person", Person.objects.with_role(*COLLEAGUES).order_by("name", "pk")[:MOST_PEOPLE], "username", NOTHING
        ),
        _part("view", views, Cast("pk", TextField()), view_data),
    ]
    yield from _part("service", Service.objects.all(), "slug", NOTHING).union(*parts, all=True)


def _part(kind: str, rows: QuerySet[Any], key: Any, more: Any) -> QuerySet[Any, Any]:
    """The rows in the shape that all parts share; slices keep their order, the others lose theirs."""
    plain = rows if rows.query.is_sliced else rows.order_by()
    shaped = plain.annotate(
        of_kind=Value(kind),
        of_key=Cast(F(key) if isinstance(key, str) else key, TextField()),
        of_name=Cast(F("name"), TextField()),
        of_more=more,
    )
    cells: QuerySet[Any, Any] = shaped.values_list("of_kind", "of_key", "of_name", "of_more")
    return cells
