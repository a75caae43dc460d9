"""One verb on many incidents. Each is a transaction of its own: what one refuses, the others do not suffer from."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Person
from incidents import permissions
from incidents.commands import INCIDENT_COMMANDS, Command, label_of
from incidents.forms.bulk import AddTagsForm
from incidents.models import Incident
from incidents.services.editing import edit_incident
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused

logger = logging.getLogger("incidents.bulk")

MOST = 200


@dataclass(frozen=True)
class Outcome:
    """What became of one incident; ``reason`` is empty where it was done."""

    pk: int
    reason: str

    @property
    def is_done(self) -> bool:
        return not self.reason


def add_tags(incident: Incident, *, actor: Person, via: str, tags: Iterable[str]) -> Incident:
    """Add to the tags it has. Raises VersionConflict where somebody edits it at the same moment."""
    together = [*incident.tags, *tags]
    return edit_incident(incident, actor=actor, via=via, expected_version=incident.version, tags=together)


BULK_COMMANDS: dict[str, Command] = {
    **{verb: INCIDENT_COMMANDS[verb] for verb in ("acknowledge", "assign", "change_level", "merge", "snooze", "close")},
    "add_tags": Command(
        "add_tags",
        add_tags,
        AddTagsForm,
        "tag",
        label=gettext_lazy("Add tags"),
        permission=permissions.handles,
    ),
}
"""The verbs that make sense for many at once; their forms are those of one."""


def words_of(command: Command) -> str:
    return str(command.label) or label_of(Incident, command.verb)


def may_use(verb: str, person: Person) -> bool:
    """Whether the person's roles allow the verb at all; of each incident its own service asks again."""
    predicate = permissions.takes_notice if verb == "acknowledge" else permissions.operates
    return bool(predicate.test(person))


def act_on_all(
    numbers: Iterable[int], *, verb: str, actor: Person, via: str, values: dict[str, Any] | None = None
) -> list[Outcome]:
    """Run the verb on each, in the order of their numbers. What the actor may not see counts as not found.

    Raises NotPermitted where the actor's roles do not allow the verb at all, and ValueError for more than MOST.
    """
    wanted = sorted(set(numbers))
    if len(wanted) > MOST:
        raise ValueError(f"at most {MOST} at once")
    if not may_use(verb, actor):
        raise NotPermitted(verb)
    found = Incident.objects.visible_to(actor).select_related("service", "level").in_bulk(wanted)
    command = BULK_COMMANDS[verb]
    return [_act(pk, found.get(pk), command, actor=actor, via=via, values=values or {}) for pk in wanted]


def _act(
    pk: int, incident: Incident | None, command: Command, *, actor: Person, via: str, values: dict[str, Any]
) -> Outcome:
    if incident is None:
        return Outcome(pk, _("There is no such incident."))
    try:
        command.run(incident, actor=actor, via=via, version=None, **values)
    except TransitionRefused as refusal:
        return Outcome(pk, refusal.reason)
    except InputRefused as refusal:
        return Outcome(pk, " ".join(refusal.errors.values()))
    except NotPermitted:
        return Outcome(pk, _("Your role does not allow this."))
    except Exception:
        logger.exception("%s of incident %d failed", command.verb, pk)
        return Outcome(pk, _("Something broke on our side; it was written down."))
    return Outcome(pk, "")
