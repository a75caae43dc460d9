"""Parent and children: what is done to the parent is done to its children too, as far as they allow it.

Which verbs cascade is stated in CASCADES; closing never does. One generation: a parent has no parent of its own.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident, WaitingFor
from incidents.models.status import ENDED, OVER
from incidents.services.performing import refuse_unseen
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, lock, record_event, refuse

P = ParamSpec("P")
Service = Callable[Concatenate[Incident, P], Incident]


def _is_of_operations(parent: Incident, values: dict[str, Any]) -> bool:
    """By O&M or by a rule; a reporter acts by a link, or has no role that handles."""
    actor = values.get("actor")
    return permissions.handles(parent, actor) if actor else values.get("via") != Via.EMAIL


CASCADES: dict[str, Callable[[Incident, dict[str, Any]], bool]] = {
    "hold": lambda _parent, values: values.get("waiting_for") != WaitingFor.REPORTER,
    "resume": lambda _parent, _values: True,
    "recover": lambda _parent, _values: True,
    "resolve": lambda _parent, _values: True,
    "reopen": _is_of_operations,
}
"""Verb -> whether it goes on to the children, by the parent and what was asked of it: waiting for the parent's reporter
is not waiting for theirs, and a reporter reopens only their own."""


@transaction.atomic
def set_parent(
    incident: Incident,
    *,
    actor: Person,
    via: str,
    parent: Incident | None = None,
    expected_version: int | None = None,
) -> Incident:
    """Put it below ``parent``, whose further handling it follows; None takes it away from there."""
    if not permissions.handles(incident, actor):
        raise NotPermitted("set_parent")
    refuse_unseen(actor, parent=parent)
    lock_in_order(incident, *([parent] if parent and parent.pk != incident.pk else []))
    lock(incident, expected_version=expected_version)
    _refuse_impossible(incident, parent)
    before, incident.parent = incident.parent_id, parent
    incident.version += 1
    incident.save(update_fields=["parent", "version"])
    record_event(incident, "set_parent", actor=actor, via=via, data={"from": before, "to": parent and parent.pk})
    if parent is not None:
        record_event(parent, "gain_child", actor=actor, via=via, data={"child": incident.pk})
    return incident


def _refuse_impossible(incident: Incident, parent: Incident | None) -> None:
    if parent is None:
        if incident.parent_id is None:
            raise InputRefused(parent=_("Say which incident is its parent."))
        return
    if incident.status in OVER:
        raise refuse(incident, "set_parent", _("The incident is over."))
    if parent.pk == incident.pk or parent.status in OVER:
        raise InputRefused(parent=_("Choose another incident that is still open."))
    if parent.parent_id is not None:
        raise InputRefused(parent=_("That incident has a parent itself: choose INC-%d.") % parent.parent_id)
    if incident.children.exists():
        raise InputRefused(parent=_("This incident has children of its own."))


def lock_in_order(*incidents: Incident) -> None:
    """Lock several incidents in one order (docs/decisions/003): those who do the same at once wait, none deadlocks."""
    for incident in sorted(incidents, key=lambda each: each.pk):
        lock(incident)


def cascades(verb: str) -> Callable[[Service[P]], Service[P]]:
    """Decorator of the service behind ``verb``: what it did to a parent it does to the children too.

    The whole family is locked before anything is asked of it, and all of it is one transaction.
    """

    def decorate(service: Service[P]) -> Service[P]:
        @wraps(service)
        @transaction.atomic
        def act(incident: Incident, *args: P.args, **values: P.kwargs) -> Incident:
            children = _lock_family(incident, verb)
            service(incident, *args, **values)
            _go_on_to(children, incident, verb, service, dict(values))
            return incident

        return cast(Service[P], act)

    return decorate


def _lock_family(incident: Incident, verb: str) -> list[Incident]:
    """The children that the verb may concern, locked together with their parent."""
    concerned = Q(status__in=ENDED) if verb == "reopen" else ~Q(status__in=OVER)
    children = list(Incident.objects.filter(concerned, parent=incident.pk))
    if children:
        lock_in_order(incident, *children)
    return [child for child in children if child.parent_id == incident.pk]


def _go_on_to(children: list[Incident], parent: Incident, verb: str, service: Any, values: dict[str, Any]) -> None:
    """A child that refuses says so on its timeline, and stays as it is."""
    if not CASCADES[verb](parent, values):
        return
    actor = values["actor"]
    asked = {name: value for name, value in values.items() if name not in ("actor", "via", "expected_version")}
    for child in children:
        data: dict[str, Any] = {"parent": parent.pk, "verb": verb}
        try:
            with transaction.atomic():
                service(child, actor=actor, via=Via.SYSTEM, **asked)
        except (TransitionRefused, InputRefused) as refusal:
            child.refresh_from_db()
            data["refused"] = str(refusal)
        record_event(child, "cascade", actor=actor, via=Via.SYSTEM, data=data)
