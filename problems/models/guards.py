"""What must be so before a problem may go on, each with the sentence shown where it is not."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lifecycle import clock
from lifecycle.transitions import guard
from problems import outcomes
from problems.models.status import OVER, Outcome, Status

if TYPE_CHECKING:
    from problems.models.problem import Problem


@guard(_("Write the outcome down first: a detection rule, a risk inspection, an emergency plan or a waiver."))
def has_outcome(problem: "Problem") -> bool:
    return bool(problem.outcome and problem.outcome_text)


@guard(_("Somebody other than its author must sign the waiver first."))
def is_signed_if_waived(problem: "Problem") -> bool:
    return problem.outcome != Outcome.WAIVER or problem.signed_by_id is not None


@guard(_("The waiver is over. Record the outcome anew."))
def waiver_holds(problem: "Problem") -> bool:
    return problem.waiver_ends_on is None or problem.waiver_ends_on >= clock.now().date()


@guard(_("Verify the fix first. Only a waiver closes a problem without one."))
def is_verified_or_waived(problem: "Problem") -> bool:
    return problem.status == Status.VERIFYING or problem.outcome == Outcome.WAIVER


@guard(_("There is no waiver that waits for a signature."))
def awaits_signature(problem: "Problem") -> bool:
    return problem.outcome == Outcome.WAIVER and problem.signed_by_id is None


@guard(_("The same has been raised as another problem since, which is still open."))
def is_alone(problem: "Problem") -> bool:
    """One open problem a signature: the database refuses a second one."""
    others = type(problem).objects.exclude(status__in=OVER).filter(signature=problem.signature).exclude(pk=problem.pk)
    return not problem.signature or not others.exists()


@guard(_("What the outcome names is not there any more. Record the outcome anew."))
def outcome_is_real(problem: "Problem") -> bool:
    """Asked where the product can tell: an outcome of a kind that is registered names one that exists."""
    if not outcomes.is_known(problem.outcome):
        return True
    return outcomes.find(problem.outcome, problem.outcome_reference) is not None
