"""Any indicator by any dimension and period, and the rows behind each of its numbers."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from lifecycle import clock
from reports.answers import Answer
from reports.asking import QuestionForm
from reports.indicators import every_indicator
from reports.row_lists import kind_of

ROWS_A_PAGE = 50


@require_safe
@for_colleagues
def explore(request: PersonRequest) -> HttpResponse:
    """The form; with an indicator named, its answer; without, what every one of them means."""
    form = QuestionForm(request.GET, now=clock.now())
    if "indicator" not in request.GET:
        return render(request, "reports/explore.html", {"form": form, "chapters": _chapters(), "is_start": True})
    if not form.is_valid():
        return render(request, "reports/explore.html", {"form": form}, status=400)
    answer = Answer(form.indicator_asked, form.question)
    return render(request, "reports/explore.html", {"form": form, "answer": answer, "chart": answer.chart()})


@require_safe
@for_colleagues
def download(request: PersonRequest) -> HttpResponse:
    form = QuestionForm(request.GET, now=clock.now())
    if not form.is_valid():
        return render(request, "reports/explore.html", {"form": form}, status=400)
    answer = Answer(form.indicator_asked, form.question)
    name = f"{answer.indicator.name}-{answer.question.period}".replace("..", "-")
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(answer.csv().encode(), content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
@for_colleagues
def show_rows(request: PersonRequest) -> HttpResponse:
    """Exactly the rows that make one number; those that are not for the reader are only counted."""
    if "indicator" not in request.GET:
        return redirect("reports:explore")
    form = QuestionForm(request.GET, now=clock.now())
    if not form.is_valid():
        return render(request, "reports/explore.html", {"form": form}, status=400)
    indicator, question = form.indicator_asked, form.question
    rows = indicator.rows(question, form.cleaned_data["part"])
    kind = kind_of(rows)
    seen = kind.seen_by(rows, request.user).select_related(*kind.related).order_by(*kind.order)
    page = Paginator(seen, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "form": form,
        "indicator": indicator,
        "part": indicator.parts.get(form.cleaned_data["part"], ""),
        "question": question,
        "template": f"reports/rows/{kind.template}.html",
        "page": page,
        "unseen": rows.count() - page.paginator.count,
    }
    return render(request, "reports/indicator_rows.html", context)


def _chapters() -> list[dict[str, Any]]:
    found: dict[str, list[Any]] = {}
    for indicator in every_indicator():
        found.setdefault(str(indicator.chapter), []).append(indicator)
    return [{"name": name, "indicators": indicators} for name, indicators in found.items()]
