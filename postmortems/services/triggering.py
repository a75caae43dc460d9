"""The trigger policy at work: looks at incidents that end, and proposes a postmortem of those that hit hard.

It never starts one: somebody decides. What belongs together (one problem, one family, one group) becomes one proposal.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import Incident
from incidents.models.status import Status as IncidentStatus
from incidents.permissions import is_confidential
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import lock, record_event
from postmortems.models import LookOutcome, Postmortem, Status, TriggerAnswer, TriggerKind, TriggerLook, TriggerRule
from postmortems.models.trigger import GROUPS
from postmortems.services.drafting import draw_in
from postmortems.trigger import Effect, Finding, Interval, judge
from problems.titles import one_line

MOST_OF_GROUP = 50


def look_at(incident: Incident, *, verb: str) -> TriggerLook | None:
    """Judge an incident that has just been resolved or closed, once it is over. Called under its lock.

    None where there is nothing to judge: a drill, or an incident that is part of a postmortem already, declined ones
    included, since somebody has decided.
    """
    if incident.is_drill or incident.postmortems.exists():
        return None
    rules = list(TriggerRule.objects.filter(is_active=True))
    groups = {rule.pk: _group(incident, rule) for rule in rules if rule.kind in GROUPS}
    findings = judge(effect_of(incident, {pk: len(group) for pk, group in groups.items()}), rules)
    holding = [finding for finding in findings if finding.holds]
    if not holding:
        return _note(incident, verb, LookOutcome.NONE, findings)
    one_at_a_time()
    group = [each for finding in holding for each in groups.get(finding.rule, [])]
    found, merged_by = _to_join(incident)
    if found is not None:
        join(found, incident)
        return _note(incident, verb, LookOutcome.JOINED, findings, found, merged_by)
    proposed = _propose(incident, group, holding)
    return _note(incident, verb, LookOutcome.PROPOSED, findings, proposed)


def one_at_a_time() -> None:
    """Until this transaction ends, nobody else puts incidents into postmortems."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('postmortems', 0))")


def effect_of(incident: Incident, alike: dict[int, int]) -> Effect:
    """What the incident did, by what was recorded of its impact."""
    impacts = list(incident.impacts.all())
    over = incident.recovered_at or incident.resolved_at or clock.now()
    users = max((impact.affected_users for impact in impacts), default=0)
    down = [(impact.started_at, impact.ended_at or over) for impact in impacts if impact.is_down]
    return Effect(
        level=incident.level_id,
        is_major=incident.is_major,
        users=users,
        share=_share(incident, users),
        down=_in_order(down),
        alike=alike,
    )


def join(postmortem: Postmortem, incident: Incident) -> None:
    """Make the incident part of a postmortem from which nothing was concluded yet."""
    lock(postmortem)
    postmortem.incidents.add(incident)
    record_event(postmortem, "join", actor=None, via=Via.SYSTEM, data={"incidents": incident.reference})
    _tell(incident, postmortem, "join_postmortem")
    if postmortem.status == Status.TIMELINE:
        draw_in(postmortem)


def _in_order(intervals: Sequence[Interval]) -> list[Interval]:
    return [(start, end) for start, end in intervals if end > start]


def _share(incident: Incident, users: int) -> float | None:
    audience = incident.service.audience_on(timezone.localdate(incident.occurred_at))
    whole = audience.daily_users if audience else 0
    return round(100 * users / whole, 2) if whole else None


def _group(incident: Incident, rule: TriggerRule) -> list[Incident]:
    """The incidents of the row's group that no postmortem is about, this one included; empty where it has no group."""
    if is_confidential(incident):
        return []
    if rule.kind == TriggerKind.SERVICE:
        share = Q(service=incident.service_id)
    else:
        share = Q(problems__in=list(incident.problems.values_list("pk", flat=True)))
    since = clock.now() - timedelta(days=rule.days or 0)
    return list(_counted(since).filter(share).distinct().order_by("-pk")[:MOST_OF_GROUP])


def _counted(since: datetime) -> QuerySet[Incident]:
    real = Incident.objects.public().filter(is_drill=False, postmortems=None)
    over = Q(recovered_at__isnull=False) | Q(resolved_at__isnull=False)
    return real.filter(over, occurred_at__gt=since).exclude(status=IncidentStatus.CANCELLED)


def _to_join(incident: Incident) -> tuple[Postmortem | None, str]:
    """The postmortem that the incident belongs to, and by what. A confidential one stays by itself: what it says would
    be hidden from those who work on the others."""
    if is_confidential(incident):
        return None, ""
    open_ones = Postmortem.objects.joinable().exclude(incidents__in=Incident.objects.confidential()).order_by("pk")
    family = Q(incidents__children=incident.pk)
    if incident.parent_id:
        family |= Q(incidents=incident.parent_id) | Q(incidents__parent=incident.parent_id)
    since = clock.now() - timedelta(days=_longest_group(TriggerKind.SERVICE))  # without such a row: nothing joins by it
    same_service = Q(incidents__service=incident.service_id, incidents__occurred_at__gt=since)
    ways = [
        ("problem", Q(incidents__problems__in=list(incident.problems.values_list("pk", flat=True)))),
        ("family", family),
        ("group", same_service),
    ]
    for name, share in ways:
        found = open_ones.filter(share).first()
        if found is not None:
            return found, name
    return None, ""


def _longest_group(kind: str) -> int:
    rows = TriggerRule.objects.filter(is_active=True, kind=kind).values_list("days", flat=True)
    return max((days or 0 for days in rows), default=0)


def _propose(incident: Incident, group: Sequence[Incident], holding: Sequence[Finding]) -> Postmortem:
    members = sorted({incident, *group}, key=lambda each: each.pk)
    now = clock.now()
    confidential = is_confidential(incident)
    title = _("Postmortem of %(incident)s") % {"incident": incident.reference} if confidential else incident.title
    postmortem = Postmortem(
        title=one_line(title),
        status=Status.PROPOSED,
        is_asked=all(finding.answer == TriggerAnswer.ASK for finding in holding),
        started_at=now,
        status_since=now,
    )
    postmortem.save()
    postmortem.incidents.set(members)
    references = ", ".join(each.reference for each in members)
    record_event(postmortem, "propose", actor=None, via=Via.SYSTEM, data={"incidents": references})
    for each in members:
        _tell(each, postmortem, "propose_postmortem", is_asked=postmortem.is_asked, is_first=each == incident)
    return postmortem


def _tell(incident: Incident, postmortem: Postmortem, verb: str, **more: bool) -> None:
    data = {"postmortem": postmortem.pk, "reference": postmortem.reference, **more}
    record_event(incident, verb, actor=None, via=Via.SYSTEM, data=data)


def _note(
    incident: Incident,
    verb: str,
    outcome: str,
    findings: Sequence[Finding],
    postmortem: Postmortem | None = None,
    merged_by: str = "",
) -> TriggerLook:
    return TriggerLook.objects.create(
        incident=incident,
        verb=verb,
        looked_at=clock.now(),
        outcome=outcome,
        postmortem=postmortem,
        findings=[asdict(finding) for finding in findings],
        merged_by=merged_by,
    )
