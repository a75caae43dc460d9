"""What a rule in shadow would have done, and what kept back-tests say: for one reader."""

from dataclasses import dataclass
from datetime import datetime

from catalog.models import Person
from detection.backtest import Episode, firings_of
from detection.hits import Comparison, compare
from detection.models import DAY, Rule, RuleVersion, StoredBackTest
from detection.previews import Row, at_night, known_incidents, lead_words, rows_of, sentence_of
from detection.services import keeping

LOOKED_BACK = 28 * DAY
MOST_ALERTS = 2000
MOST_ROWS = 20


@dataclass(frozen=True)
class Trial:
    """The alerts of a rule's time in shadow, held against the incidents that the reader may see."""

    since: datetime
    comparison: Comparison
    rows: list[Row]

    @property
    def sentence(self) -> str:
        return sentence_of(self.comparison)

    @property
    def lead(self) -> str:
        return lead_words(self.comparison.lead)

    @property
    def at_night(self) -> int:
        return at_night(self.comparison)


@dataclass(frozen=True)
class Kept:
    """A kept back-test beside its version."""

    version: RuleVersion
    test: StoredBackTest
    comparison: Comparison

    @property
    def firing_count(self) -> int:
        return len(self.comparison.firings)

    @property
    def lead(self) -> str:
        return lead_words(self.comparison.lead)

    @property
    def at_night(self) -> int:
        return at_night(self.comparison)


def trial_of(rule: Rule, *, reader: Person, now: datetime) -> Trial:
    """Of the last four weeks, or since the rule was made."""
    first = rule.versions.order_by("number").values_list("created_at", flat=True).first()
    alerts = rule.alerts.filter(is_shadow=True, opened_at__gte=now - LOOKED_BACK).order_by("opened_at")
    found = list(alerts.select_related("series")[:MOST_ALERTS])
    began = [moment for moment in (first, *(alert.started_at for alert in found[:1])) if moment is not None]
    since = max(now - LOOKED_BACK, min(began, default=now))
    names = list(dict.fromkeys(str(alert.series) for alert in found))
    place_of = {name: place for place, name in enumerate(names)}
    episodes = [
        Episode(
            series=place_of[str(alert.series)],
            started_at=alert.started_at,
            opened_at=alert.opened_at,
            last_seen_at=alert.last_seen_at,
            peak=alert.peak or 0.0,
            expected=alert.expected,
            ended_at=alert.ended_at,
        )
        for alert in found
    ]
    comparison = compare(firings_of(episodes), known_incidents(rule, since, now, reader=reader))
    return Trial(since, comparison, rows_of(comparison, names)[:MOST_ROWS])


def kept_tests(rule: Rule, versions: list[RuleVersion], *, reader: Person) -> list[Kept]:
    """The versions that have one, newest first."""
    tests = {
        test.version_id: test
        for test in StoredBackTest.objects.filter(version__in=[version.pk for version in versions])
    }
    kept = []
    for version in versions:
        test = tests.get(version.pk)
        if test is not None:
            known = known_incidents(rule, test.begins, test.ends, reader=reader)
            kept.append(Kept(version, test, compare(keeping.firings_of(test), known)))
    return kept
