"""What has to happen in the very transaction that records an event: a small registry that upper apps fill.

Everything that may come a second later reads the events instead. A reaction runs under the lock of the record, must be
quick, touches nothing but the database, and where it fails, the change itself fails with it.
"""

from collections.abc import Callable
from typing import Any

from django.db import models

from lifecycle.models import Event

Reaction = Callable[[Any, Event], None]
_reactions: dict[tuple[str, str], list[Reaction]] = {}


def in_the_same_transaction(model: type[models.Model], *verbs: str) -> Callable[[Reaction], Reaction]:
    """Register a function of (record, event) for those verbs of a model."""

    def register(reaction: Reaction) -> Reaction:
        for verb in verbs:
            reactions = _reactions.setdefault((model._meta.label_lower, verb), [])
            if reaction not in reactions:
                reactions.append(reaction)
        return reaction

    return register


def react(record: models.Model, event: Event) -> None:
    """Run what is registered for the event, in the order of registration."""
    for reaction in _reactions.get((record._meta.label_lower, event.verb), ()):
        reaction(record, event)
