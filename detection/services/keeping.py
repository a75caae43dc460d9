"""Back-tests that are kept with a version of a rule, to be held against those of another."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from catalog.models import Person
from detection.backtest import Firing
from detection.models import Rule, RuleVersion, StoredBackTest
from detection.services.backtesting import BackTest, back_test
from detection.services.rules import draft_rule, require_editor
from detection.services.versions import fields_of

MOST_FIRINGS = 500


def back_test_versions(
    rule: Rule, *, numbers: list[int], span: timedelta, actor: Person | None, until: datetime | None = None
) -> list[StoredBackTest]:
    """Back-test these versions over the same stretch and keep what came of it. Raises NotPermitted."""
    require_editor(actor)
    newest = until or rule.metric.frames.order_by("-at").values_list("at", flat=True).first()
    versions = rule.versions.filter(number__in=numbers).order_by("number")
    tested = [(version, _test(rule, version, span, newest)) for version in versions]
    with transaction.atomic():
        return [_keep(version, test, actor) for version, test in tested]


def firings_of(kept: StoredBackTest) -> list[Firing]:
    """As they were kept; ``series`` is lost but for the names in ``kept.firings``."""
    return [
        Firing(
            started_at=datetime.fromisoformat(row["started_at"]),
            opened_at=datetime.fromisoformat(row["opened_at"]),
            ended_at=datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
            series=(),
            peak=row["peak"],
            expected=row["expected"],
        )
        for row in kept.firings
    ]


def _test(rule: Rule, version: RuleVersion, span: timedelta, until: datetime | None) -> BackTest:
    draft = draft_rule(rule, check=False, **fields_of(version.definition))
    return back_test(draft, actor=None, span=span, until=until)


def _keep(version: RuleVersion, test: BackTest, actor: Person | None) -> StoredBackTest:
    kept: dict[str, Any] = {
        "begins": test.begins,
        "ends": test.ends,
        "firings": [_row(test, firing) for firing in test.outcome.firings[-MOST_FIRINGS:]],
        "counts": test.outcome.counts,
        "limits": test.limits,
        "series_count": len(test.series),
        "actor": actor,
    }
    StoredBackTest.objects.filter(version=version).delete()
    return StoredBackTest.objects.create(version=version, **kept)


def _row(test: BackTest, firing: Firing) -> dict[str, Any]:
    return {
        "started_at": firing.started_at.isoformat(),
        "opened_at": firing.opened_at.isoformat(),
        "ended_at": firing.ended_at.isoformat() if firing.ended_at else None,
        "series": [str(test.series[place]) for place in firing.series[:5]],
        "peak": firing.peak,
        "expected": firing.expected,
    }
