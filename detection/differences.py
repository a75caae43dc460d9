"""What an edit changed, field by field, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from detection.models import Rule, RuleVersion
from detection.rules import KINDS
from detection.rules.parameters import Choice
from detection.rules.words import plain

LABELS = {
    "name": gettext_lazy("Name"),
    "selector": gettext_lazy("Only series with"),
    "service": gettext_lazy("Service"),
    "level": gettext_lazy("Level"),
    "fire_for": gettext_lazy("Fires after this many bad minutes"),
    "fire_of": gettext_lazy("of the last so many minutes"),
    "clear_after": gettext_lazy("Over after this many good minutes"),
    "title": gettext_lazy("Title of the incident"),
    "group": gettext_lazy("Group"),
}


@dataclass(frozen=True)
class Difference:
    """One field before and after; empty where it had no value."""

    label: str
    before: str
    after: str


class Differences:
    """Compares versions of one rule; records are named as they are called today, in few queries for all of them."""

    def __init__(self, rule: Rule, versions: Iterable[RuleVersion]) -> None:
        self.fields = {field.name: field for field in KINDS[rule.kind].FIELDS} if rule.kind in KINDS else {}
        self.names: dict[str, dict[Any, str]] = {}
        definitions = [version.definition for version in versions]
        for name in {name for definition in definitions for name in definition}:
            field: Any = Rule._meta.get_field(name)
            if field.is_relation:
                keys = {definition[name] for definition in definitions if definition.get(name) is not None}
                found = field.related_model._default_manager.in_bulk(keys)
                self.names[name] = {key: str(record) for key, record in found.items()}

    def between(self, before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
        """Fields that differ, parameters one by one."""
        old, new = _flat(before), _flat(after)
        names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
        return [Difference(self._label(name), self._word(name, old), self._word(name, new)) for name in names]

    def _label(self, name: str) -> str:
        if name.startswith("parameters."):
            field = self.fields.get(name.removeprefix("parameters."))
            return _(field.label) if field else name.removeprefix("parameters.")
        return str(LABELS.get(name) or Rule._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]

    def _word(self, name: str, values: dict[str, Any]) -> str:
        value = values.get(name)
        if value is None or value == "" or value == {}:
            return ""
        if name in self.names:
            return self.names[name].get(value, _("(deleted)"))
        field = self.fields.get(name.removeprefix("parameters."))
        if isinstance(field, Choice):
            return next((_(label) for code, label in field.options if code == value), str(value))
        if isinstance(value, dict):
            return ", ".join(f"{label} = {word}" for label, word in value.items())
        return plain(float(value)) if isinstance(value, int | float) else str(value)


def _flat(definition: dict[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in definition.items() if name != "parameters"}
    return {**flat, **{f"parameters.{name}": value for name, value in definition.get("parameters", {}).items()}}
