"""Verbs of the monthly report."""

from reports.services.drafting import draft_due_reports
from reports.services.remarks import comment_on_report, subscribe, unsubscribe
from reports.services.signing import amend_report, sign_report
from reports.services.writing import write_report

__all__ = [
    "amend_report",
    "comment_on_report",
    "draft_due_reports",
    "sign_report",
    "subscribe",
    "unsubscribe",
    "write_report",
]
