"""What the pages ask about the person who reads them."""

from datetime import datetime
from typing import cast

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from catalog.models import Person
from incidents.models import Incident, Solution
from lifecycle import clock


def reader_of(request: HttpRequest) -> Person:
    """The person signed in; for views behind ``login_required``."""
    return cast(Person, request.user)


def moment_of(request: HttpRequest) -> datetime:
    """One moment for everything a page shows, asked from the database once."""
    if not hasattr(request, "shown_at"):
        request.shown_at = clock.now()  # type: ignore[attr-defined]
    return request.shown_at  # type: ignore[attr-defined,no-any-return]


def colleague_of(request: HttpRequest) -> Person:
    """As ``reader_of``; for a mere reporter there is nothing here."""
    person = reader_of(request)
    if not person.is_colleague:
        raise Http404
    return person


def visible_incident(request: HttpRequest, pk: int) -> Incident:
    incidents = Incident.objects.visible_to(reader_of(request)).select_related(
        "service__business_line",
        "level",
        "owner",
        "handler",
        "manager",
        "communications_lead",
        "reporter",
        "transferred_to",
        "parent",
        "merged_into",
    )
    return get_object_or_404(incidents.prefetch_related("clocks__pauses"), pk=pk)


def visible_solution(request: HttpRequest, pk: int) -> Solution:
    solutions = Solution.objects.select_related("incident__service", "incident__level", "proposed_by", "decided_by")
    colleague_of(request)
    return get_object_or_404(solutions, pk=pk)
