"""The effect of postmortems, read for many of them with a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from catalog.models import Person
from incidents.models import Incident
from postmortems.effect import Candidate, Effect, Marks, Recurrence, judge
from postmortems.models import IssueAction, Postmortem, ReviewPolicy, Status

MOST_CANDIDATES = 2000


@dataclass(frozen=True)
class Shown:
    """An effect for a reader: ``links`` are the recurrences that they may see, ``unseen`` counts the others."""

    effect: Effect
    links: Sequence[tuple[Incident, Recurrence]]
    unseen: int


def effects_of(postmortems: Iterable[Postmortem], person: Person, at: datetime) -> dict[int, Shown]:
    """For each that is published and has actions: whether its incidents came back. Seven queries at most."""
    chosen = [postmortem.pk for postmortem in postmortems if postmortem.status == Status.PUBLISHED]
    verified = _verified(chosen)
    if not verified:
        return {}
    policy = ReviewPolicy.current()
    through = Postmortem.incidents.through.objects.filter(postmortem__in=verified)
    members: dict[int, set[int]] = defaultdict(set)
    for postmortem, incident in through.values_list("postmortem", "incident"):
        members[postmortem].add(incident)
    marks = marks_of({incident for group in members.values() for incident in group})
    later = _later(marks.values(), since=_first(verified), at=at)
    judged = {
        pk: judge(
            moments,
            [marks[incident].marks for incident in members[pk] if incident in marks],
            [candidate for candidate in later if candidate.pk not in members[pk]],
            at=at,
            first_days=policy.first_look_days,
            last_days=policy.last_look_days,
        )
        for pk, moments in verified.items()
    }
    return _shown({pk: effect for pk, effect in judged.items() if effect is not None}, person)


def marks_of(keys: Iterable[int]) -> dict[int, Candidate]:
    """Incident -> what it is known by; three queries."""
    keys = set(keys)
    problems, rules = _pairs(keys, "problems"), _pairs(keys, "alerts__rule")
    rows = Incident.objects.filter(pk__in=keys).values_list("pk", "occurred_at", "dedup_key", "service", "category")
    return {
        pk: Candidate(
            pk,
            occurred_at,
            Marks(
                frozenset(problems[pk]), fingerprint, frozenset(rules[pk]), (service, category) if category else None
            ),
        )
        for pk, occurred_at, fingerprint, service, category in rows
    }


def _pairs(keys: set[int], path: str) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = Incident.objects.filter(pk__in=keys, **{f"{path}__isnull": False}).order_by()
    for incident, other in rows.values_list("pk", path).distinct():
        found[incident].add(other)
    return found


def _verified(postmortems: Sequence[int]) -> dict[int, list[datetime | None]]:
    """Postmortem -> when each of its actions was verified; what was cancelled is none."""
    links = IssueAction.objects.filter(issue__postmortem__in=postmortems).exclude(action__status="cancelled")
    found: dict[int, list[datetime | None]] = defaultdict(list)
    rows = links.order_by().values_list("issue__postmortem", "action", "action__verified_at").distinct()
    for postmortem, _action, verified_at in rows:
        found[postmortem].append(verified_at)
    return dict(found)


def _first(verified: Mapping[int, Sequence[datetime | None]]) -> datetime | None:
    ends = [max(moment for moment in moments if moment) for moments in verified.values() if all(moments)]
    return min(ends, default=None)


def _later(known: Iterable[Candidate], *, since: datetime | None, at: datetime) -> list[Candidate]:
    """Real incidents after that moment that share a mark with one of these."""
    if since is None:
        return []
    marks = [candidate.marks for candidate in known]
    same = Q(problems__in={problem for each in marks for problem in each.problems})
    same |= Q(dedup_key__in={each.fingerprint for each in marks if each.fingerprint})
    same |= Q(alerts__rule__in={rule for each in marks for rule in each.rules})
    for service, category in {each.category for each in marks if each.category}:
        same |= Q(service=service, category=category)
    real = Incident.objects.filter(occurred_at__gt=since, occurred_at__lte=at + timedelta(days=1), is_drill=False)
    real = real.exclude(status="cancelled").filter(same).order_by("occurred_at")
    keys = list(dict.fromkeys(real.values_list("pk", flat=True)[:MOST_CANDIDATES]))
    return list(marks_of(keys).values()) if keys else []


def _shown(effects: Mapping[int, Effect], person: Person) -> dict[int, Shown]:
    keys = {each.incident for effect in effects.values() for each in effect.recurrences}
    seen: Any = Incident.objects.visible_to(person).in_bulk(list(keys)) if keys else {}
    shown = {}
    for pk, effect in effects.items():
        links = [(seen[each.incident], each) for each in effect.recurrences if each.incident in seen]
        shown[pk] = Shown(effect, links, len(effect.recurrences) - len(links))
    return shown
