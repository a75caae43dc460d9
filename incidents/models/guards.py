"""What must be so before an incident may go on, each with the sentence shown where it is not."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from incidents.models.policy import HandlingPolicy
from incidents.models.status import ENDED, CauseClass, Source, Status
from lifecycle import clock
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


@guard(_("The service is recovered already."))
def is_not_recovered(incident: "Incident") -> bool:
    """A transferred incident keeps its status when the service recovers."""
    return incident.recovered_at is None


@guard(_("It is not recovered yet."))
def was_recovered_or_over(incident: "Incident") -> bool:
    return incident.recovered_at is not None or incident.status in ENDED


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
    """A rule that reported an incident has confirmed it when the counts came back; long silence counts too."""
    by_rule = incident.source == Source.DETECTION and incident.recovered_at is not None
    return incident.confirmed_at is not None or by_rule or _has_passed(incident.closes_at)


@guard(_("Link a problem first: the cause is a known defect, recurring or unknown."))
def has_problem_if_needed(incident: "Incident") -> bool:
    """A problem that was rejected stands behind nothing."""
    if incident.cause_class in ("", CauseClass.KNOWN):
        return True
    return incident.problems.exclude(status="rejected").exists()


@guard(_("It was not merged."))
def is_merged(incident: "Incident") -> bool:
    return incident.merged_into_id is not None


@guard(_("The time in which a merge can be undone has passed."))
def is_merged_lately(incident: "Incident") -> bool:
    undo = HandlingPolicy.current().merge_undo
    return incident.cancelled_at is not None and not _has_passed(incident.cancelled_at + undo)


@guard(_("The acknowledgement still holds."))
def has_lapsed(incident: "Incident") -> bool:
    return _has_passed(incident.ack_expires_at)


def _has_passed(moment: datetime | None) -> bool:
    return moment is not None and moment <= clock.now()


@guard(_("The same rule has opened another incident since, which is still open."))
def is_alone(incident: "Incident") -> bool:
    """One open incident a dedup key: the database refuses a second one."""
    others = type(incident).objects.open().filter(dedup_key=incident.dedup_key).exclude(pk=incident.pk)
    return not incident.dedup_key or not others.exists()
