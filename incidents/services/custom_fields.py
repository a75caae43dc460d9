"""Reads the values of the fields that a site has added; ``Incident.custom`` holds only what passes here."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from incidents.models import CustomField, CustomFieldKind
from lifecycle.text import sanitise
from lifecycle.transitions import InputRefused

LONGEST_TEXT = 2000
BIGGEST_NUMBER = 10**15
FLAGS = {"true": True, "false": False}


def clean_custom(values: Any) -> dict[str, Any]:
    """Key -> value as JSON keeps it; None where a value is to be taken away.

    Raises InputRefused with a sentence per field, named "custom-KEY": unknown keys, values of another kind, and
    required fields that are left blank. A field that is not named at all is nobody's error here: a program may not know
    it; the forms ask people for it.
    """
    if not values:
        return {}
    if not isinstance(values, Mapping):
        raise InputRefused(custom=_("Give values by the keys of their fields."))
    fields = {field.key: field for field in CustomField.objects.filter(is_active=True)}
    kept, errors = {}, {}
    for key, value in values.items():
        try:
            kept[str(key)] = _read(fields.get(str(key)), value)
        except ValueError as error:
            errors[f"custom-{sanitise(str(key))}"] = str(error)
    if errors:
        raise InputRefused(**errors)
    return kept


def merge_custom(current: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The values after ``changes`` (of clean_custom); those of fields that are no longer in use stay."""
    merged = {**current, **changes}
    return {key: value for key, value in merged.items() if value is not None}


def _read(field: CustomField | None, value: Any) -> Any:
    """Raises ValueError with a sentence for people."""
    if field is None:
        raise ValueError(_("There is no such field here."))
    if value is None or (isinstance(value, str) and not value.strip()):
        if field.is_required:
            raise ValueError(_("This field is required."))
        return None
    return READERS[CustomFieldKind(field.kind)](field, value)


def _read_text(_field: CustomField, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_("Write a text."))
    if len(value) > LONGEST_TEXT:
        raise ValueError(_("At most %(number)d letters.") % {"number": LONGEST_TEXT})
    return sanitise(value).strip()


def _read_number(_field: CustomField, value: Any) -> int | float:
    sentence = _("Write a number.")
    if isinstance(value, bool):
        raise ValueError(sentence)
    try:
        number = value if isinstance(value, int) else float(str(value)[:40])
    except ValueError as error:
        raise ValueError(sentence) from error
    if not math.isfinite(number) or abs(number) > BIGGEST_NUMBER:
        raise ValueError(sentence)
    return int(number) if number == int(number) else number


def _read_choice(field: CustomField, value: Any) -> str:
    if value not in field.choices:
        raise ValueError(_("Choose one of those given."))
    return str(value)


def _read_date(_field: CustomField, value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError as error:
        raise ValueError(_("Write a date, such as 2026-01-31.")) from error


def _read_flag(_field: CustomField, value: Any) -> bool:
    flag = FLAGS.get(str(value).lower())
    if flag is None:
        raise ValueError(_("Answer yes or no."))
    return flag


READERS: dict[CustomFieldKind, Callable[[CustomField, Any], Any]] = {
    CustomFieldKind.TEXT: _read_text,
    CustomFieldKind.NUMBER: _read_number,
    CustomFieldKind.CHOICE: _read_choice,
    CustomFieldKind.DATE: _read_date,
    CustomFieldKind.FLAG: _read_flag,
}
