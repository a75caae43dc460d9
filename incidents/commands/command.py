"""What a command is, and the register of the commands of every model."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise

from catalog.models import Person
from incidents.forms import EmptyForm
from lifecycle.models import StatefulRecord
from lifecycle.transitions import Offer, TransitionRefused, declared, offers

Condition = Callable[[Any, Person], bool]


@dataclass(frozen=True)
class Command:
    """A verb. Transitions take label, rank, permission and guards from the model; other verbs state them here.

    ``blocked`` answers why the verb is not possible now, or an empty string; ``initial`` what its form begins with;
    ``is_long``: its form is shown only on a page that asks for it, since a menu would be too small.
    """

    verb: str
    service: Callable[..., Any]
    form: type[forms.Form] = EmptyForm
    icon: str = "arrow-right"
    key: str = ""
    label: str | Promise = ""
    rank: int = 50
    permission: Condition | None = None
    blocked: Callable[[Any], str | Promise] = lambda _record: ""
    initial: Callable[[Any], dict[str, Any]] = lambda _record: {}
    is_long: bool = False

    @property
    def is_transition(self) -> bool:
        return self.permission is None

    @property
    def is_versioned(self) -> bool:
        return "expected_version" in inspect.signature(self.service).parameters

    def run(self, record: StatefulRecord, *, actor: Person, via: str, version: int | None, **values: Any) -> Any:
        """Call the service; ``version`` is that of the record as the actor saw it."""
        if reason := str(self.blocked(record)):
            allowed = [offer.verb for offer in offered(record, actor) if offer.is_allowed]
            status = getattr(record, "status", "")
            raise TransitionRefused(status=status, verb=self.verb, reason=reason, allowed=allowed)
        if self.is_versioned:
            values["expected_version"] = version
        return self.service(record, actor=actor, via=via, **values)


TABLES: dict[type[StatefulRecord], dict[str, Command]] = {}


def register(model: type[StatefulRecord], *commands: Command) -> dict[str, Command]:
    """Add verbs to a model's table; answers the whole table."""
    table = TABLES.setdefault(model, {})
    table.update({command.verb: command for command in commands})
    return table


def commands_of(record: StatefulRecord) -> dict[str, Command]:
    return TABLES[type(record)]


def offered(record: StatefulRecord, person: Person) -> list[Offer]:
    """Everything the person may do to the record now, blocked verbs with the reason; best first."""
    others = [
        _offer(command, record)
        for command in commands_of(record).values()
        if command.permission is not None and command.permission(record, person)
    ]
    return sorted([*offers(record, person), *others], key=lambda offer: (offer.rank, offer.verb))


def label_of(model: type[StatefulRecord], verb: str) -> str:
    """The word on the button, whether or not the verb is possible now."""
    command = TABLES[model][verb]
    if not command.is_transition:
        return str(command.label)
    return next(str(transition.custom["label"]) for transition in declared(model) if transition.name == verb)


def _offer(command: Command, record: StatefulRecord) -> Offer:
    reason = str(command.blocked(record))
    fields = tuple(command.form.base_fields)
    return Offer(command.verb, str(command.label), command.rank, fields, not reason, reason)
