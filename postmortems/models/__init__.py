from postmortems.models.content import (
    GapAnswer,
    Issue,
    IssueAction,
    IssueKind,
    Milestone,
    ParkedThought,
    TimelineEntry,
)
from postmortems.models.imported import ImportedPostmortem
from postmortems.models.lesson import Lesson
from postmortems.models.postmortem import Postmortem
from postmortems.models.section import Section, SectionRevision
from postmortems.models.session import ReviewSession
from postmortems.models.status import PHASES, Status
from postmortems.models.trigger import (
    LookOutcome,
    ReviewPolicy,
    TriggerAnswer,
    TriggerKind,
    TriggerLook,
    TriggerRule,
)
from postmortems.models.wording import WordList

__all__ = [
    "PHASES",
    "GapAnswer",
    "ImportedPostmortem",
    "Issue",
    "IssueAction",
    "IssueKind",
    "Lesson",
    "LookOutcome",
    "Milestone",
    "ParkedThought",
    "Postmortem",
    "ReviewPolicy",
    "ReviewSession",
    "Section",
    "SectionRevision",
    "Status",
    "TimelineEntry",
    "TriggerAnswer",
    "TriggerKind",
    "TriggerLook",
    "TriggerRule",
    "WordList",
]
