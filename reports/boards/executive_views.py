"""The page for executives: a quarter or a year."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.views.asking import moment_of
from reports.boards.executive import context
from reports.period import Period, Quarter, Year, parse_period


@require_safe
@for_colleagues
def show(request: PersonRequest) -> HttpResponse:
    """``?period=2026-Q4`` or ``?period=2026``; without one, the present quarter."""
    now = moment_of(request)
    asked = request.GET.get("period", "")
    period = _read(asked) if asked else Quarter.of(now)
    if period.start > now:
        raise Http404
    return render(request, "reports/boards/executive.html", context(period, request.user, now))


def _read(text: str) -> Period:
    try:
        period = parse_period(text)
    except ValueError:
        raise Http404 from None
    if not isinstance(period, Quarter | Year):
        raise Http404
    return period
