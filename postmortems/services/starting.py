"""How postmortems begin: by hand or from a proposal, of one incident or a group, with a timeline drafted from what was
recorded."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from incidents.permissions import is_confidential
from incidents.services.performing import refuse_unseen, require
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, perform, record_event
from postmortems import permissions
from postmortems.models import Postmortem, Status
from postmortems.services import drafting
from postmortems.services.refusals import begin
from postmortems.services.triggering import one_at_a_time
from problems.titles import one_line


@transaction.atomic
def start_postmortem(
    *,
    actor: Person | None,
    via: str,
    incidents: Sequence[Incident],
    title: str = "",
    facilitator: Person | None = None,
) -> Postmortem:
    """Begin a postmortem of one or several incidents; each can be in one unfinished postmortem at a time."""
    if actor is not None and not permissions.leads(None, actor):
        raise NotPermitted("start_postmortem")
    if not incidents:
        raise InputRefused(incidents=_("Choose at least one incident."))
    _refuse_outsider(facilitator)
    chosen = sorted(incidents, key=lambda incident: incident.pk)
    for incident in chosen:
        refuse_unseen(actor, incidents=incident)
    if is_confidential(chosen[0]) and not one_line(title):
        raise InputRefused(title=_("Every colleague reads the title: write one that tells nothing of the incident."))
    one_at_a_time()
    for incident in chosen:
        _refuse_unready(incident)
    now = clock.now()
    postmortem = Postmortem(
        title=one_line(title) or one_line(chosen[0].title),
        facilitator=facilitator or actor,
        started_by=actor,
        started_at=now,
        status_since=now,
    )
    postmortem.save()
    postmortem.incidents.set(chosen)
    references = ", ".join(incident.reference for incident in chosen)
    record_event(postmortem, "start", actor=actor, via=via, data={"incidents": references})
    _tell(postmortem, "start_postmortem", actor=actor, via=via)
    drafting.draw_in(postmortem)
    return postmortem


@transaction.atomic
def begin_postmortem(
    postmortem: Postmortem,
    *,
    actor: Person | None,
    via: str,
    facilitator: Person | None = None,
    expected_version: int | None = None,
) -> Postmortem:
    """Start one that was proposed, or that was declined before; its timeline is drafted."""
    _refuse_outsider(facilitator)
    one_at_a_time()
    for incident in postmortem.incidents.order_by("pk"):
        _refuse_unready(incident, but=postmortem)
    arguments = {"by": actor, "facilitator": facilitator, "at": clock.now()}
    perform(postmortem, "begin", actor=actor, via=via, expected_version=expected_version, arguments=arguments)
    _tell(postmortem, "start_postmortem", actor=actor, via=via)
    drafting.draw_in(postmortem)
    return postmortem


@transaction.atomic
def decline_postmortem(
    postmortem: Postmortem, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Postmortem:
    """Not worth one: the reason stands on the postmortem and on its incidents."""
    require(reason=reason)
    arguments = {"reason": reason.strip(), "at": clock.now()}
    perform(
        postmortem,
        "decline",
        actor=actor,
        via=via,
        note=reason.strip(),
        expected_version=expected_version,
        arguments=arguments,
    )
    _tell(postmortem, "decline_postmortem", actor=actor, via=via)
    return postmortem


@transaction.atomic
def draw_in_events(postmortem: Postmortem, *, actor: Person | None, via: str) -> int:
    """Add what was recorded since the last draft; nothing is drafted twice. Returns how many entries are new."""
    begin(postmortem, "draw_in_events", phase=Status.TIMELINE, actor=actor)
    added = drafting.draw_in(postmortem)
    record_event(postmortem, "draw_in_events", actor=actor, via=via, data={"entries": added})
    return added


def _refuse_outsider(facilitator: Person | None) -> None:
    if facilitator is not None and not facilitator.is_colleague:
        raise InputRefused(facilitator=_("Choose a colleague."))


def _refuse_unready(incident: Incident, *, but: Postmortem | None = None) -> None:
    """It must have ended, and must not be in another postmortem that is proposed or under way."""
    incident.refresh_from_db(fields=["recovered_at", "resolved_at"])
    if incident.recovered_at is None and incident.resolved_at is None:
        text = _("%(incident)s is not over yet: recover the service first.") % {"incident": incident.reference}
        raise InputRefused(incidents=text)
    others = Postmortem.objects.unsettled().filter(incidents=incident).exclude(pk=but.pk if but else None)
    other = others.first()
    if other is not None:
        words = {"incident": incident.reference, "postmortem": other.reference}
        raise InputRefused(incidents=_("%(incident)s is in %(postmortem)s already.") % words)


def _tell(postmortem: Postmortem, verb: str, *, actor: Person | None, via: str) -> None:
    data = {"postmortem": postmortem.pk, "reference": postmortem.reference}
    for incident in postmortem.incidents.order_by("pk"):
        record_event(incident, verb, actor=actor, via=via, note=postmortem.title, data=data)
