"""What the incident page shows about problems."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from incidents import origins, panels
from incidents.models import CauseClass, Incident
from problems import permissions
from problems.forms import LinkForm
from problems.models import Problem
from problems.presentation import percent, reasons_of
from problems.services.matching import (
    KnownErrorMatch,
    SimilarIncident,
    face_of,
    matching_known_errors,
    similar_incidents,
    similar_to,
)

origins.register(Problem, "problem", _("Problem"), Problem.objects.visible_to)
COMPARED, SHOWN = 20, 5


@panels.register("aside", 20, "problems/incident_panel.html")
def linked_problems(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """The problems behind the incident with their workarounds; where one is needed and missing, it says so."""
    person: Any = request.user
    problems = list(
        Problem.objects.visible_to(person).filter(incidents=incident).select_related("known_error", "owner")
    )
    may_write = permissions.works(None, person)
    if not problems and not may_write:
        return None
    needs_problem = incident.cause_class not in ("", CauseClass.KNOWN) and not problems
    return {
        "incident": incident,
        "problems": problems,
        "may_write": may_write,
        "needs_problem": needs_problem,
        "link_form": LinkForm(auto_id="link-problem-%s"),
    }


@panels.register("aside", 21, "problems/similar_panel.html")
def similar(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """Known errors that may be behind it, with their workarounds, and past incidents that were like it."""
    person: Any = request.user
    if incident.is_over:
        return None
    found = similar_incidents(incident, person=person, most=COMPARED)
    matches = matching_known_errors(face_of(incident), found, person=person)
    linked = set(Problem.objects.filter(incidents=incident).values_list("pk", flat=True))
    matches = [match for match in matches if match.problem.pk not in linked]
    return _seen(request, incident, found, matches)


@panels.register("report", 20, "problems/similar_panel.html")
def similar_to_the_report(request: HttpRequest, draft: Incident) -> dict[str, Any] | None:
    """The same for an incident that is just being reported."""
    person: Any = request.user
    found = similar_to(face_of(draft), person=person, most=COMPARED)
    return _seen(request, draft, found, matching_known_errors(face_of(draft), found, person=person))


def _seen(
    request: HttpRequest, incident: Incident, found: list[SimilarIncident], matches: list[KnownErrorMatch]
) -> dict[str, Any] | None:
    person: Any = request.user
    if not found and not matches:
        return None
    return {
        "incident": incident,
        "matches": [shown_match(match) for match in matches],
        "similar": [shown_incident(each) for each in found[:SHOWN]],
        "may_write": incident.pk is not None and permissions.works(None, person),
    }


def shown_match(match: KnownErrorMatch) -> dict[str, Any]:
    return {
        "problem": match.problem,
        "known_error": match.problem.known_error,
        "figure": percent(match.likeness.figure),
        "why": reasons_of(match.likeness),
        "through": match.through,
    }


def shown_incident(each: SimilarIncident) -> dict[str, Any]:
    return {"incident": each.incident, "figure": percent(each.likeness.figure), "why": reasons_of(each.likeness)}


@panels.register("top", 5, "incidents/copies_panel.html")
def problems_that_tell_of_it(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """Beside the form that restricts it: what holds words of it, and who goes on reading them."""
    person: Any = request.user
    if request.resolver_match is None or request.resolver_match.kwargs.get("verb") != "restrict":
        return None
    others = Incident.objects.public().exclude(pk=incident.pk).order_by().values("pk")
    links = Problem.incidents.through.objects.filter(problem=OuterRef("pk"), incident__in=others)
    rows = Problem.objects.visible_to(person).filter(incidents=incident).annotate(is_read=Exists(links)).order_by("pk")
    return {"records": rows, "icon": "nav-problems", "title": _("Problems that tell of it")} if rows else None
