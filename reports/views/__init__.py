"""Pages of the monthly report."""

from reports.views.compare import compare
from reports.views.exports import chart_csv, month_csv, month_pdf, month_xlsx
from reports.views.list import list_months, set_subscription
from reports.views.month import amend, comment, show_month, sign, write
from reports.views.rows import show_rows

__all__ = [
    "amend",
    "chart_csv",
    "comment",
    "compare",
    "list_months",
    "month_csv",
    "month_pdf",
    "month_xlsx",
    "set_subscription",
    "show_month",
    "show_rows",
    "sign",
    "write",
]
