from postmortems.models.content import Issue, IssueAction, IssueKind, ParkedThought, TimelineEntry
from postmortems.models.postmortem import Postmortem, Status

__all__ = [
    "Issue",
    "IssueAction",
    "IssueKind",
    "ParkedThought",
    "Postmortem",
    "Status",
    "TimelineEntry",
]
