"""What the pages ask about the person who reads them."""

from datetime import datetime
from typing import cast

from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from catalog.models import Person
from incidents.models import Incident, MajorProposal, MajorReport, Solution
from lifecycle import clock

OF_INCIDENT = ("incident__service", "incident__level")


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
        "major_report__owner",
        "major_report__signed_by",
    )
    related = (
        "clocks__pauses",
        Prefetch("solutions", Solution.objects.select_related("proposed_by", "decided_by", "asked_of")),
        Prefetch("major_proposals", MajorProposal.objects.select_related("proposed_by")),
    )
    return get_object_or_404(incidents.prefetch_related(*related), pk=pk)


def visible_solution(request: HttpRequest, pk: int) -> Solution:
    seen = Solution.objects.of_seen(colleague_of(request))
    solutions = seen.select_related(*OF_INCIDENT, "proposed_by", "decided_by", "asked_of")
    return get_object_or_404(solutions.prefetch_related("incident__clocks__pauses"), pk=pk)


def visible_proposal(request: HttpRequest, pk: int) -> MajorProposal:
    seen = MajorProposal.objects.of_seen(colleague_of(request))
    proposals = seen.select_related(*OF_INCIDENT, "proposed_by", "decided_by")
    return get_object_or_404(proposals.prefetch_related("incident__clocks__pauses"), pk=pk)


def visible_report(request: HttpRequest, pk: int) -> MajorReport:
    """``pk`` is the incident's: it has one report."""
    seen = MajorReport.objects.of_seen(colleague_of(request))
    reports = seen.select_related(*OF_INCIDENT, "owner", "signed_by", "submitted_by")
    return get_object_or_404(reports.prefetch_related("incident__clocks__pauses"), incident=pk)
