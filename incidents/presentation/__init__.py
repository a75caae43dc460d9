"""Turns clocks, events and offers into what the templates show. Reads only what it is given."""

from incidents.presentation.actions import Action, actions_of
from incidents.presentation.clocks import Account, Face, accounts_of, face_of, faces_of, next_face
from incidents.presentation.durations import in_words, round_words
from incidents.presentation.steps import Step, side_notice, steps_of
from incidents.presentation.timeline import Entry, describe, entries_of, last_change

__all__ = [
    "Account",
    "Action",
    "Entry",
    "Face",
    "Step",
    "accounts_of",
    "actions_of",
    "describe",
    "entries_of",
    "face_of",
    "faces_of",
    "in_words",
    "last_change",
    "next_face",
    "round_words",
    "side_notice",
    "steps_of",
]
