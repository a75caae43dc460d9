"""The page about the load of on-call and the arrival of messages."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.views.asking import moment_of
from reports.boards.oncall import context
from reports.period import Month, parse_period


@require_safe
@for_colleagues
def show(request: PersonRequest) -> HttpResponse:
    """``?period=2026-10``, or any other period; without one, the present month."""
    now = moment_of(request)
    asked = request.GET.get("period", "")
    try:
        period = parse_period(asked) if asked else Month.of(now)
    except ValueError:
        raise Http404 from None
    if period.start > now:
        raise Http404
    return render(request, "reports/boards/oncall.html", context(period, now))
