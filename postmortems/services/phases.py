"""From phase to phase, and back. The gates are declared on the model."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle import clock
from lifecycle.transitions import InputRefused, perform, record_event
from postmortems.models import Postmortem


@transaction.atomic
def open_issues(
    postmortem: Postmortem, *, actor: Person | None, via: str, expected_version: int | None = None
) -> Postmortem:
    """The timeline stands; open the issue phase."""
    arguments = {"at": clock.now()}
    perform(postmortem, "open_issues", actor=actor, via=via, expected_version=expected_version, arguments=arguments)
    return postmortem


@transaction.atomic
def repeat_pass(
    postmortem: Postmortem, *, actor: Person | None, via: str, expected_version: int | None = None
) -> Postmortem:
    """Record that the list of issues was gone over once more."""
    perform(postmortem, "repeat_pass", actor=actor, via=via, expected_version=expected_version)
    return postmortem


@transaction.atomic
def open_actions(
    postmortem: Postmortem, *, actor: Person | None, via: str, expected_version: int | None = None
) -> Postmortem:
    """The issues stand; open the action phase."""
    arguments = {"at": clock.now()}
    perform(postmortem, "open_actions", actor=actor, via=via, expected_version=expected_version, arguments=arguments)
    return postmortem


@transaction.atomic
def publish_postmortem(
    postmortem: Postmortem, *, actor: Person | None, via: str, expected_version: int | None = None
) -> Postmortem:
    """Sign it off: every issue is answered, and everybody may learn from it."""
    arguments = {"by": actor, "at": clock.now()}
    perform(postmortem, "publish", actor=actor, via=via, expected_version=expected_version, arguments=arguments)
    data = {"postmortem": postmortem.pk, "reference": postmortem.reference}
    for incident in postmortem.incidents.all():
        record_event(incident, "publish_postmortem", actor=actor, via=via, note=postmortem.title, data=data)
    return postmortem


@transaction.atomic
def go_back(
    postmortem: Postmortem, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Postmortem:
    """Open the phase before again; counted."""
    if not reason.strip():
        raise InputRefused(reason=_("Please write something here."))
    arguments = {"at": clock.now()}
    perform(
        postmortem,
        "go_back",
        actor=actor,
        via=via,
        note=reason,
        expected_version=expected_version,
        arguments=arguments,
    )
    return postmortem
