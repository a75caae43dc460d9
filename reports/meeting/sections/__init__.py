"""The sections of the agenda, one file a family. A new section is a function with the decorator ``section``, in a file
that is imported here (or in the AppConfig of an app above this one)."""

from reports.meeting.sections import backlog as backlog
from reports.meeting.sections import carried as carried
from reports.meeting.sections import decisions as decisions
from reports.meeting.sections import findings as findings
from reports.meeting.sections import incidents as incidents
from reports.meeting.sections import oncall as oncall
