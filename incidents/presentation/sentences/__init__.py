"""One sentence per verb of the timeline (register.py); one file a family of verbs, imported here."""

from incidents.presentation.sentences import actions, classification, handling, importing, major, notes, settings
from incidents.presentation.sentences.register import Sentence, sentence, sentence_of

__all__ = [
    "Sentence",
    "actions",
    "classification",
    "handling",
    "importing",
    "major",
    "notes",
    "sentence",
    "sentence_of",
    "settings",
]
