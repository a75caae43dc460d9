from problems.models.known_error import KnownError
from problems.models.problem import Outcome, Problem, Status

__all__ = ["KnownError", "Outcome", "Problem", "Status"]
