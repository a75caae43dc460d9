"""Every verb once: its service, what it asks for, and whom it is offered to. Pages and API both read these tables,
so that they cannot disagree. One file a model; a new file is imported here."""

from incidents.commands.action import ACTION_COMMANDS
from incidents.commands.command import TABLES, Command, Condition, commands_of, label_of, offered
from incidents.commands.incident import INCIDENT_COMMANDS
from incidents.commands.major import PROPOSAL_COMMANDS
from incidents.commands.report import REPORT_COMMANDS
from incidents.commands.solution import SOLUTION_COMMANDS

__all__ = [
    "ACTION_COMMANDS",
    "INCIDENT_COMMANDS",
    "PROPOSAL_COMMANDS",
    "REPORT_COMMANDS",
    "SOLUTION_COMMANDS",
    "TABLES",
    "Command",
    "Condition",
    "commands_of",
    "label_of",
    "offered",
]
