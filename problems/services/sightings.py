"""What an incident has in common with others, and how often that was seen: the detector's reads."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from incidents.models import CauseClass, Incident
from incidents.models.status import Status as IncidentStatus
from lifecycle.models import Event
from problems.models import Kind, Problem, RecurrencePolicy
from problems.models.status import OVER
from problems.recurrence.counting import Sighting, Threshold, earlier_windows, is_too_often, occurrences

MOST_SEEN = 2000
EARLIER_WINDOWS = 4
REOPENED_WITHIN = timedelta(days=90)
"""How long after its report a reopening still counts: it bounds what is read."""


@dataclass(frozen=True)
class Trait:
    """Something that incidents may share: which ones do (``share``), and its name (``signature``)."""

    kind: str
    signature: str
    share: Q


@dataclass(frozen=True)
class Recurrence:
    """A trait that was seen too often: ``incidents`` are the evidence, newest first, ``count`` the occurrences."""

    trait: Trait
    policy: RecurrencePolicy
    incidents: list[int]
    count: int


def traits_of(incident: Incident) -> Iterator[Trait]:
    """Of every kind that is found by a key; similar words are found in services/matching.py."""
    service = incident.service_id
    if incident.dedup_key:
        yield _trait(Kind.FINGERPRINT, Q(dedup_key=incident.dedup_key), incident.dedup_key)
    for rule in _rules_of(incident):
        yield _trait(Kind.RULE, Q(alerts__rule=rule), rule)
    if incident.cause_class not in ("", CauseClass.KNOWN):
        share = Q(service=service, cause_class=incident.cause_class)
        yield _trait(Kind.CAUSE, share, service, incident.cause_class)
    if incident.category_id:
        share = Q(service=service, category=incident.category_id)
        yield _trait(Kind.CATEGORY, share, service, incident.category_id)
    yield _trait(Kind.SERVICE, Q(service=service), service)


def counted() -> QuerySet[Incident]:
    """Neither drills nor false alarms, and none that some colleagues do not see: every colleague reads problems.

    What was merged counts: it happened.
    """
    real = Incident.objects.public().filter(is_drill=False)
    return real.exclude(status=IncidentStatus.CANCELLED, merged_into=None)


def judge(trait: Trait, policy: RecurrencePolicy, *, since: datetime | None, at: datetime) -> Recurrence | None:
    """The recurrence, or None where it was not seen too often. Nothing before ``since`` counts."""
    window = timedelta(days=policy.days)
    start = max(at - window, since) if since else at - window
    seen = _unsettled(occurrences(sightings(trait.share, start, at)))
    threshold = Threshold(policy.times, policy.factor, needs_past=trait.kind == Kind.SERVICE and policy.factor > 0)
    if len(seen) < policy.times or not is_too_often(len(seen), _earlier(trait, at - window, policy), threshold):
        return None
    incidents = list(dict.fromkeys(sighting.survivor for sighting in reversed(seen)))
    return Recurrence(trait, policy, incidents, len(seen))


def sightings(share: Q, start: datetime, end: datetime) -> list[Sighting]:
    """Every time that an incident of ``share`` occurred or was reopened in (start, end]."""
    is_seen = Q(occurred_at__gt=start, occurred_at__lte=end) | Q(reopen_count__gt=0, updated_at__gt=start)
    rows = list(
        counted()
        .filter(share, reported_at__gt=start - REOPENED_WITHIN)
        .filter(is_seen)
        .order_by("-occurred_at")
        .values_list("pk", "merged_into", "occurred_at", "reopen_count")
        .distinct()[:MOST_SEEN]
    )
    survivors = _survivors({merged for _pk, merged, _at, _count in rows if merged})
    found = [
        Sighting(pk, survivors[merged] if merged else pk, at) for pk, merged, at, _count in rows if start < at <= end
    ]
    reopened = {pk: survivors[merged] if merged else pk for pk, merged, _at, count in rows if count}
    return found + [Sighting(pk, reopened[pk], at) for pk, at in _reopenings(list(reopened), start, end)]


def _reopenings(incidents: list[int], start: datetime, end: datetime) -> list[tuple[int, datetime]]:
    if not incidents:
        return []
    kind = ContentType.objects.get_for_model(Incident)
    events = Event.objects.filter(subject_type=kind, subject_id__in=incidents, verb="reopen")
    return list(events.filter(occurred_at__gt=start, occurred_at__lte=end).values_list("subject_id", "occurred_at"))


def _survivors(merged: set[int]) -> dict[int, int]:
    """What goes on in the end, for each incident that another one was merged into."""
    ends = {pk: pk for pk in merged}
    waiting = set(merged)
    while waiting:
        rows = Incident.objects.filter(pk__in=waiting).values_list("pk", "merged_into")
        step = {pk: into for pk, into in rows if into is not None}
        ends = {pk: step.get(end, end) for pk, end in ends.items()}
        waiting = set(step.values())
    return ends


def _unsettled(seen: list[Sighting]) -> list[Sighting]:
    """Without what a problem that is over, closed or rejected, was about: that has been dealt with."""
    keys = {sighting.survivor for sighting in seen}
    over = Problem.objects.filter(status__in=OVER)
    linked = over.filter(incidents__in=keys).values_list("incidents", "status_since")
    offered = over.filter(evidence__incident__in=keys).values_list("evidence__incident", "status_since")
    ends: dict[int, datetime] = {}
    for incident, end in [*linked, *offered]:
        ends[incident] = max(end, ends.get(incident, end))
    return [sighting for sighting in seen if sighting.survivor not in ends or sighting.at > ends[sighting.survivor]]


def _earlier(trait: Trait, start: datetime, policy: RecurrencePolicy) -> list[int]:
    """How many incidents there were in each of the windows before, as far as this product has watched so long."""
    if not policy.factor:
        return []
    first = Incident.objects.order_by("reported_at").values_list("reported_at", flat=True).first()
    if first is None:
        return []
    spans = earlier_windows(start, timedelta(days=policy.days), first, most=EARLIER_WINDOWS)
    rows = counted().filter(trait.share)
    return [
        rows.filter(reported_at__gt=begin, occurred_at__gt=begin, occurred_at__lte=end).count() for begin, end in spans
    ]


def _rules_of(incident: Incident) -> list[int]:
    """The detection rules whose alerts belong to it; detection stands above problems, so they are read from here."""
    rows = Incident.objects.filter(pk=incident.pk, alerts__rule__isnull=False)
    return sorted(set(rows.values_list("alerts__rule", flat=True)))


def _trait(kind: Kind, share: Q, *key: object) -> Trait:
    return Trait(kind, signature_of(kind, *key), share)


def signature_of(kind: str, *key: object) -> str:
    """Short enough for an index, whatever the key."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in key).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{kind}:{digest[:40]}"
