"""The verbs of a solution."""

from incidents import forms as asks
from incidents import services
from incidents.commands.command import Command, register
from incidents.models import Solution

SOLUTION_COMMANDS = register(
    Solution,
    Command("approve", services.approve_solution, asks.NoteForm, "thumb-up", key="a"),
    Command("reject", services.reject_solution, asks.ReasonForm, "thumb-down", key="r"),
    Command("bypass", services.bypass_solution, asks.ReasonForm, "rocket"),
)
