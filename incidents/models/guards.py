"""What must be so before an incident may go on, each with the sentence shown where it is not."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from incidents.models.status import CauseClass, Source, Status
from lifecycle.transitions import guard

if TYPE_CHECKING:
    from incidents.models.incident import Incident


@guard(_("A solution needs the incident manager's approval first."))
def has_approved_solution(incident: "Incident") -> bool:
    """Major incidents only: an approved solution, or one applied in an emergency (its approval follows)."""
    return not incident.is_major or incident.solutions.filter(status__in=("approved", "bypassed")).exists()


@guard(_("The service must be recovered first."))
def is_recovered(incident: "Incident") -> bool:
    """A Level 3 incident may never have taken the service down."""
    return incident.recovered_at is not None or incident.level_id >= 3


@guard(_("The developers must accept the transfer first."))
def is_accepted(incident: "Incident") -> bool:
    return incident.status != Status.TRANSFERRED or incident.accepted_at is not None


@guard(_("The developers have accepted it already."))
def awaits_acceptance(incident: "Incident") -> bool:
    return incident.accepted_at is None


@guard(_("The reporter has confirmed it already."))
def awaits_confirmation(incident: "Incident") -> bool:
    return incident.confirmed_at is None


@guard(_("The reporter must confirm first."))
def is_confirmed(incident: "Incident") -> bool:
    """A rule that reported an incident has confirmed it when the counts came back."""
    by_rule = incident.source == Source.DETECTION and incident.recovered_at is not None
    return incident.confirmed_at is not None or by_rule


@guard(_("Link a problem first: the cause is a known defect, recurring or unknown."))
def has_problem_if_needed(incident: "Incident") -> bool:
    """A problem that was rejected stands behind nothing."""
    if incident.cause_class in ("", CauseClass.KNOWN):
        return True
    return incident.problems.exclude(status="rejected").exists()


@guard(_("The same rule has opened another incident since, which is still open."))
def is_alone(incident: "Incident") -> bool:
    """One open incident a dedup key: the database refuses a second one."""
    others = type(incident).objects.open().filter(dedup_key=incident.dedup_key).exclude(pk=incident.pk)
    return not incident.dedup_key or not others.exists()
