from incidents.models.action import ActionItem
from incidents.models.action_policy import ActionPolicy
from incidents.models.attachment import Attachment, Pin
from incidents.models.calendar import Calendar
from incidents.models.classification import Category, Criterion, Degree, MatrixCell
from incidents.models.clock import Breach, Clock, ClockKind, Pause
from incidents.models.correspondence import InboundEmail, LinkPurpose, MailStatus, ReporterLink
from incidents.models.impact import Impact, ImpactSource
from incidents.models.imported import ImportedIncident, ImportRun
from incidents.models.incident import Incident
from incidents.models.level import Level, LevelTarget
from incidents.models.major import MajorProposal, MajorReport, ProposalStatus, ReportStatus
from incidents.models.policy import HandlingPolicy
from incidents.models.reminder import Reminder, ReminderKind
from incidents.models.saved_view import SavedView
from incidents.models.solution import Solution, SolutionStatus
from incidents.models.status import CauseClass, Source, Status, WaitingFor
from incidents.models.template import CustomField, CustomFieldKind, IncidentTemplate

__all__ = [
    "ActionItem",
    "ActionPolicy",
    "Attachment",
    "Breach",
    "Calendar",
    "Category",
    "CauseClass",
    "Clock",
    "ClockKind",
    "Criterion",
    "CustomField",
    "CustomFieldKind",
    "Degree",
    "HandlingPolicy",
    "Impact",
    "ImpactSource",
    "ImportRun",
    "ImportedIncident",
    "InboundEmail",
    "Incident",
    "IncidentTemplate",
    "Level",
    "LevelTarget",
    "LinkPurpose",
    "MailStatus",
    "MajorProposal",
    "MajorReport",
    "MatrixCell",
    "Pause",
    "Pin",
    "ProposalStatus",
    "Reminder",
    "ReminderKind",
    "ReportStatus",
    "ReporterLink",
    "SavedView",
    "Solution",
    "SolutionStatus",
    "Source",
    "Status",
    "WaitingFor",
]
