"""The recurrence detector: looks at incidents that something happened to, and raises or feeds a problem.

Nothing is read in rounds: a look is asked for where an incident is reported, reopened, resolved, changed or merged
(problems/reactions.py), so the cost follows what happens.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from incidents.models import Incident
from incidents.services.claiming import act_on_due, complain
from incidents.services.merging import surviving
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import lock, record_event
from problems.models import DueLook, Evidence, Kind, Problem, RecurrencePolicy
from problems.models.status import OVER
from problems.services.links import tie
from problems.services.matching import alike
from problems.services.sightings import Recurrence, Trait, counted, judge, signature_of, traits_of
from problems.titles import one_line

MOST_EVIDENCE = 100
"""Incidents that a problem is raised with, the newest; each later one is fed to it."""
RANK = list(Kind.values)


def look_for_recurrences(*, limit: int = 200) -> int:
    """Look at every incident that waits for it; part of the cycle. Returns how many looks were taken."""
    waiting = DueLook.objects.order_by("pk").values_list("pk")
    done, failures = act_on_due(_take, waiting, limit=limit)
    complain(failures)
    return sum(done)


@transaction.atomic
def _take(pk: int) -> int:
    """Take one look, and with it whatever else waits for the same incident."""
    due = DueLook.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if due is None:
        return 0
    same = DueLook.objects.select_for_update(skip_locked=True).filter(incident=due.incident_id)
    taken = [look.pk for look in same]
    look_at(Incident.objects.select_related("service").get(pk=due.incident_id))
    DueLook.objects.filter(pk__in=taken).delete()
    return 1


@transaction.atomic
def look_at(incident: Incident) -> Problem | None:
    """Raise or feed a problem where the incident, or what it was merged into, is a recurrence. Returns it, or None.

    Looks at incidents of one service wait for each other, so that each sees what the one before has found.
    """
    incident = surviving(incident)
    if not counted().filter(pk=incident.pk).exists() or _stands_behind(incident):
        return None
    _wait_for_the_service(incident)
    found = _recurrence_of(incident)
    if found is None:
        return None
    problem = _open_problem_for(found)
    if problem is None:
        return _raise(incident, found)
    return _feed(problem, [incident.pk], found)


def _wait_for_the_service(incident: Incident) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"recurrence {incident.service_id}"])


def _stands_behind(incident: Incident) -> bool:
    """Whether an open problem is behind it already, or was proposed and taken off again by somebody."""
    if Problem.objects.open().filter(incidents=incident).exists():
        return True
    return Evidence.objects.filter(incident=incident, problem__in=Problem.objects.open()).exists()


def _recurrence_of(incident: Incident) -> Recurrence | None:
    """The closest kind of recurrence that the incident is part of. An open problem of a kind takes it at once."""
    policies = {policy.kind: policy for policy in RecurrencePolicy.objects.filter(is_active=True)}
    at, traits = clock.now(), sorted(traits_of(incident), key=lambda trait: RANK.index(trait.kind))
    for kind in RANK:
        if kind not in policies:
            continue
        if kind == Kind.TEXT:
            found = _by_words(incident, policies[kind], at)
            if found is not None:
                return found
        for trait in (trait for trait in traits if trait.kind == kind):
            found = _by_trait(incident, trait, policies[kind], at)
            if found is not None:
                return found
    return None


def _by_trait(incident: Incident, trait: Trait, policy: RecurrencePolicy, at: datetime) -> Recurrence | None:
    is_open = Problem.objects.open().filter(signature=trait.signature).exists()
    if is_open and trait.kind != Kind.SERVICE:  # a service has other troubles too, so it is judged each time
        return Recurrence(trait, policy, [incident.pk], 1)
    return judge(trait, policy, since=_end_of_the_last(trait.signature), at=at)


def _by_words(incident: Incident, policy: RecurrencePolicy, at: datetime) -> Recurrence | None:
    """Its signature is that of the oldest incident of the group, whose problem later ones are fed to."""
    since = at - timedelta(days=policy.days)
    others = alike(incident, since=since, least=policy.likeness)
    if not others:
        return None
    group = sorted([incident.pk, *(each.incident.pk for each in others)])
    for oldest in group:
        signature = signature_of(Kind.TEXT, oldest)
        if Problem.objects.open().filter(signature=signature).exists():
            return Recurrence(Trait(Kind.TEXT, signature, Q(pk__in=group)), policy, [incident.pk], 1)
    trait = Trait(Kind.TEXT, signature_of(Kind.TEXT, group[0]), Q(pk__in=group))
    return judge(trait, policy, since=_end_of_the_last(trait.signature), at=at)


def _end_of_the_last(signature: str) -> datetime | None:
    """When the last problem about it ended, closed or rejected: what happened before counts no more."""
    ended = Problem.objects.filter(signature=signature, status__in=OVER).order_by("-status_since")
    return ended.values_list("status_since", flat=True).first()


def _open_problem_for(found: Recurrence) -> Problem | None:
    """The one raised for it; else an open one that people have linked to at least half of the evidence."""
    own = Problem.objects.open().filter(signature=found.trait.signature).first()
    if own is not None:
        return own
    others = Problem.objects.open().filter(incidents__in=found.incidents).values_list("pk").annotate(Count("incidents"))
    most, shared = max(others.order_by("pk"), key=lambda row: row[1], default=(0, 0))
    return Problem.objects.get(pk=most) if shared * 2 >= len(found.incidents) and shared else None


def _raise(incident: Incident, found: Recurrence) -> Problem:
    """A problem with the evidence. Where another look was quicker, the database refuses a second one: feed that."""
    try:
        with transaction.atomic():
            problem = _log(incident, found)
    except IntegrityError:
        problem = Problem.objects.open().get(signature=found.trait.signature)
        return _feed(problem, [incident.pk], found)
    evidence = found.incidents if incident.pk in found.incidents else [incident.pk, *found.incidents]
    return _feed(problem, evidence[:MOST_EVIDENCE], found)


def _log(incident: Incident, found: Recurrence) -> Problem:
    now = clock.now()
    problem = Problem(
        title=one_line(_("Recurring: %(title)s") % {"title": incident.title}),
        description=_describe(found),
        service=incident.service,
        signature=found.trait.signature,
        raised_at=now,
        status_since=now,
    )
    problem.save()
    data = {"kind": found.trait.kind, "count": found.count, "days": found.policy.days}
    record_event(problem, "raise", actor=None, via=Via.SYSTEM, note=problem.description, data=data)
    return problem


def _describe(found: Recurrence) -> str:
    words = {"count": found.count, "days": found.policy.days, "kind": found.policy.get_kind_display()}
    lines = [_("%(count)s occurrences within %(days)s days: %(kind)s.") % words]
    earlier = Problem.objects.filter(signature=found.trait.signature, status__in=OVER).order_by("-pk").first()
    if earlier is not None:
        words = {"problem": str(earlier), "status": earlier.get_status_display()}
        lines.append(_("An earlier problem about the same: %(problem)s (%(status)s).") % words)
    rows = Incident.objects.filter(pk__in=found.incidents[:10]).order_by("-occurred_at")
    lines += [f"- {row.reference} · {row.occurred_at:%Y-%m-%d %H:%M} UTC · {row.title}" for row in rows]
    return "\n".join(lines)


def _feed(problem: Problem, incidents: list[int], found: Recurrence) -> Problem:
    """Link what is new to the problem, with the reason. One that somebody has unlinked stays unlinked."""
    lock(problem)
    told = set(Evidence.objects.filter(problem=problem, incident__in=incidents).values_list("incident", flat=True))
    linked = set(problem.incidents.filter(pk__in=incidents).values_list("pk", flat=True))
    fresh = [pk for pk in incidents if pk not in told | linked]
    Evidence.objects.bulk_create(Evidence(problem=problem, incident_id=pk, kind=found.trait.kind) for pk in fresh)
    for incident in Incident.objects.filter(pk__in=fresh).order_by("pk"):
        tie(problem, incident, actor=None, via=Via.SYSTEM, verb="link_problem")
        data = {"incident": incident.reference, "kind": found.trait.kind}
        record_event(problem, "gather_evidence", actor=None, via=Via.SYSTEM, data=data)
    return problem
