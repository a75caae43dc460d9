"""What a site adds to the report form: fields of its own, and forms filled in beforehand."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from incidents.models import Category, CustomField, CustomFieldKind, IncidentTemplate
from incidents.services.custom_fields import clean_custom
from incidents.services.settings.writing import add_row, change_row
from incidents.services.writing import clean_tags
from lifecycle.models import Via
from lifecycle.transitions import InputRefused


@transaction.atomic
def add_custom_field(
    *,
    key: str,
    name: str,
    kind: str,
    choices: Iterable[str] = (),
    is_required: bool = False,
    position: int = 0,
    is_active: bool = True,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> CustomField:
    """``key`` and ``kind`` are for good: values are kept under them."""
    field = CustomField(key=key, kind=kind)
    changes = {
        "key": key,
        "kind": kind,
        "name": name,
        "choices": _choices(kind, choices),
        "is_required": is_required,
        "position": position,
        "is_active": is_active,
    }
    add_row(field, "add_custom_field", changes, actor=actor, via=via)
    return field


@transaction.atomic
def change_custom_field(
    field: CustomField,
    *,
    name: str,
    choices: Iterable[str],
    is_required: bool,
    position: int,
    is_active: bool,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> CustomField:
    """A choice that is taken away stays on the incidents that have it."""
    changes = {
        "name": name,
        "choices": _choices(field.kind, choices),
        "is_required": is_required,
        "position": position,
        "is_active": is_active,
    }
    change_row(field, "change_custom_field", changes, actor=actor, via=via)
    return field


@transaction.atomic
def add_template(*, actor: Person | None = None, via: str = Via.WEB, name: str, **values: Any) -> IncidentTemplate:
    """``values``: see ``change_template``; what is left out is blank."""
    template = IncidentTemplate(slug=_free_slug(name))
    changes = _template(name=name, **values)
    add_row(template, "add_template", changes, actor=actor, via=via)
    return template


@transaction.atomic
def change_template(
    template: IncidentTemplate, *, actor: Person | None = None, via: str = Via.WEB, name: str, **values: Any
) -> IncidentTemplate:
    """``values``: title, description, service, category, impact, urgency, tags, custom, is_active."""
    change_row(template, "change_template", _template(name=name, **values), actor=actor, via=via)
    return template


def _template(
    *,
    name: str,
    title: str = "",
    description: str = "",
    service: Service | None = None,
    category: Category | None = None,
    impact: int | None = None,
    urgency: int | None = None,
    tags: Iterable[str] = (),
    custom: dict[str, Any] | None = None,
    is_active: bool = True,
) -> dict[str, Any]:
    filled = {key: value for key, value in (custom or {}).items() if value not in (None, "")}
    return {
        "name": name,
        "title": title,
        "description": description,
        "service": service,
        "category": category,
        "impact": impact,
        "urgency": urgency,
        "tags": clean_tags(tags),
        "custom": clean_custom(filled),
        "is_active": is_active,
    }


def _choices(kind: str, choices: Iterable[str]) -> list[str]:
    """Each once, in the order given; only a field of choices has them."""
    given = list(dict.fromkeys(text for choice in choices if (text := choice.strip())))
    if kind != CustomFieldKind.CHOICE:
        if given:
            raise InputRefused(choices=_("Only a field of the kind “choice” has choices."))
        return []
    if len(given) < 2:
        raise InputRefused(choices=_("Give two choices at least, one on each line."))
    return given


def _free_slug(name: str) -> str:
    """What addresses call the template from now on, whatever it is renamed to."""
    wanted = slugify(name)[:40] or "template"
    taken = set(IncidentTemplate.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    numbered = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 3))
    return next(slug for slug in numbered if slug not in taken)
