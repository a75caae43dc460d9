"""The list of months, and who gets reports by mail."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from lifecycle import clock
from reports import services, words
from reports.models import ReportSubscription
from reports.monthly.links import incidents_url
from reports.months import recent_months


@require_safe
@for_colleagues
def list_months(request: PersonRequest) -> HttpResponse:
    lines = [
        {
            "line": line,
            "name": words.month_name(line.month),
            "url": reverse("reports:month", args=[line.month]),
            "count": words.whole(line.count),
            "rows_url": incidents_url(line.month),
            "levels": [
                (level, count, incidents_url(line.month, level=level)) for level, count in line.by_level.items()
            ],
            "share": words.percent(line.tally.share),
            "missed": words.whole(line.tally.missed),
        }
        for line in recent_months(clock.now())
    ]
    is_subscribed = ReportSubscription.objects.filter(person=request.user).exists()
    return render(request, "reports/list.html", {"lines": lines, "is_subscribed": is_subscribed})


@require_POST
@for_colleagues
def set_subscription(request: PersonRequest) -> HttpResponse:
    """Subscribe, or with ``off`` unsubscribe."""
    if request.POST.get("off"):
        services.unsubscribe(request.user)
        messages.success(request, _("You no longer get reports by mail."))
    else:
        services.subscribe(request.user)
        messages.success(request, _("You get a mail when a report is drafted and when it is signed."))
    return redirect("reports:list")
