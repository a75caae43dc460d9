"""What an incident resembles: past incidents and known errors, each with a figure and reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from catalog.models import Person
from incidents.models import Incident
from incidents.models.queries import IncidentQuerySet
from incidents.models.status import Status as IncidentStatus
from incidents.models.text_index import Matches
from lifecycle import clock
from problems.models import KnownError, Problem, Status
from problems.recurrence.likeness import Face, Likeness, likeness, sought_words

LOOK_BACK = timedelta(days=365)
MOST_OF_SERVICE = 150
MOST_OF_WORDS = 150
MOST_KNOWN = 300
LEAST = 0.45
"""Below it nothing is offered."""
FIELDS = ("title", "description", "service", "category", "tags", "dedup_key")


@dataclass(frozen=True)
class SimilarIncident:
    incident: Incident
    likeness: Likeness


@dataclass(frozen=True)
class KnownErrorMatch:
    """A problem with a known error that may be behind it. ``through``: the linked incident that it resembles most, or
    None where the words of the known error itself speak."""

    problem: Problem
    likeness: Likeness
    through: Incident | None


def similar_incidents(
    incident: Incident, *, person: Person | None, most: int = 5, least: float = LEAST
) -> list[SimilarIncident]:
    """Earlier incidents that the person may see (None: the product itself), the most alike first."""
    face = face_of(incident)
    found = _compared(face, _candidates(face, person, before=incident.reported_at).exclude(pk=incident.pk))
    return _best(found, least, most)


def similar_to(face: Face, *, person: Person | None, most: int = 5, least: float = LEAST) -> list[SimilarIncident]:
    """As ``similar_incidents``, for what somebody is just reporting."""
    return _best(_compared(face, _candidates(face, person, before=clock.now())), least, most)


def matching_known_errors(
    face: Face, similar: Sequence[SimilarIncident], *, person: Person | None, most: int = 3, least: float = LEAST
) -> list[KnownErrorMatch]:
    """Known errors that the person may see (None: that every colleague sees), behind incidents that are ``similar`` or
    with a symptom that reads alike; problems that are over are left out: theirs is fixed."""
    found: dict[int, KnownErrorMatch] = {}
    for problem, through in _behind(similar, person):
        _keep(found, KnownErrorMatch(problem, through.likeness, through.incident))
    for known in _standing(KnownError.objects.filter(problem__service=face.service), person):
        other = Face(known.problem.title, f"{known.symptom}\n{known.cause}", service=known.problem.service_id)
        _keep(found, KnownErrorMatch(known.problem, likeness(face, other), None))
    chosen = [match for match in found.values() if match.likeness.figure >= least]
    return sorted(chosen, key=lambda match: -match.likeness.figure)[:most]


def face_of(incident: Incident) -> Face:
    return Face(
        title=incident.title,
        text=incident.description,
        service=incident.service_id,
        category=incident.category_id,
        tags=frozenset(incident.tags),
        fingerprint=incident.dedup_key,
    )


def alike(incident: Incident, *, since: datetime, least: float) -> list[SimilarIncident]:
    """Incidents of the same service since then that every colleague may see and whose words are alike; for the
    detector. Here ``least`` is asked of the words alone."""
    face = face_of(incident)
    rows = Incident.objects.public().filter(service=incident.service_id, reported_at__gt=since, is_drill=False)
    rows = rows.exclude(pk=incident.pk).order_by("-reported_at")
    found = _compared(face, rows[:MOST_OF_SERVICE])
    return [each for each in found if each.likeness.words >= least]


def _candidates(face: Face, person: Person | None, *, before: datetime) -> IncidentQuerySet:
    """Those worth comparing: of the same fingerprint, the latest of the service, the latest that share a rare word."""
    seen = Incident.objects.public() if person is None else Incident.objects.visible_to(person)
    seen = seen.filter(reported_at__lte=before, reported_at__gt=before - LOOK_BACK, is_drill=False)
    seen = seen.exclude(status=IncidentStatus.CANCELLED)
    keys = list(
        seen.filter(service=face.service).order_by("-reported_at").values_list("pk", flat=True)[:MOST_OF_SERVICE]
    )
    if face.fingerprint:
        keys += seen.filter(dedup_key=face.fingerprint).order_by("-pk").values_list("pk", flat=True)[:MOST_OF_SERVICE]
    if query := _any_of(sought_words(face)):
        keys += seen.filter(Matches(query)).order_by("-pk").values_list("pk", flat=True)[:MOST_OF_WORDS]
    return Incident.objects.filter(pk__in=set(keys))


def _any_of(words: Iterable[str]) -> str:
    """A tsquery of titles and descriptions (weights A and B) with any of the words; they hold letters only."""
    return " | ".join(f"'{word}':AB" for word in words)


def _compared(face: Face, rows: Iterable[Incident]) -> list[SimilarIncident]:
    return [SimilarIncident(row, likeness(face, face_of(row))) for row in rows]


def _best(found: Iterable[SimilarIncident], least: float, most: int) -> list[SimilarIncident]:
    chosen = [each for each in found if each.likeness.figure >= least]
    return sorted(chosen, key=lambda each: (-each.likeness.figure, -each.incident.pk))[:most]


def _behind(similar: Sequence[SimilarIncident], person: Person | None) -> list[tuple[Problem, SimilarIncident]]:
    by_key = {each.incident.pk: each for each in similar}
    links = Problem.incidents.through.objects.filter(incident__in=by_key).values_list("problem", "incident")
    problems = {
        known.problem_id: known.problem
        for known in _standing(KnownError.objects.filter(problem__incidents__in=by_key), person)
    }
    return [(problems[problem], by_key[incident]) for problem, incident in links if problem in problems]


def _standing(known: QuerySet[KnownError], person: Person | None) -> list[KnownError]:
    seen = Problem.objects.visible_to(person) if person else Problem.objects.public()
    rows = known.exclude(problem__status__in=(Status.CLOSED, Status.REJECTED)).filter(problem__in=seen.order_by())
    return list(rows.select_related("problem__service", "problem__known_error").distinct()[:MOST_KNOWN])


def _keep(found: dict[int, KnownErrorMatch], match: KnownErrorMatch) -> None:
    known = found.get(match.problem.pk)
    if known is None or known.likeness.figure < match.likeness.figure:
        found[match.problem.pk] = match
