"""The figures of a month for whoever looks.

They are computed each time, and are those of now, where incidents are few. A large month is shown as it was computed
last, with the moment said; the cycle computes it anew when somebody has looked since. One that was never computed is
promised: whoever looks waits for the cycle, not in their request. Signing never reads what is
stored. The decision, and what was measured: docs/decisions/082-large-months-are-stored.md.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lifecycle import clock
from lifecycle.snapshot import one_moment
from reports import rows
from reports.models import StoredFigures
from reports.monthly.awaited import FiguresAwaited
from reports.monthly.numbers import Numbers, compile_figures
from reports.period import Month

LARGE = 20_000
"""From so many incidents on, in the month and the one before, a month is stored: computing it takes about a second."""
REST = 10
"""After a computation the cycle rests this many times as long as it took, at least ``SHORTEST_REST``."""
SHORTEST_REST = timedelta(minutes=1)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""``as_of`` of a month that is promised and has no numbers yet: the first one that the cycle takes."""


@dataclass(frozen=True)
class Figures:
    """``is_stored``: they are those of ``as_of``, which is not now."""

    numbers: Numbers
    as_of: datetime
    is_stored: bool = False


def figures_of(month: Month, *, now: datetime) -> Figures:
    """Raises FiguresAwaited."""
    stored = StoredFigures.objects.filter(month=month.first_day).first()
    if stored is None:
        if not _will_be_large(month):
            return compute_figures(month, now=now)
        promised = {"numbers": {}, "as_of": NEVER, "took": timedelta(), "looked_at": now}
        stored, _is_new = StoredFigures.objects.get_or_create(month=month.first_day, defaults=promised)
    if not stored.numbers:
        raise FiguresAwaited(month)
    if stored.looked_at <= stored.as_of:
        StoredFigures.objects.filter(pk=stored.pk).update(looked_at=now)
    return Figures(stored.numbers, stored.as_of, is_stored=True)


def renew_figures() -> int:
    """Compute one stored month anew: the one that somebody has looked at and that is the oldest. How many were."""
    now = clock.now()
    due = [each for each in StoredFigures.objects.wanted().order_by("as_of") if each.as_of + _rest(each) <= now]
    for stored in due[:1]:
        with one_moment():
            mine = StoredFigures.objects.select_for_update(skip_locked=True).filter(pk=stored.pk, as_of=stored.as_of)
            if mine.exists():
                compute_figures(Month.of(stored.month), now=now)
                return 1
    return 0


def _rest(stored: StoredFigures) -> timedelta:
    return max(stored.took * REST, SHORTEST_REST)


def compute_figures(month: Month, *, now: datetime) -> Figures:
    """Now, however long it takes, and stored where the month is large."""
    started = clock.now()
    with one_moment():
        numbers = compile_figures(month, now=now)
    if is_large(numbers):
        found = {"numbers": numbers, "as_of": now, "took": clock.now() - started, "looked_at": now}
        StoredFigures.objects.update_or_create(month=month.first_day, defaults=found)
    else:
        StoredFigures.objects.filter(month=month.first_day).delete()
    return Figures(numbers, now)


def _will_be_large(month: Month) -> bool:
    """What ``is_large`` will say, without computing the month; no more is counted than it takes to tell."""
    found = 0
    for each in (month, month.previous):
        found += rows.counted(each).order_by()[: LARGE - found].count()
        if found >= LARGE:
            return True
    return False


def is_large(numbers: Numbers) -> bool:
    counts = numbers["incidents"]["all"], numbers["previous"]["incidents"]
    return bool(sum(each["count"] for each in counts) >= LARGE)
