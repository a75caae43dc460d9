"""Offers as buttons."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

from django import forms

from catalog.models import Person
from incidents.commands import Command, commands_of, offered
from lifecycle.models import StatefulRecord
from lifecycle.transitions import Offer

MOST_PRIMARY = 2
ELSEWHERE = (
    *("note", "attach", "pin", "unpin", "watch", "unwatch"),
    *("record_impact", "propose_solution", "assign", "edit", "reclassify"),
)
"""These have a place of their own on the incident page."""


@dataclass(frozen=True)
class Action:
    """What parts/actions.html shows. ``form`` is None for a verb that asks for nothing."""

    verb: str
    label: str
    url: str
    is_primary: bool
    is_allowed: bool
    reason: str
    form: forms.Form | None
    icon: str
    key: str
    is_danger: bool


def actions_of(record: StatefulRecord, person: Person) -> list[Action]:
    """Everything the person may do now: the first two steps of the way become buttons, the rest goes to "More".

    A step that is blocked keeps its button, disabled, so that its reason is seen.
    """
    found = offered(record, person)
    first = [offer.verb for offer in found if offer.rank < 20 and not offer.is_danger][:MOST_PRIMARY]
    return [_action(record, offer, is_primary=offer.verb in first) for offer in found]


def open_action(actions: Iterable[Action], verb: str, record: StatefulRecord) -> Action | None:
    """The action that an address asks to open, with a form of its own beside the one in the menu."""
    for action in actions:
        form = form_of(record, commands_of(record)[verb], place="opened-") if action.verb == verb else None
        if form is not None and action.is_allowed:
            return replace(action, form=form)
    return None


def form_of(record: StatefulRecord, command: Command, *, place: str = "") -> forms.Form | None:
    """A form not filled in yet, with ids of its own, since a page shows several; None where nothing is asked."""
    if not command.form.base_fields:
        return None
    empty = command.form(initial=command.initial(record), auto_id=f"{place}{command.verb}-{record.pk}-%s")
    return prepare(empty, record, command)


def prepare(form: forms.Form, record: StatefulRecord, command: Command) -> forms.Form:
    """Let drafts of long texts outlive an expired session."""
    for name, field in form.fields.items():
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["data-draft"] = f"{record._meta.model_name}-{record.pk}-{command.verb}-{name}"
    return form


def address_of(record: StatefulRecord, verb: str) -> str:
    """That of the record's page with the verb behind it."""
    return f"{cast(Any, record).get_absolute_url()}{verb}/"


def _action(record: StatefulRecord, offer: Offer, *, is_primary: bool) -> Action:
    command = commands_of(record)[offer.verb]
    return Action(
        verb=offer.verb,
        label=offer.label,
        url=address_of(record, offer.verb),
        is_primary=is_primary,
        is_allowed=offer.is_allowed,
        reason=offer.reason,
        form=None if command.is_long else form_of(record, command),
        icon=command.icon,
        key=command.key,
        is_danger=offer.is_danger,
    )
