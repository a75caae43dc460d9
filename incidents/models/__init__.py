from incidents.models.action import ActionItem
from incidents.models.clock import Breach, Clock, ClockKind, Pause
from incidents.models.impact import Impact, ImpactSource
from incidents.models.incident import Incident
from incidents.models.level import Level, LevelTarget
from incidents.models.solution import Solution, SolutionStatus
from incidents.models.status import CauseClass, Source, Status

__all__ = [
    "ActionItem",
    "Breach",
    "CauseClass",
    "Clock",
    "ClockKind",
    "Impact",
    "ImpactSource",
    "Incident",
    "Level",
    "LevelTarget",
    "Pause",
    "Solution",
    "SolutionStatus",
    "Source",
    "Status",
]
