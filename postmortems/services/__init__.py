"""Everything that can be done to a postmortem."""

from postmortems.services.actions import add_action, decline_action
from postmortems.services.facts import add_entry, drop_parked, edit_entry, remove_entry
from postmortems.services.issues import add_issue, edit_issue, remove_issue
from postmortems.services.phases import go_back, open_actions, open_issues, publish_postmortem, repeat_pass
from postmortems.services.refusals import StaleEdit, WordingRefused, WrongPhase
from postmortems.services.starting import draw_in_events, start_postmortem

__all__ = [
    "StaleEdit",
    "WordingRefused",
    "WrongPhase",
    "add_action",
    "add_entry",
    "add_issue",
    "decline_action",
    "draw_in_events",
    "drop_parked",
    "edit_entry",
    "edit_issue",
    "go_back",
    "open_actions",
    "open_issues",
    "publish_postmortem",
    "remove_entry",
    "remove_issue",
    "repeat_pass",
    "start_postmortem",
]
