"""Verbs of inspections, findings, prevention activities and the tables they warn of."""

from detection.inspections.services.activities import add_finding, edit_activity, record_activity
from detection.inspections.services.defining import add_inspection, edit_inspection, run_now, switch_inspection
from detection.inspections.services.findings import (
    assign_finding,
    confirm_finding,
    reinspect,
    reopen_finding,
    request_waiver,
    settle_finding,
    take_up_finding,
    waive_finding,
)
from detection.inspections.services.linking import add_action, link_problem, raise_problem_of, unlink_problem
from detection.inspections.services.registering import add_entry, edit_entry, import_entries, remove_entry
from detection.inspections.services.running import run_due_inspections

__all__ = [
    "add_action",
    "add_entry",
    "add_finding",
    "add_inspection",
    "assign_finding",
    "confirm_finding",
    "edit_activity",
    "edit_entry",
    "edit_inspection",
    "import_entries",
    "link_problem",
    "raise_problem_of",
    "record_activity",
    "reinspect",
    "remove_entry",
    "reopen_finding",
    "request_waiver",
    "run_due_inspections",
    "run_now",
    "settle_finding",
    "switch_inspection",
    "take_up_finding",
    "unlink_problem",
    "waive_finding",
]
