"""Everything that can be done to a problem."""

from problems.services.handling import (
    close_problem,
    investigate_problem,
    mark_known_error,
    plan_fix,
    record_outcome,
    reject_problem,
    reopen_problem,
    sign_waiver,
    step_back_problem,
    verify_problem,
)
from problems.services.known_errors import update_known_error
from problems.services.links import link_incident, unlink_incident
from problems.services.raising import assign_problem, raise_problem

__all__ = [
    "assign_problem",
    "close_problem",
    "investigate_problem",
    "link_incident",
    "mark_known_error",
    "plan_fix",
    "raise_problem",
    "record_outcome",
    "reject_problem",
    "reopen_problem",
    "sign_waiver",
    "step_back_problem",
    "unlink_incident",
    "update_known_error",
    "verify_problem",
]
