"""What was learned: the articles of published postmortems, found by their words and tags."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Func, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.models.text_index import Matches, Relevance
from incidents.search import query_of
from postmortems.models import Lesson

PAGE_SIZE = 30
MOST_TAGS = 30


@require_safe
@for_colleagues
def lesson_list(request: PersonRequest) -> HttpResponse:
    """``?q=`` words, the most relevant first; ``?tag=``; without words the newest first."""
    sought, tag = request.GET.get("q", "").replace("\0", ""), request.GET.get("tag", "").replace("\0", "")
    seen = Lesson.objects.visible_to(request.user)
    page = Paginator(found(seen, sought, tag), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "sought": sought, "tag": tag, "tags": _tags(seen, tag)}
    return render(request, "postmortems/lessons.html", context)


@require_safe
@for_colleagues
def lesson_page(request: PersonRequest, pk: int) -> HttpResponse:
    seen = Lesson.objects.visible_to(request.user).select_related("postmortem__signed_by", "written_by")
    lesson = get_object_or_404(seen, pk=pk)
    incidents = lesson.postmortem.incidents.visible_to(request.user).select_related("level", "service")
    issues = lesson.postmortem.issues.prefetch_related("action_links__action__owner")
    context = {"lesson": lesson, "postmortem": lesson.postmortem, "incidents": incidents, "issues": issues}
    return render(request, "postmortems/lesson.html", context)


def found(lessons: Any, sought: str, tag: str = "") -> QuerySet[Lesson]:
    """The lessons with all of the words (of the last one, its beginning), and with the tag."""
    rows: Any = lessons.select_related("postmortem").order_by("-written_at", "-pk")
    if tag:
        rows = rows.filter(tags__contains=[tag[:50]])
    if not sought.strip():
        return rows  # type: ignore[no-any-return]
    query = query_of(sought)
    if not query:
        return rows.none()  # type: ignore[no-any-return]
    return rows.filter(Matches(query)).order_by(Relevance(query).desc(), "-written_at")  # type: ignore[no-any-return]


def _tags(lessons: Any, current: str) -> list[dict[str, Any]]:
    """The tags in use, the most frequent first."""
    each = lessons.order_by().annotate(tag=Func(F("tags"), function="unnest")).values("tag")
    rows = each.annotate(count=Count("pk", distinct=True)).order_by("-count", "tag")[:MOST_TAGS]
    address = reverse("lessons:list")
    return [
        {
            "name": row["tag"],
            "count": row["count"],
            "url": address if row["tag"] == current else f"{address}?{urlencode({'tag': row['tag']})}",
            "is_current": row["tag"] == current,
        }
        for row in rows
    ]
