"""Corrections of what was written down. Who handled it and when, its level and its status have verbs of their own."""

from collections.abc import Iterable
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from incidents import permissions
from incidents.models import Category, Incident, Status
from incidents.services.custom_fields import clean_custom, merge_custom
from incidents.services.searching import index_incident
from incidents.services.writing import clean_tags, clean_texts
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event, refuse

TEXTS = ("title", "description", "external_reference")


class Changes(TypedDict, total=False):
    """What an edit may change; what it does not name stays. ``custom`` names the keys that change, None takes away."""

    title: str
    description: str
    external_reference: str
    service: Service
    category: Category | None
    tags: Iterable[str]
    custom: dict[str, Any]


@transaction.atomic
def edit_incident(
    incident: Incident, *, actor: Person, via: str, expected_version: int | None = None, **changes: Unpack[Changes]
) -> Incident:
    """Correct title, description, service, category, tags, custom fields or the reference elsewhere.

    Records "edit" with every value before and after; where nothing differs, nothing happens. Raises NotPermitted,
    VersionConflict, TransitionRefused where it is closed or merged, or InputRefused.
    """
    if not permissions.handles(incident, actor):
        raise NotPermitted("edit")
    lock(incident, expected_version=expected_version)
    if reason := why_not_editable(incident):
        raise refuse(incident, "edit", reason)
    wanted = _clean(incident, changes)
    differing = {name: value for name, value in wanted.items() if value != getattr(incident, name)}
    if not differing:
        return incident
    data = {"changes": {name: _before_and_after(incident, name, value) for name, value in differing.items()}}
    for name, value in differing.items():
        setattr(incident, name, value)
    incident.version += 1
    incident.save(update_fields=[*differing, "version"])
    index_incident(incident)
    record_event(incident, "edit", actor=actor, via=via, data=data)
    return incident


def why_not_editable(incident: Incident) -> str:
    """A sentence where it is merged or closed; else empty."""
    if incident.merged_into_id is not None:
        return _("It was merged: edit the incident that goes on.")
    if incident.status == Status.CLOSED:
        return _("A closed incident is not edited any more: reopen it first.")
    return ""


def _clean(incident: Incident, changes: Changes) -> dict[str, Any]:
    texts, _repaired = clean_texts(is_cut=False, **{name: changes[name] for name in TEXTS if name in changes})  # type: ignore[literal-required]
    wanted: dict[str, Any] = dict(texts)
    if "service" in changes:
        wanted["service"] = changes["service"]
        if wanted["service"] is None:
            raise InputRefused(service=_("Choose a service."))
    if "category" in changes:
        wanted["category"] = changes["category"]
    if "tags" in changes:
        wanted["tags"] = clean_tags(changes["tags"])
    if changes.get("custom"):
        wanted["custom"] = merge_custom(incident.custom, clean_custom(changes["custom"]))
    return wanted


def _before_and_after(incident: Incident, name: str, value: Any) -> dict[str, Any]:
    return {"before": _as_data(getattr(incident, name)), "after": _as_data(value)}


def _as_data(value: Any) -> Any:
    """Records by their names, as they were called then."""
    return value.name if isinstance(value, Service | Category) else value
