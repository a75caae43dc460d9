"""What action items come out of beside incidents. Apps above this one enter their kinds in AppConfig.ready(), so that
nothing here has to know them.

    origins.register(Problem, "problem", _("Problem"), Problem.objects.visible_to)

The records of such a kind have a ``get_absolute_url``, and a ``reference`` or a ``str`` that every colleague may read:
an item that is about more names its incident too, which then decides who sees it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from incidents.models import ActionItem

INCIDENT, NONE = "incident", "none"
Visible = Callable[[Person], models.QuerySet[Any]]


@dataclass(frozen=True)
class OriginKind:
    """``name`` stands in addresses and in the API; ``nameable`` answers the records that the person may name as the
    origin of a new item, on a form or in the API. None: its items are opened by its app's own services, by their rules.
    """

    name: str
    label: str | Promise
    model: type[models.Model]
    nameable: Visible | None


@dataclass(frozen=True)
class Origin:
    """Where an item comes from, as lists show it; ``url`` may be empty."""

    kind: str
    label: str
    url: str


_kinds: dict[str, OriginKind] = {}


def register(model: type[models.Model], name: str, label: str | Promise, nameable: Visible | None = None) -> None:
    _kinds[name] = OriginKind(name, label, model, nameable)


def kind_named(name: str) -> OriginKind | None:
    return _kinds.get(name)


def labels() -> dict[str, str]:
    """Name -> word in the reader's language, for filters."""
    others = {kind.name: str(kind.label) for kind in _kinds.values()}
    return {INCIDENT: str(_("Incident")), **others, NONE: str(_("none"))}


def condition_of(name: str) -> Q:
    """The items that come out of that kind of record."""
    if name in _kinds:
        return Q(origin_type=ContentType.objects.get_for_model(_kinds[name].model))
    return Q(origin_type=None, incident__isnull=name == NONE)


def origin_of(action: ActionItem) -> Origin:
    """Reads the item's ``origin`` and ``incident``: load them with the rows (``prefetch_related("origin")``)."""
    record: Any = action.origin if action.origin_type_id else action.incident
    if record is None:
        return Origin(NONE, "", "")
    kind = next((kind.name for kind in _kinds.values() if isinstance(record, kind.model)), NONE)
    kind = kind if action.origin_type_id else INCIDENT
    return Origin(kind, getattr(record, "reference", "") or str(record), record.get_absolute_url())
