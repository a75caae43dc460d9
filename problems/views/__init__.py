from problems.views.board import board
from problems.views.problem import problem_command, problem_page
from problems.views.raising import link_problem, new_problem

__all__ = ["board", "link_problem", "new_problem", "problem_command", "problem_page"]
