from problems.models.analysis import Cause, ChangeLink, Factor, LinkKind, Why
from problems.models.imported import ImportedProblem
from problems.models.known_error import KnownError
from problems.models.plan import PageRole, Plan, PlanCondition, PlanStatus, PlanStep, PlanVersion, StepKind
from problems.models.plan_run import PlanRun, RunStatus, RunStep, StepStatus
from problems.models.problem import Problem
from problems.models.recurrence import DueLook, Evidence, Kind, RecurrencePolicy
from problems.models.status import Outcome, Status

__all__ = [
    "Cause",
    "ChangeLink",
    "DueLook",
    "Evidence",
    "Factor",
    "ImportedProblem",
    "Kind",
    "KnownError",
    "LinkKind",
    "Outcome",
    "PageRole",
    "Plan",
    "PlanCondition",
    "PlanRun",
    "PlanStatus",
    "PlanStep",
    "PlanVersion",
    "Problem",
    "RecurrencePolicy",
    "RunStatus",
    "RunStep",
    "Status",
    "StepKind",
    "StepStatus",
    "Why",
]
