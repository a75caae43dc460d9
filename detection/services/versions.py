"""What a rule was before: every edit keeps the whole definition."""

from collections.abc import Sequence
from typing import Any

from catalog.models import Person
from detection.models import Rule, RuleVersion


def keep_version(
    rule: Rule,
    names: Sequence[str],
    *,
    actor: Person | None,
    via: str,
    note: str = "",
    restored_from: int | None = None,
) -> RuleVersion:
    """Write down the fields ``names`` as they are now. Part of the transaction that changed them."""
    return RuleVersion.objects.create(
        rule=rule,
        number=rule.version,
        definition=definition_of(rule, names),
        actor=actor,
        via=via,
        note=note.strip(),
        restored_from=restored_from,
    )


def definition_of(rule: Rule, names: Sequence[str]) -> dict[str, Any]:
    """Field -> value; the key of a record where the field names one."""
    return {name: rule.serializable_value(name) for name in names}


def fields_of(definition: dict[str, Any]) -> dict[str, Any]:
    """The opposite of ``definition_of``: what ``edit_rule`` takes. What has been deleted since is left out."""
    fields: dict[str, Any] = {}
    for name, value in definition.items():
        field: Any = Rule._meta.get_field(name)
        if not field.is_relation:
            fields[name] = field.to_python(value)
        elif value is None:
            fields[name] = None
        elif found := field.related_model._default_manager.filter(pk=value).first():
            fields[name] = found
    return fields
