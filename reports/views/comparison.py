"""A signed edition held against the figures of now, for the page and for the API."""

from dataclasses import dataclass

from django.http import Http404

from reports.frozen import digest_of
from reports.models import MonthlyReport
from reports.monthly.edits import Change, Edit, edits_since, explain
from reports.views.document import Document


@dataclass(frozen=True)
class Comparison:
    """``is_intact``: the frozen figures fit the hash that was written down; ``are_more``: edits than are told."""

    report: MonthlyReport
    changes: list[Change]
    edits: list[Edit]
    are_more: bool
    digest_now: str
    is_intact: bool


def compare_with_now(document: Document) -> Comparison:
    """404 of a draft, which has no figures of its own."""
    report = document.report
    if not report.is_signed:
        raise Http404
    edits, are_more = edits_since(report, document.reader)
    return Comparison(
        report,
        explain(document.differences, edits, document.month),
        edits,
        are_more,
        digest_of(document.fresh.numbers),
        digest_of(report.numbers or {}) == report.digest,
    )
