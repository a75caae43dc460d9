"""From phase to phase, and back. The gates are declared on the model."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle import clock
from lifecycle.transitions import InputRefused, perform, record_event, refuse
from postmortems import permissions
from postmortems.models import Postmortem
from postmortems.services.lessons import write_lesson
from postmortems.signing import must_leave_to_another


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
    """Begin to go over the list of issues once more; what is logged from now on belongs to that pass."""
    data = {"pass": postmortem.passes + 1}
    perform(postmortem, "repeat_pass", actor=actor, via=via, data=data, expected_version=expected_version)
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
    postmortem: Postmortem,
    *,
    actor: Person | None,
    via: str,
    summary: str = "",
    learned: str = "",
    tags: Sequence[str] = (),
    expected_version: int | None = None,
) -> Postmortem:
    """Sign it off: every issue is answered, and everybody may learn from it.

    Refused to whoever led or started it, where another colleague can do it (ReviewPolicy). An empty ``summary`` is
    drafted from the issues and their answers.
    """
    if actor is not None and permissions.leads(postmortem, actor) and must_leave_to_another(postmortem, actor):
        raise refuse(postmortem, "publish", _("Somebody who neither led nor started this postmortem signs it off."))
    at = clock.now()
    arguments = {"by": actor, "at": at}
    perform(postmortem, "publish", actor=actor, via=via, expected_version=expected_version, arguments=arguments)
    write_lesson(postmortem, actor=actor, at=at, summary=summary, learned=learned, tags=tags)
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
