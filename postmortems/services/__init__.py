"""Everything that can be done to a postmortem."""

from postmortems.services.actions import add_action, decline_action
from postmortems.services.answering import answer_gap
from postmortems.services.editing import save_text
from postmortems.services.facts import add_entry, edit_entry, remove_entry
from postmortems.services.issues import add_issue, drop_parked, edit_issue, remove_issue
from postmortems.services.phases import go_back, open_actions, open_issues, publish_postmortem, repeat_pass
from postmortems.services.refusals import StaleEdit, WordingRefused, WrongPhase
from postmortems.services.sessions import comment_postmortem, name_facilitator, record_session, replay_detection
from postmortems.services.starting import begin_postmortem, decline_postmortem, draw_in_events, start_postmortem

__all__ = [
    "StaleEdit",
    "WordingRefused",
    "WrongPhase",
    "add_action",
    "add_entry",
    "add_issue",
    "answer_gap",
    "begin_postmortem",
    "comment_postmortem",
    "decline_action",
    "decline_postmortem",
    "draw_in_events",
    "drop_parked",
    "edit_entry",
    "edit_issue",
    "go_back",
    "name_facilitator",
    "open_actions",
    "open_issues",
    "publish_postmortem",
    "record_session",
    "remove_entry",
    "remove_issue",
    "repeat_pass",
    "replay_detection",
    "save_text",
    "start_postmortem",
]
