"""Proposing to handle an incident as a major one, and deciding about it.

All take ``actor`` (None: a rule, where that is said) and ``via``. All raise TransitionRefused, VersionConflict,
NotPermitted or InputRefused, and then nothing has changed.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import HandlingPolicy, Incident, MajorProposal, ReminderKind, Status
from incidents.services.major_reports import open_report_if_major
from incidents.services.performing import lock_and_time, require
from incidents.services.reminding import cancel_reminders
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import NotPermitted, lock, perform, record_event, refuse

GONE = (Status.CLOSED, Status.CANCELLED)
"""A resolved incident may still turn out to have been a major one; a closed one is history."""


def why_not_proposed(incident: Incident) -> str | Promise:
    """Why nobody may propose it as a major incident now; empty where they may."""
    if incident.is_major:
        return _("It is a major incident already.")
    if incident.status in GONE:
        return _("The incident is over.")
    if incident.pk and incident.undecided_proposal is not None:
        return _("Somebody has proposed it already: an incident manager decides.")
    return ""


@transaction.atomic
def propose_major(
    incident: Incident, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> MajorProposal:
    """Propose to handle it as a major incident (actor None: a rule does); one proposal waits at a time."""
    if actor is not None and not permissions.handles(incident, actor):
        raise NotPermitted("propose_major")
    require(reason=reason)
    lock(incident, expected_version=expected_version)
    if why_not := why_not_proposed(incident):
        raise refuse(incident, "propose_major", str(why_not))
    proposal = MajorProposal.objects.create(
        incident=incident, reason=reason, proposed_by=actor, proposed_at=clock.now()
    )
    _tell(proposal, "propose_major", actor, via, note=reason)
    return proposal


def propose_if_large(incident: Incident) -> MajorProposal | None:
    """The rule behind the policy's number of affected users; it proposes an incident once, whatever became of that.

    The caller holds the incident's lock and has just recorded an impact.
    """
    threshold = HandlingPolicy.current().propose_major_at_users
    if threshold is None or why_not_proposed(incident) or incident.major_proposals.filter(proposed_by=None).exists():
        return None
    users = max(incident.impacts.values_list("affected_users", flat=True), default=0)
    if users < threshold:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        words = {"users": f"{users:,}", "threshold": f"{threshold:,}"}
        reason = _("%(users)s affected users: from %(threshold)s on it may be a major incident.") % words
    return propose_major(incident, actor=None, via=Via.SYSTEM, reason=reason)


@transaction.atomic
def accept_major(
    proposal: MajorProposal,
    *,
    actor: Person,
    via: str,
    business_impact: str,
    note: str = "",
    expected_version: int | None = None,
) -> MajorProposal:
    """It is a major incident from now on, and the accepter its incident manager."""
    require(business_impact=business_impact)
    incident = proposal.incident
    at = lock_and_time(incident)
    if incident.status in GONE:
        raise refuse(proposal, "accept", _("The incident is over."))
    arguments = {"decided_by": actor, "decided_at": at, "business_impact": business_impact, "note": note}
    _decide(proposal, "accept", arguments, actor=actor, via=via, note=note, expected_version=expected_version)
    incident.is_declared_major = True
    incident.manager = actor
    incident.version += 1
    incident.save(update_fields=["is_declared_major", "manager", "version"])
    text = f"{business_impact}\n\n{note}" if note else business_impact
    _tell(proposal, "accept_major", actor, via, note=text, mentions=_concerned(proposal))
    cancel_reminders(incident, ReminderKind.MANAGER_UNSET)
    open_report_if_major(incident)
    return proposal


@transaction.atomic
def reject_major(
    proposal: MajorProposal, *, actor: Person, via: str, reason: str, expected_version: int | None = None
) -> MajorProposal:
    """It stays what it is; the reason stands on the timeline, where its owner reads it."""
    require(reason=reason)
    at = lock_and_time(proposal.incident)
    arguments = {"decided_by": actor, "decided_at": at, "note": reason}
    _decide(proposal, "reject", arguments, actor=actor, via=via, note=reason, expected_version=expected_version)
    _tell(proposal, "reject_major", actor, via, note=reason, mentions=_concerned(proposal))
    return proposal


@transaction.atomic
def withdraw_major(
    proposal: MajorProposal, *, actor: Person, via: str, note: str = "", expected_version: int | None = None
) -> MajorProposal:
    """The proposer, or an incident manager, takes it back."""
    at = lock_and_time(proposal.incident)
    arguments = {"decided_by": actor, "decided_at": at, "note": note}
    _decide(proposal, "withdraw", arguments, actor=actor, via=via, note=note, expected_version=expected_version)
    _tell(proposal, "withdraw_major", actor, via, note=note)
    return proposal


def _decide(
    proposal: MajorProposal,
    verb: str,
    arguments: dict[str, Any],
    *,
    actor: Person,
    via: str,
    note: str,
    expected_version: int | None,
) -> None:
    perform(proposal, verb, actor=actor, via=via, note=note, expected_version=expected_version, arguments=arguments)


def _concerned(proposal: MajorProposal) -> list[int]:
    """Whoever owns the incident, and whoever proposed it."""
    return sorted({pk for pk in (proposal.incident.owner_id, proposal.proposed_by_id) if pk is not None})


def _tell(proposal: MajorProposal, verb: str, actor: Person | None, via: str, *, note: str, **data: Any) -> None:
    data["proposal"] = proposal.pk
    record_event(proposal.incident, verb, actor=actor, via=via, note=note, data=data)
