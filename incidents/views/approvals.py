"""What waits for a decision. A GET never decides."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incidents.models import MajorReport, ReportStatus
from incidents.presentation.approvals import decisions_for
from incidents.views.asking import colleague_of, moment_of

MOST_DRAFTS = 100


@login_required
@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """The nearest deadline first; below it the reports that somebody still owes."""
    person, now = colleague_of(request), moment_of(request)
    owed = MajorReport.objects.of_seen(person).filter(status=ReportStatus.DRAFT)
    context = {
        "rows": decisions_for(person, now),
        "owed": owed.select_related("incident__level", "incident__service", "owner")[:MOST_DRAFTS],
        "now": now,
    }
    return render(request, "incidents/approvals.html", context)
