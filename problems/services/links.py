"""Which incidents a problem is behind. Both sides keep the fact on their timelines."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import CauseClass, Incident
from incidents.models.status import Status as IncidentStatus
from incidents.services.performing import refuse_unseen
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from problems import permissions
from problems.models import KnownError, Problem, Status


@transaction.atomic
def link_incident(problem: Problem, *, actor: Person | None, via: str, incident: Incident) -> Problem:
    """State that the problem is behind this incident too."""
    if actor is not None and not permissions.works(problem, actor):
        raise NotPermitted("link_incident")
    refuse_unseen(actor, incident=incident)
    if actor is not None and not permissions.sees(problem, actor):
        raise InputRefused(problem=_("There is no such problem."))
    lock(problem)
    if problem.status == Status.REJECTED:
        raise InputRefused(problem=_("That problem was rejected. Reopen it first."))
    if problem.incidents.filter(pk=incident.pk).exists():
        raise InputRefused(incident=_("They are linked already."))
    tie(problem, incident, actor=actor, via=via, verb="link_problem")
    record_event(problem, "link_incident", actor=actor, via=via, data={"incident": incident.reference})
    return problem


@transaction.atomic
def unlink_incident(problem: Problem, *, actor: Person | None, via: str, incident: Incident, reason: str) -> Problem:
    """The problem is not behind this incident after all; refused where the incident closed on its strength."""
    if actor is not None and not permissions.works_on(problem, actor):
        raise NotPermitted("unlink_incident")
    refuse_unseen(actor, incident=incident)
    if not reason.strip():
        raise InputRefused(reason=_("Please write something here."))
    lock(problem)
    if not problem.incidents.filter(pk=incident.pk).exists():
        raise InputRefused(incident=_("They are not linked."))
    refuse_if_needed(problem, incident)
    problem.incidents.remove(incident)
    _touch(problem)
    record_event(problem, "unlink_incident", actor=actor, via=via, note=reason, data={"incident": incident.reference})
    record_event(incident, "unlink_problem", actor=actor, via=via, note=reason, data=_named(problem))
    return problem


def tie(problem: Problem, incident: Incident, *, actor: Person | None, via: str, verb: str) -> None:
    """Make the link and tell the incident, of the workaround too where there is one and it is still open."""
    problem.incidents.add(incident)
    _touch(problem)
    record_event(incident, verb, actor=actor, via=via, note=problem.title, data=_named(problem))
    known = KnownError.objects.filter(problem=problem).first()
    if known is not None and not incident.is_over:
        data = {**_named(problem), "known_error": known.reference}
        record_event(incident, "receive_workaround", actor=actor, via=via, note=known.workaround, data=data)


def refuse_if_needed(problem: Problem, *incidents: Incident) -> None:
    """An incident closed as a known defect, recurring or unknown keeps at least one problem that stands.

    Decided under the incident's lock, so that it cannot close at the same moment.
    """
    for incident in sorted(incidents, key=lambda each: each.pk):
        lock(incident)
        others = Problem.objects.filter(incidents=incident).exclude(pk=problem.pk).exclude(status=Status.REJECTED)
        is_bound = incident.status == IncidentStatus.CLOSED and incident.cause_class not in ("", CauseClass.KNOWN)
        if is_bound and not others.exists():
            reason = _("%(incident)s is closed and needs this problem.") % {"incident": incident.reference}
            raise InputRefused(incident=reason)


def _named(problem: Problem) -> dict[str, object]:
    return {"problem": problem.pk, "reference": problem.reference}


def _touch(problem: Problem) -> None:
    problem.version += 1
    problem.save(update_fields=["version"])
