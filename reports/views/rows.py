"""The incidents behind one figure."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.models import Incident
from reports import words
from reports.forms import RowsForm
from reports.period import Month

ROWS_A_PAGE = 50


@require_safe
@for_colleagues
def show_rows(request: PersonRequest, month: Month) -> HttpResponse:
    """Those that the reader may see; how many others the figure counts is told."""
    form = RowsForm(request.GET)
    context: dict[str, Any] = {"form": form, "month": month, "name": words.month_name(month)}
    if form.is_valid():
        counted = form.find(month).order_by()
        seen = counted.filter(pk__in=Incident.objects.visible_to(request.user).order_by().values("pk"))
        found = seen.select_related("service", "level", "owner").order_by("-reported_at", "-pk")
        page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "hidden": counted.count() - page.paginator.count}
    return render(request, "reports/rows.html", context, status=200 if form.is_valid() else 400)
