"""Did incidents happen where inspections warned? The figures, and the rows behind each of them."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from detection.inspections.forms import ScoreForm
from detection.inspections.presentation import PARTS, lines_of, score_kpis, share
from detection.inspections.scoring import Score
from detection.inspections.services.scores import read_rows, scores_of, whole_score
from detection.inspections.views.frame import PAGE_SIZE, show
from detection.models import Finding, Inspection
from incidents.models import Incident
from incidents.views.asking import moment_of

OF_INCIDENTS = ("foretold", "missed")


@require_safe
@for_colleagues
def score_page(request: PersonRequest) -> HttpResponse:
    asked = Asked(request)
    rows = []
    if asked.inspection is None:
        found = list(Inspection.objects.filter(findings__isnull=False).distinct())
        scores = scores_of(found, asked.rows, asked.now, within=asked.within)
        rows = [_row(each, scores[each.pk], f"{asked.query}&inspection={each.pk}") for each in found]
    score = asked.score()
    context: dict[str, Any] = {"form": asked.form, "kpis": score_kpis(score, asked.query), "rows": rows}
    return show(request, "score.html", precision=share(score.precision), recall=share(score.recall), **context)


@require_safe
@for_colleagues
def rows_page(request: PersonRequest, part: str) -> HttpResponse:
    if part not in PARTS:
        raise Http404
    asked = Asked(request)
    score = asked.score()
    numbers = getattr(score, part)
    if part in OF_INCIDENTS:
        incidents = Incident.objects.visible_to(request.user).filter(pk__in=numbers).select_related("service", "level")
        found: Any = incidents.order_by("-occurred_at")
    else:
        found = Finding.objects.visible_to(request.user).for_list().filter(pk__in=numbers).order_by("-first_seen_at")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    is_about_incidents = part in OF_INCIDENTS
    context = {
        "page": page,
        "incidents": page if is_about_incidents else [],
        "lines": [] if is_about_incidents else lines_of(page, asked.now.date()),
        "title": score_kpis(score, "")[PARTS.index(part)]["label"],
        "about": asked.inspection or _("All inspections and activities together"),
        "query": asked.query,
    }
    return show(request, "score_rows.html", **context)


class Asked:
    """What the address asks for; what it says wrongly counts as not said."""

    def __init__(self, request: PersonRequest) -> None:
        self.form, self.now = ScoreForm(request.GET), moment_of(request)
        given = self.form.cleaned_data if self.form.is_valid() else {"window": 90, "within": 30, "inspection": None}
        self.inspection: Inspection | None = given["inspection"]
        self.within = timedelta(days=given["within"])
        self.rows = read_rows(request.user, self.now, window=timedelta(days=given["window"]))
        kept = {**given, "inspection": self.inspection and self.inspection.pk}
        self.query = urlencode({name: value for name, value in kept.items() if value})

    def score(self) -> Score:
        if self.inspection is None:
            return whole_score(self.rows, self.now, within=self.within)
        return scores_of([self.inspection], self.rows, self.now, within=self.within)[self.inspection.pk]


def _row(inspection: Inspection, score: Score, query: str) -> dict[str, Any]:
    figures = [{"part": part, "count": len(getattr(score, part))} for part in PARTS]
    shares = {"precision": share(score.precision), "recall": share(score.recall)}
    return {"inspection": inspection, "figures": figures, "query": query, **shares}
