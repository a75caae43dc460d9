"""Pages of the monthly report."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import NotPermitted, TransitionRefused, offers
from reports import permissions, services, words
from reports.download import write_csv
from reports.figures import compute
from reports.forms import RowsForm, TextForm
from reports.frozen import differences
from reports.models import MonthlyReport
from reports.months import recent_months
from reports.period import Month
from reports.presentation import Page, present_differences, rows_url
from reports.reading import for_reader

ROWS_A_PAGE = 50


@require_safe
@for_colleagues
def list_months(request: PersonRequest) -> HttpResponse:
    lines = [
        {
            "line": line,
            "name": words.month_name(line.month),
            "url": reverse("reports:month", args=[line.month]),
            "count": words.whole(line.count),
            "rows_url": rows_url(line.month),
            "levels": [(level, count, rows_url(line.month, level=level)) for level, count in line.by_level.items()],
            "share": words.percent(line.tally.share),
            "missed": words.whole(line.tally.missed),
        }
        for line in recent_months(clock.now())
    ]
    return render(request, "reports/list.html", {"lines": lines})


@require_safe
@for_colleagues
def show_month(request: PersonRequest, month: Month) -> HttpResponse:
    _refuse_future(month)
    report = _report_of(month)
    form = TextForm(initial={"text": report.text, "version": report.version if report.pk else None})
    return _render_month(request, report, form)


@require_safe
@for_colleagues
def show_rows(request: PersonRequest, month: Month) -> HttpResponse:
    """The incidents behind one figure."""
    form = RowsForm(request.GET)
    context: dict[str, Any] = {"form": form, "month": month, "name": words.month_name(month)}
    if form.is_valid():
        seen = Incident.objects.visible_to(request.user).order_by().values("pk")
        found = (
            form.find(month)
            .filter(pk__in=seen)
            .select_related("service", "level", "owner")
            .order_by("-reported_at", "-pk")
        )
        context["page"] = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/rows.html", context, status=200 if form.is_valid() else 400)


@require_safe
@for_colleagues
def download(request: PersonRequest, month: Month) -> HttpResponse:
    _refuse_future(month)
    report = _report_of(month)
    text = write_csv(for_reader(report.numbers or compute(month, now=clock.now()), request.user))
    headers = {"Content-Disposition": f'attachment; filename="mainstay-{month}.csv"'}
    return HttpResponse(text.encode(), content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@for_colleagues
def write(request: PersonRequest, month: Month) -> HttpResponse:
    _refuse_future(month)
    if request.method != "POST":
        return redirect("reports:month", month)
    form = TextForm(request.POST)
    if not form.is_valid():
        return _render_month(request, _report_of(month), form, status=400)
    asked = form.cleaned_data
    try:
        services.write_report(
            month, actor=request.user, via=Via.WEB, text=asked["text"], expected_version=asked["version"]
        )
    except NotPermitted:
        raise PermissionDenied from None
    except TransitionRefused as refused:
        form.add_error(None, refused.reason)
        return _render_month(request, _report_of(month), form, status=409)
    messages.success(request, _("The text is saved."))
    return redirect("reports:month", month)


@require_POST
@for_colleagues
def sign(request: PersonRequest, month: Month) -> HttpResponse:
    _refuse_future(month)
    try:
        services.sign_report(month, actor=request.user, via=Via.WEB)
    except NotPermitted:
        raise PermissionDenied from None
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, _("The report is signed: its figures are frozen."))
    return redirect("reports:month", month)


def _refuse_future(month: Month) -> None:
    if month.start > clock.now():
        raise Http404


def _report_of(month: Month) -> MonthlyReport:
    """The stored report, or one that nobody has written in yet."""
    found = MonthlyReport.objects.select_related("signed_by").filter(month=month.first_day).first()
    return found or MonthlyReport(month=month.first_day)


def _render_month(request: PersonRequest, report: MonthlyReport, form: TextForm, status: int = 200) -> HttpResponse:
    month, now = report.period, clock.now()
    fresh = for_reader(compute(month, now=now), request.user)
    numbers = for_reader(report.numbers, request.user) if report.numbers else fresh
    context = {
        **Page(numbers).context(),
        "report": report,
        "month": month,
        "name": words.month_name(month),
        "is_running": now < month.end,
        "has_next": month.next.start <= now,
        "form": form,
        "may_write": permissions.writes(report, request.user) and not report.is_signed,
        "actions": _actions(request, report),
        "differences": present_differences(differences(numbers, fresh)) if report.is_signed else [],
    }
    return render(request, "reports/month.html", context, status=status)


def _actions(request: PersonRequest, report: MonthlyReport) -> list[dict[str, Any]]:
    return [
        {
            "verb": offer.verb,
            "label": offer.label,
            "url": reverse("reports:sign", args=[report.period]),
            "is_primary": True,
            "is_allowed": offer.is_allowed,
            "reason": offer.reason,
            "icon": "check",
        }
        for offer in offers(report, request.user)
    ]
