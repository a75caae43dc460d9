"""Pages of metrics: the list, one metric with its chart, the export."""

import csv
from collections.abc import Iterator
from typing import Any

import numpy as np
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from detection import frames, permissions
from detection.believing import REASONS
from detection.models import Collection, Frame, Metric, Rule, Series
from detection.presentation import chart_of, last_window
from detection.rules.words import plain
from incidents.views.asking import colleague_of, moment_of

PAGE_SIZE = 50
EXPORTED_FRAMES = 1440
SHOWN_SERIES = 50
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@login_required
@require_safe
def metric_list(request: HttpRequest) -> HttpResponse:
    person, now = colleague_of(request), moment_of(request)
    newest = Frame.objects.filter(metric=OuterRef("pk")).order_by("-at").values("at")[:1]
    rules = Rule.objects.filter(metric=OuterRef("pk")).order_by().values("metric").annotate(n=Count("pk")).values("n")
    last = Series.objects.filter(metric=OuterRef("pk")).order_by("-position").values("position")[:1]
    metrics = Metric.objects.select_related("service").annotate(
        newest_at=Subquery(newest), series_count=Subquery(last) + 1, rule_count=Subquery(rules)
    )
    page = Paginator(metrics, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "now": now, "may_edit": permissions.edits_rules(person)}
    return render(request, "detection/metrics.html", context)


@login_required
@require_safe
def metric_page(request: HttpRequest, slug: str) -> HttpResponse:
    person, now = colleague_of(request), moment_of(request)
    metric = get_object_or_404(Metric.objects.select_related("service"), slug=slug)
    series = list(metric.series.all())
    start, end = last_window(metric, now)
    chart = chart_of(metric, series, start=start, end=end, title=metric.name, wide=True)
    context: dict[str, Any] = {
        "metric": metric,
        "now": now,
        "chart": chart,
        "newest_at": end if metric.frames.exists() else None,
        "rows": _series_rows(metric, series[:SHOWN_SERIES], start, end),
        "more": max(len(series) - SHOWN_SERIES, 0),
        "rules": metric.rules.for_list(),
        "may_edit": permissions.edits_rules(person),
        "may_edit_sources": permissions.edits_sources(person),
        **_collection_of(metric),
    }
    return render(request, "detection/metric.html", context)


@login_required
@require_safe
def export_metric(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """(series, minute, value) of the newest day of frames; a gap is an empty value."""
    colleague_of(request)
    metric = get_object_or_404(Metric, slug=slug)
    start, end = last_window(metric, moment_of(request), EXPORTED_FRAMES)
    headers = {"Content-Disposition": f'attachment; filename="{metric.slug}.csv"', "X-Content-Type-Options": "nosniff"}
    rows = _exported(metric, start, end)
    writer = csv.writer(_Line())
    return StreamingHttpResponse(
        (writer.writerow(row) for row in rows), content_type="text/csv; charset=utf-8", headers=headers
    )


def _collection_of(metric: Metric) -> dict[str, Any]:
    """Where it is read out of, and the rows of it that could not be used."""
    collection = Collection.objects.select_related("source").filter(metric=metric).first()
    rejected = list(collection.rejected.all()) if collection else []
    for row in rejected:
        row.words = REASONS.get(row.reason, row.reason)  # type: ignore[attr-defined]
    return {"collection": collection, "rejected": rejected}


def plain_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" \"'").startswith(DANGEROUS) or text.startswith(DANGEROUS) else text


class _Line:
    """What csv writes to: hands every line on."""

    def write(self, line: str) -> str:
        return line


def _exported(metric: Metric, start: Any, end: Any) -> Iterator[list[str]]:
    series = list(metric.series.all())
    yield [*(plain_cell(name) for name in metric.dimensions), "at", "value"]
    window = frames.read_window(metric, start, end, width=len(series))
    for at, values in zip(window.times, window.values, strict=True):
        for row in series:
            value = values[row.position]
            labels = [plain_cell(row.labels[name]) for name in metric.dimensions]
            yield [*labels, at.isoformat(), "" if np.isnan(value) else repr(float(value))]


def _series_rows(metric: Metric, series: list[Any], start: Any, end: Any) -> list[dict[str, Any]]:
    """Each series with its last value and how many minutes of the window have none."""
    width = max((row.position for row in series), default=-1) + 1
    window = frames.read_grid(metric, start, end, width=width)
    rows = []
    for row in series:
        values = window.values[:, row.position]
        known = values[~np.isnan(values)]
        last = plain(float(known[-1])) if len(known) else _("no data")
        rows.append({"series": row, "last": last, "gaps": len(values) - len(known), "count": len(values)})
    return rows
