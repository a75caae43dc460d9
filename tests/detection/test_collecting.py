"""Metrics out of tables: every interval once, late rows too, and nothing made up where the source says nothing."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg2
import pytest
from django.db import connection

from detection import frames
from detection.models import Collection, Metric, Series
from detection.services import collect_due, collect_for_a_while, evaluate_due
from detection.services.collecting import COLLECTORS_LOCK, claim_next, collect
from lifecycle import clock as product_clock
from tests.clock import Clock
from tests.detection.made import make_metric, make_rule
from tests.detection.shops import MINUTE, Shop, payments_metric

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Shop:
    settings.SOURCE_FILES = str(tmp_path)
    return Shop(tmp_path)


def stored(metric: Metric) -> dict[datetime, dict[str, float]]:
    """Minute -> labels, joined -> value; without gaps."""
    series = list(Series.objects.filter(metric=metric))
    window = frames.read_window(metric, metric.created_at - timedelta(days=40), product_clock.now(), width=len(series))
    return {
        at: {
            " ".join(row.labels[name] for name in metric.dimensions): float(values[row.position])
            for row in series
            if not np.isnan(values[row.position])
        }
        for at, values in zip(window.times, window.values, strict=True)
    }


def begin(clock: Clock, minutes: int = 0) -> datetime:
    """The beginning of the minute so many minutes ago; the hand is put five seconds into the present one."""
    now = clock.set(clock.now().replace(second=5, microsecond=0) + MINUTE)
    return now.replace(second=0, microsecond=0) - minutes * MINUTE


def test_payments_by_minute_merchant_and_category_come_out_of_the_table(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 3)
    shop.pay(start, count=3)
    shop.pay(start + timedelta(seconds=59), count=2, merchant="m2")
    shop.pay(start + MINUTE, count=1)
    collection = payments_metric(shop.source(), start=start)
    assert collect_due() == 3, Collection.objects.get().last_error
    assert stored(collection.metric) == {
        start: {"m1 books": 3, "m2 books": 2},
        start + MINUTE: {"m1 books": 1, "m2 books": 0},
        start + 2 * MINUTE: {"m1 books": 0, "m2 books": 0},
    }
    assert collect_due() == 0


def test_late_rows_are_laid_over_what_was_read_before(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 1)
    metric = make_metric(dimensions=["merchant", "category"], lateness=5 * MINUTE)
    payments_metric(shop.source(), start=start, metric=metric)
    shop.pay(start, count=3)
    collect_due()
    shop.pay(start, count=2)
    clock.advance(minutes=1)
    collect_due()
    assert stored(metric)[start] == {"m1 books": 5}


def test_a_source_that_is_away_is_waited_for_and_then_caught_up_with(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 1)
    shop.pay(start)
    collection = payments_metric(shop.source(), start=start)
    away = shop.path.rename(shop.path.with_suffix(".away"))
    for _minute in range(5):
        collect_due()
        clock.advance(minutes=1)
    collection.refresh_from_db()
    assert collection.failures >= 3
    assert collection.last_error == "There is no such file in the folder for files."
    assert stored(collection.metric) == {}
    away.rename(shop.path)
    clock.advance(minutes=5)
    assert collect_due() == 11
    collection.refresh_from_db()
    assert (collection.failures, collection.last_error) == (0, "")
    assert stored(collection.metric)[start] == {"m1 books": 1}


def test_an_outage_is_caught_up_with_in_steps(shop: Shop, clock: Clock) -> None:
    payments_metric(shop.source(), start=begin(clock, 75))
    assert collect(claimed()) == 60
    assert collect_due() == 15


def claimed() -> Collection:
    collection = claim_next()
    assert collection is not None
    return collection


def test_no_interval_older_than_what_is_kept_is_asked_for(shop: Shop, clock: Clock) -> None:
    metric = make_metric(dimensions=["merchant", "category"], retention=timedelta(hours=1))
    collection = payments_metric(shop.source(), start=begin(clock, 600), metric=metric)
    collect_due()
    collection.refresh_from_db()
    assert 59 <= metric.frames.count() <= 60
    assert product_clock.now() - collection.collected_to < MINUTE


def test_two_workers_read_a_metric_once(shop: Shop, clock: Clock) -> None:
    payments_metric(shop.source(), start=begin(clock, 1))
    mine = claimed()
    assert claim_next() is None
    assert collect(mine) == 1
    assert claim_next() is None, "the next interval is not over yet"


def test_whose_time_is_over_claims_nothing_more(shop: Shop, clock: Clock) -> None:
    collection = payments_metric(shop.source(), start=begin(clock, 1))
    assert collect_due(seconds=-1) == 0
    collection.refresh_from_db()
    assert (collection.lease, collection.leased_until) == (None, None)
    assert collect_due() == 1, "it is due still"


def test_whoever_has_lost_its_lease_stores_nothing(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 1)
    collection = payments_metric(shop.source(), start=start)
    slow = claimed()
    clock.advance(minutes=3)
    other = claimed()
    shop.pay(start, count=7)
    assert collect(slow) == 0
    assert stored(collection.metric) == {}
    assert collect(other) == 4
    assert stored(collection.metric)[start] == {"m1 books": 7}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("many", "type"),
        (float("inf"), "not_finite"),
        (-5, "negative"),
        (1e300, "huge"),
        (b"\xff\xfe", "type"),
    ],
)
def test_a_value_nobody_can_believe_is_a_gap_and_reported(shop: Shop, clock: Clock, value: Any, reason: str) -> None:
    start = begin(clock, 1)
    shop.pay(start, amount=value, merchant="m1")
    shop.pay(start, amount=12, merchant="m2")
    collection = payments_metric(
        shop.source(), start=start, aggregate="sum", value_column="amount", highest=1e12, statement=OWN
    )
    collect_due()
    assert stored(collection.metric) == {start: {"m2 books": 12}}
    row = collection.rejected.get()
    assert (row.reason, row.count, row.interval_at) == (reason, 1, start)
    assert row.sample.startswith("m1, books, ")


OWN = "SELECT merchant, category, amount FROM payments WHERE at >= :start AND at < :end"


def test_a_gap_is_no_zero_even_where_missing_rows_are(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 2)
    shop.pay(start, amount=5)
    shop.pay(start + MINUTE, amount="?")
    collection = payments_metric(shop.source(), start=start, statement=OWN, zero_when_missing=True)
    collect_due()
    assert stored(collection.metric) == {start: {"m1 books": 5}, start + MINUTE: {}}


def test_values_have_no_zero_for_a_missing_row(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 2)
    shop.pay(start, amount=5)
    collection = payments_metric(shop.source(), start=start, aggregate="average", value_column="amount")
    assert not collection.zero_when_missing
    collect_due()
    assert stored(collection.metric) == {start: {"m1 books": 5}, start + MINUTE: {}}


def test_two_rows_that_contradict_each_other_are_a_gap(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 1)
    shop.pay(start, amount=5)
    shop.pay(start, amount=7)
    shop.pay(start, amount=8, merchant="m2", count=2)
    collection = payments_metric(shop.source(), start=start, statement=OWN)
    collect_due()
    assert stored(collection.metric) == {start: {"m2 books": 8}}
    assert collection.rejected.get().count == 2


def test_strange_letters_in_labels_lose_no_payment(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 1)
    for merchant in ("nul\x00", "\u202emirror", "🥟", None, "", "=cmd()", "x" * 500):
        shop.pay(start, merchant=merchant)
    collection = payments_metric(shop.source(), start=start)
    collect_due()
    assert stored(collection.metric)[start] == {
        "nul� books": 1,
        "�mirror books": 1,
        "🥟 books": 1,
        "=cmd() books": 1,
    } | {"(none) books": 1}
    assert {row.reason: row.count for row in collection.rejected.all()} == {"letters": 2, "label": 1, "duplicate": 1}


def test_an_answer_of_too_many_rows_leaves_a_gap_and_goes_on(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 2)
    for number in range(20):
        shop.pay(start, merchant=f"m{number}")
    shop.pay(start + MINUTE)
    collection = payments_metric(shop.source(row_cap=10), start=start)
    collect_due()
    clock.advance(seconds=1)
    collect_due()
    assert stored(collection.metric) == {start: {}, start + MINUTE: {"m1 books": 1}}


def test_the_rule_says_unknown_of_a_gap_and_opens_nothing(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 3)
    collection = payments_metric(shop.source(), start=start, statement=OWN)
    parameters = {"direction": "below", "value": 3}
    rule = make_rule(collection.metric, parameters=parameters, fire_for=1, fire_of=1, evaluate_from=start - MINUTE)
    shop.pay(start, amount=5)
    shop.pay(start + MINUTE, amount=float("-inf"))
    shop.pay(start + 2 * MINUTE, amount=1e300)
    collect_due()
    assert evaluate_due() == 3
    rule.refresh_from_db()
    assert rule.status == "unknown"
    assert not rule.alerts.exists()


def test_columns_that_are_not_there_are_told_and_stop_nobody(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 1)
    source = shop.source()
    shop.pay(start)
    broken = payments_metric(source, start=start, time_column="happened")
    good = payments_metric(source, start=start)
    collect_due()
    broken.refresh_from_db()
    assert "happened" in broken.last_error
    assert stored(good.metric) == {start: {"m1 books": 1}}


def test_a_row_that_was_deleted_leaves_a_zero(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 1)
    metric = make_metric(dimensions=["merchant", "category"], lateness=5 * MINUTE)
    payments_metric(shop.source(), start=start, metric=metric)
    shop.pay(start, count=3)
    collect_due()
    with shop.open() as line:
        line.execute("DELETE FROM payments")
    clock.advance(minutes=1)
    collect_due()
    assert stored(metric)[start] == {"m1 books": 0}


@pytest.mark.django_db(transaction=True)
def test_a_worker_reads_several_metrics_at_once_and_another_one_none(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 2)
    shop.pay(start)
    source = shop.source()
    metrics = [payments_metric(source, start=start).metric for _number in range(6)]
    with psycopg2.connect(**connection.get_connection_params()) as line, line.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [COLLECTORS_LOCK])
        assert collect_for_a_while() == 0
        cursor.execute("SELECT pg_advisory_unlock(%s)", [COLLECTORS_LOCK])
    line.close()
    assert collect_for_a_while() == 12
    assert all(stored(metric)[start] == {"m1 books": 1} for metric in metrics)


def test_a_source_that_hangs_leaves_room_for_others(shop: Shop, clock: Clock) -> None:
    start = begin(clock, 1)
    hangs, other = shop.source(slug="hangs"), shop.source(slug="other")
    for _number in range(4):
        payments_metric(hangs, start=start)
    payments_metric(other, start=start)
    assert {claimed().source.slug for _number in range(3)} == {"hangs", "other"}
    assert claim_next() is None
