"""How problems come into being, and whose they are."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from catalog.models import Person, Service
from incidents.models import Incident
from incidents.permissions import is_confidential
from incidents.services.performing import refuse_unseen
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from problems import permissions
from problems.models import Problem
from problems.services.links import tie
from problems.titles import one_line


@transaction.atomic
def raise_problem(
    *,
    actor: Person | None,
    via: str,
    incident: Incident | None = None,
    title: str = "",
    description: str = "",
    service: Service | None = None,
    owner: Person | None = None,
    due_on: date | None = None,
) -> Problem:
    """Log a problem. Raised from an incident it takes over that incident's context and stays linked to it.

    What is not given comes from the incident; without an incident, title and service are required. Every colleague
    reads a problem, so that of a restricted incident nothing is taken over but the service: it needs a title too.
    """
    if actor is not None and not permissions.works(None, actor):
        raise NotPermitted("raise_problem")
    refuse_unseen(actor, incident=incident)
    if incident is not None:
        service = service or incident.service
    if incident is not None and not is_confidential(incident):
        title, description = title or incident.title, description or context_of(incident)
    service = _require(title, service)
    _refuse_idle_owner(owner)
    now = clock.now()
    problem = Problem(
        title=one_line(title),
        description=description,
        service=service,
        owner=owner,
        due_on=due_on,
        raised_by=actor,
        raised_at=now,
        status_since=now,
    )
    problem.save()
    data = {"incident": incident.reference} if incident else {}
    record_event(problem, "raise", actor=actor, via=via, note=description, data=data)
    if incident is not None:
        tie(problem, incident, actor=actor, via=via, verb="raise_problem")
    return problem


@transaction.atomic
def assign_problem(
    problem: Problem, *, actor: Person | None, via: str, owner: Person, expected_version: int | None = None
) -> Problem:
    """Say who looks after it."""
    if actor is not None and not permissions.works_on(problem, actor):
        raise NotPermitted("assign")
    _refuse_idle_owner(owner)
    lock(problem, expected_version=expected_version)
    problem.owner = owner
    problem.version += 1
    problem.save(update_fields=["owner", "version"])
    record_event(problem, "assign", actor=actor, via=via, data={"owner": owner.name})
    return problem


def context_of(incident: Incident) -> str:
    """What is known of the incident, as the first words of a problem about it."""
    lines = [
        f"{incident.reference} · {incident.level} · {incident.service}",
        _("Occurred at %(moment)s UTC") % {"moment": f"{incident.occurred_at:%Y-%m-%d %H:%M}"},
    ]
    done = pgettext("what was done", "Resolution")
    parts = [("", incident.description), (_("Workaround"), incident.workaround), (done, incident.resolution)]
    lines += [f"{label}: {text}" if label else text for label, text in parts if text]
    return "\n".join(lines)


def _require(title: str, service: Service | None) -> Service:
    errors = {}
    if not one_line(title):
        errors["title"] = _("Please write something here.")
    if service is None:
        errors["service"] = _("Say which service it is about.")
    if errors or service is None:
        raise InputRefused(**errors)
    return service


def _refuse_idle_owner(owner: Person | None) -> None:
    if owner is not None and not permissions.works(None, owner):
        raise InputRefused(owner=_("Choose somebody who works on problems."))
