from problems.views.board import board
from problems.views.problem import problem_command, problem_page
from problems.views.raising import link_problem, new_problem
from problems.views.settings import add_cause_page, cause_page, policy_page, settings_page

__all__ = [
    "add_cause_page",
    "board",
    "cause_page",
    "link_problem",
    "new_problem",
    "policy_page",
    "problem_command",
    "problem_page",
    "settings_page",
]
