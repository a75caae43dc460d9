"""The rows behind an indicator, as a list that a reader may see. One entry a kind of record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from catalog.models import Person
from incidents.models import ActionItem, Clock, Impact, ImportedIncident, Incident
from notifications.models import Delivery
from problems.models import Problem


@dataclass(frozen=True)
class RowKind:
    """``seen_by`` narrows rows to those that a person may see; ``related``: what a line shows."""

    template: str
    seen_by: Callable[["QuerySet[Any]", Person], "QuerySet[Any]"]
    related: tuple[str, ...]
    order: tuple[str, ...]


def kind_of(rows: "QuerySet[Any]") -> RowKind:
    return KINDS[rows.model]


def _seen(person: Person) -> "QuerySet[Any]":
    return Incident.objects.visible_to(person).order_by().values("pk")


def _of_incident(rows: "QuerySet[Any]", person: Person) -> "QuerySet[Any]":
    return rows.filter(incident__in=_seen(person))


INCIDENT = ("incident__service", "incident__level", "incident__owner")
KINDS: dict[type[Model], RowKind] = {
    Incident: RowKind(
        "incidents",
        lambda rows, person: rows.filter(pk__in=_seen(person)),
        ("service", "level", "owner"),
        ("-reported_at", "-pk"),
    ),
    Clock: RowKind("clocks", _of_incident, INCIDENT, ("-pk",)),
    ImportedIncident: RowKind("imported", _of_incident, INCIDENT, ("-incident__reported_at", "-pk")),
    Impact: RowKind("impacts", _of_incident, INCIDENT, ("-started_at", "-pk")),
    Problem: RowKind(
        "problems",
        lambda rows, person: rows.filter(pk__in=Problem.objects.visible_to(person).order_by().values("pk")),
        ("service", "owner"),
        ("raised_at", "pk"),
    ),
    ActionItem: RowKind(
        "actions",
        lambda rows, person: rows.filter(pk__in=ActionItem.objects.of_seen(person).order_by().values("pk")),
        ("owner", "incident"),
        ("created_at", "pk"),
    ),
    Delivery: RowKind(
        "deliveries",
        lambda rows, person: rows.filter(Q(incident=None) | Q(incident__in=_seen(person))),
        ("recipient", "incident"),
        ("-created_at", "-pk"),
    ),
}
