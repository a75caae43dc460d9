"""What the frame around every page shows."""

from collections import Counter
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models import Count, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from catalog.models import Person
from config.navigation import links_for
from incidents.models import Incident, Status
from incidents.presentation import round_words
from incidents.presentation.approvals import waiting_for
from incidents.views.asking import moment_of
from notifications.health import Light, pager_light
from notifications.models import EscalationStatus

MOST_MAJORS = 5
THEMES = ("light", "dark", "auto")


def frame(request: HttpRequest) -> dict[str, Any]:
    """``frame`` is made when a template first reads it: error pages and fragments may never do."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> dict[str, Any]:
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return {"theme": theme_of(request)}
    now = moment_of(request)
    return {
        "theme": theme_of(request),
        "now": now,
        "navigation": links_for(request, person, _counts(person)),
        "major_incidents": _majors(person, now),
        "pager": _pager_light(person, now),
        "declare_url": reverse("incidents:new"),
        "profile_url": reverse("catalog:me"),
        "search_url": reverse("incidents:list"),
        "phones_url": settings.FAKE_CARRIER_URL if person.is_colleague else "",
    }


def theme_of(request: HttpRequest) -> str:
    """The person's, or that of the cookie."""
    person = getattr(request, "user", None)
    theme = person.theme if isinstance(person, Person) else request.COOKIES.get("theme", "auto")
    return theme if theme in THEMES else "auto"


def _counts(person: Person) -> dict[str, int]:
    """Numbers beside the navigation's links, by page; one query."""
    waiting = Incident.objects.visible_to(person).open().order_by()
    counting = waiting.annotate(page=Value("incidents:list")).values("page").annotate(n=Count("pk"))
    rows = counting.values_list("page", "n")
    decisions = [
        found.order_by().annotate(page=Value("incidents:approvals")).values("page").annotate(n=Count("pk"))
        for found in waiting_for(person)
    ]
    counts: Counter[str] = Counter()
    for page, number in rows.union(*(counted.values_list("page", "n") for counted in decisions), all=True):
        counts[page] += number
    return dict(counts)


def _majors(person: Person, now: datetime) -> list[Incident]:
    """Open major incidents, the oldest first, and those that nobody acknowledged although every step was tried, in one
    query; ``age_text`` says how long, ``is_unanswered`` which those are. Drills are none of both."""
    real = Incident.objects.visible_to(person).filter(is_drill=False)
    majors = real.open().major().annotate(is_unanswered=Value(False)).order_by("reported_at")[:MOST_MAJORS]
    unanswered = real.filter(status=Status.REPORTED, escalations__status=EscalationStatus.EXHAUSTED)
    unanswered = unanswered.annotate(is_unanswered=Value(True)).order_by("reported_at").distinct()[:MOST_MAJORS]
    found: dict[int, Incident] = {}
    for incident in sorted(majors.union(unanswered, all=True), key=attrgetter("is_unanswered")):
        found[incident.pk] = incident
        incident.age_text = round_words(now - incident.reported_at)  # type: ignore[attr-defined]
    return sorted(found.values(), key=attrgetter("reported_at"))


def _pager_light(person: Person, now: datetime) -> Light | None:
    """The light of the notifications app: an object with state, text and url."""
    if not person.is_colleague:
        return None
    return pager_light(now)
