"""Which findings stood when an incident occurred in their service, and which incidents that was: read both ways."""

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from catalog.models import Person
from detection.models import Finding, FindingPeriod, Risk
from incidents.models import Incident
from incidents.models.status import Status

MOST_INCIDENTS = 10


def warnings_of(incident: Incident) -> QuerySet[FindingPeriod]:
    """The stretches that an inspection's findings about the service had stood for by then, the gravest risk first."""
    stood = Q(ended_at=None) | Q(ended_at__gt=incident.occurred_at)
    found = FindingPeriod.objects.filter(
        stood, finding__service=incident.service_id, began_at__lte=incident.occurred_at
    )
    joined = found.select_related("finding__inspection", "finding__activity", "finding__owner")
    rank = Case(*[When(finding__risk=risk, then=place) for place, risk in enumerate(Risk.values)])
    return joined.order_by(rank, "began_at", "pk")


def incidents_since(finding: Finding, person: Person) -> QuerySet[Incident]:
    """Those of its service since it was first seen that the person may see, the newest first; ``was_warned``: it stood
    when they occurred. Drills, false alarms and duplicates are none."""
    return _incidents(finding, person).annotate(was_warned=_stood_then(finding))


def incidents_warned(finding: Finding, person: Person) -> QuerySet[Incident]:
    """Those of ``incidents_since`` that it had warned of."""
    return _incidents(finding, person).filter(_stood_then(finding))


def _incidents(finding: Finding, person: Person) -> QuerySet[Incident]:
    if finding.service_id is None:
        return Incident.objects.none()
    found = Incident.objects.visible_to(person).filter(
        service=finding.service_id, occurred_at__gte=finding.first_seen_at, is_drill=False, merged_into=None
    )
    return found.exclude(status=Status.CANCELLED).select_related("level").order_by("-occurred_at", "-pk")


def _stood_then(finding: Finding) -> Exists:
    stood = FindingPeriod.objects.filter(finding=finding.pk, began_at__lte=OuterRef("occurred_at"))
    return Exists(stood.filter(Q(ended_at=None) | Q(ended_at__gt=OuterRef("occurred_at"))))
