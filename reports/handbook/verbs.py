"""The declared transitions and the other verbs of a model as tables: the buttons and the API read the same."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django_fsm import Transition

from incidents.commands.command import TABLES
from lifecycle.lists import listed
from lifecycle.models import StatefulRecord
from lifecycle.transitions import declared
from reports.handbook.blocks import Table, table
from reports.handbook.who import in_words, who_may


@dataclass
class Verb:
    """A transition with all its sources together."""

    transition: Transition
    sources: list[str] = field(default_factory=list)


def transitions_table(model: type[StatefulRecord]) -> Table:
    """Every transition of the model's status: from where, to where, who may, what is asked, what refuses it."""
    head = [_("Step"), _("From"), _("To"), _("Who may"), _("What is asked"), _("Refused with the words")]
    return table("transitions", head, (_line(model, verb) for verb in _verbs(model)))


def commands_table(model: type[StatefulRecord]) -> Table:
    """What else people may do to such a record; its status stays as it is."""
    head = [_("Step"), _("Who may"), _("What is asked")]
    rows = (
        (command.label, in_words(who_may(command.permission, model)), asked(model, verb))
        for verb, command in TABLES[model].items()
        if command.permission is not None
    )
    return table("commands", head, rows)


def asked(model: type[StatefulRecord], verb: str, names: tuple[str, ...] = ()) -> list[str]:
    """The labels of the form behind a verb; ``names`` speak where no form is registered."""
    command = TABLES.get(model, {}).get(verb)
    if command is None:
        return [_label_of(model, name) for name in names]
    return asked_by(command.form)


def asked_by(form: type[forms.Form]) -> list[str]:
    """The labels of a form in its order; what only programs fill in (JSON) is left out."""
    order = [*(form.field_order or ()), *form.base_fields]
    fields = [form.base_fields[name] for name in dict.fromkeys(order) if name in form.base_fields]
    return [
        str(field.label) if field.required else _("%(field)s (optional)") % {"field": field.label}
        for field in fields
        if field.label and not isinstance(field, forms.JSONField)
    ]


def status_words(model: type[StatefulRecord]) -> dict[str, str]:
    meta: Any = model._meta
    return {code: str(word) for code, word in meta.get_field("status").choices}


def _verbs(model: type[StatefulRecord]) -> list[Verb]:
    """In the order of buttons; what only the product does stands last."""
    found: dict[str, Verb] = {}
    for transition in declared(model):
        found.setdefault(transition.name, Verb(transition)).sources.append(str(transition.source))
    return sorted(found.values(), key=lambda verb: _place(model, verb))


def _place(model: type[StatefulRecord], verb: Verb) -> tuple[bool, int, int, str]:
    words = list(status_words(model))
    first = min((words.index(source) for source in verb.sources if source in words), default=0)
    custom = verb.transition.custom
    return bool(custom.get("is_system")), first, int(custom.get("rank", 99)), verb.transition.name


def _line(model: type[StatefulRecord], verb: Verb) -> tuple[object, ...]:
    transition, words = verb.transition, status_words(model)
    sources = [words[code] for code in words if code in verb.sources] or [_("any status")]
    return (
        transition.custom.get("label", transition.name),
        listed(sources),
        listed(words[code] for code in words if code in _targets(transition)),
        in_words(who_may(transition.permission, model)),
        asked(model, transition.name, transition.custom.get("fields", ())),
        list(_refusals(transition)),
    )


def _targets(transition: Transition) -> list[str]:
    """A fixed status, or those that the transition may choose from."""
    allowed = getattr(transition.target, "allowed_states", None)
    return [str(status) for status in allowed or [transition.target]]


def _refusals(transition: Transition) -> Iterator[str]:
    for condition in transition.conditions or ():
        if reason := getattr(condition, "reason", ""):
            yield str(reason)


def _label_of(model: type[StatefulRecord], name: str) -> str:
    meta: Any = model._meta
    known = {field.name: str(field.verbose_name) for field in meta.fields}
    return known.get(name) or {"reason": _("Reason"), "note": _("Note")}.get(name) or name.replace("_", " ")
