from detection.models.activity import Activity, ActivityKind, ActivityOutcome
from detection.models.alert import Alert, Origin, Severity
from detection.models.finding import STANDING, TO_DO, Finding, FindingPeriod, FindingStatus
from detection.models.group import AlertGroup, CorrelationRule, RecoverOn, Route
from detection.models.heartbeat import Heartbeat
from detection.models.inspection import Frequency, Inspection, InspectionRun, Risk, RunStatus, Weekday
from detection.models.integration import Integration, Kind, Receipt, ReceiptStatus, Tally
from detection.models.localisation import Localisation
from detection.models.maintenance import MaintenanceWindow, Repeats
from detection.models.metric import DAY, EPOCH, MINUTE, Counts, Frame, Metric, Precision, Series
from detection.models.register import Capacity, ExpiryDate, ExpiryKind
from detection.models.rule import STALE_FRAMES, QuietWhen, Rule, RuleMode, RuleState, RuleStatus, Verdict
from detection.models.source import Aggregate, Collection, RejectedRows, Source, SourceKind
from detection.models.version import RuleVersion, StoredBackTest

__all__ = [
    "DAY",
    "EPOCH",
    "MINUTE",
    "STALE_FRAMES",
    "STANDING",
    "TO_DO",
    "Activity",
    "ActivityKind",
    "ActivityOutcome",
    "Aggregate",
    "Alert",
    "AlertGroup",
    "Capacity",
    "Collection",
    "CorrelationRule",
    "Counts",
    "ExpiryDate",
    "ExpiryKind",
    "Finding",
    "FindingPeriod",
    "FindingStatus",
    "Frame",
    "Frequency",
    "Heartbeat",
    "Inspection",
    "InspectionRun",
    "Integration",
    "Kind",
    "Localisation",
    "MaintenanceWindow",
    "Metric",
    "Origin",
    "Precision",
    "QuietWhen",
    "Receipt",
    "ReceiptStatus",
    "RecoverOn",
    "RejectedRows",
    "Repeats",
    "Risk",
    "Route",
    "Rule",
    "RuleMode",
    "RuleState",
    "RuleStatus",
    "RuleVersion",
    "RunStatus",
    "Series",
    "Severity",
    "Source",
    "SourceKind",
    "StoredBackTest",
    "Tally",
    "Verdict",
    "Weekday",
]
