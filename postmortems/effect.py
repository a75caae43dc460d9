"""Did the same incident come back after the actions of a postmortem were verified? Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# Why an incident is the same one, the surest first.
REASONS = ("problem", "fingerprint", "rule", "category")


@dataclass(frozen=True)
class Marks:
    """What makes an incident the same as another: its problems, fingerprint, detection rules, (service, category)."""

    problems: frozenset[int] = frozenset()
    fingerprint: str = ""
    rules: frozenset[int] = frozenset()
    category: tuple[int, int] | None = None


@dataclass(frozen=True)
class Candidate:
    """A later incident."""

    pk: int
    occurred_at: datetime
    marks: Marks


@dataclass(frozen=True)
class Recurrence:
    incident: int
    reason: str
    after: timedelta
    is_early: bool
    """Within the days of the first look."""


@dataclass(frozen=True)
class Effect:
    """``status``: "pending" (``waiting`` actions are not verified), "watched" (until ``until``), "held" or "recurred".

    ``since``: when the last of its actions was verified.
    """

    status: str
    waiting: int = 0
    since: datetime | None = None
    until: datetime | None = None
    recurrences: tuple[Recurrence, ...] = ()


def judge(
    verified_at: Sequence[datetime | None],
    ours: Iterable[Marks],
    later: Iterable[Candidate],
    *,
    at: datetime,
    first_days: int,
    last_days: int,
) -> Effect | None:
    """The effect of actions of which each was verified then, or not yet (None); None where there is no action."""
    if not verified_at:
        return None
    known = [moment for moment in verified_at if moment is not None]
    if len(known) < len(verified_at):
        return Effect("pending", waiting=len(verified_at) - len(known))
    since = max(known)
    until = since + timedelta(days=last_days)
    marks = list(ours)
    found = [
        Recurrence(each.pk, reason, each.occurred_at - since, each.occurred_at - since <= timedelta(days=first_days))
        for each in sorted(later, key=lambda candidate: (candidate.occurred_at, candidate.pk))
        if since < each.occurred_at <= until and (reason := why_the_same(marks, each.marks))
    ]
    status = "recurred" if found else "held" if at > until else "watched"
    return Effect(status, since=since, until=until, recurrences=tuple(found))


def why_the_same(ours: Iterable[Marks], other: Marks) -> str:
    """The surest reason for which an incident with these marks is the same as one of ours; empty: it is another."""
    reasons = {reason for mine in ours for reason in _shared(mine, other)}
    return next((reason for reason in REASONS if reason in reasons), "")


def _shared(one: Marks, other: Marks) -> Iterable[str]:
    if one.problems & other.problems:
        yield "problem"
    if one.fingerprint and one.fingerprint == other.fingerprint:
        yield "fingerprint"
    if one.rules & other.rules:
        yield "rule"
    if one.category is not None and one.category == other.category:
        yield "category"
