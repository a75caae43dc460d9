"""The figures of a month are those that the pure modules find in the rows."""

import statistics
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.services import set_audience
from incidents import services
from incidents.models import Clock, Impact, Incident
from lifecycle import clock as time
from reports.attainment import judge
from reports.figures import compute
from reports.period import Month
from tests.clock import Clock as Hand
from tests.factories import make_business_line, make_incident, make_person, make_service

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=UTC)


@pytest.fixture
def november(clock: Hand) -> Hand:
    clock.set(datetime(2026, 11, 3, 9, tzinfo=UTC))
    return clock


def make_old_incident(day: int, **fields: Any) -> Incident:
    fields.setdefault("reported_at", at(day))
    return make_incident(**fields)


def figures() -> dict[str, Any]:
    return compute(OCTOBER, now=time.now())


def test_a_month_without_incidents_has_noughts_and_no_medians(november: Hand) -> None:
    numbers = figures()
    assert numbers["incidents"]["all"] == {"count": 0, "cancelled": 0, "major": 0, "by_rules": 0, "by_level": {}}
    assert numbers["durations"]["recover"] == {"all": {"count": 0, "median": None, "p90": None}}
    assert numbers["attainment"] == {}
    assert numbers["top"] == []


def test_it_counts_what_was_reported_in_the_month_by_level_and_service(november: Hand) -> None:
    cards, wallet = make_service(name="Cards"), make_service(name="Wallet")
    for day, service, level in [(1, cards, 1), (2, cards, 2), (31, cards, 2), (15, wallet, 3)]:
        make_old_incident(day, service=service, level=level)
    make_incident(service=cards, reported_at=datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC))
    make_incident(service=cards, reported_at=datetime(2026, 11, 1, tzinfo=UTC))
    numbers = figures()
    assert numbers["incidents"]["all"]["by_level"] == {"1": 1, "2": 2, "3": 1}
    assert numbers["incidents"]["all"]["major"] == 1
    assert [(row["name"], row["count"]) for row in numbers["incidents"]["services"]] == [("Cards", 3), ("Wallet", 1)]
    assert numbers["previous"]["incidents"]["count"] == 1


def test_false_alarms_are_counted_apart(november: Hand) -> None:
    incident = make_old_incident(5)
    services.cancel_incident(incident, actor=make_person(), via="web", reason="a test")
    counts = figures()["incidents"]
    assert (counts["all"]["count"], counts["all"]["cancelled"], counts["services"]) == (0, 1, [])
    assert figures()["attainment"] == {}


def test_durations_are_median_and_p90_of_what_is_known(november: Hand) -> None:
    minutes = [4, 10, 300, 7, 25]
    for day, outage in enumerate(minutes, start=1):
        incident = make_old_incident(day)
        services.recover_incident(incident, actor=None, via="detector", recovered_at=at(day) + outage * MINUTE)
    make_old_incident(20)
    numbers = figures()
    spread = numbers["durations"]["recover"]["2"]
    seconds = [outage * 60 for outage in minutes]
    assert spread["count"] == 5
    assert spread["median"] == statistics.median(seconds)
    assert spread["p90"] == sorted(seconds)[4]
    assert numbers["quality"]["lacks_recover"] == 1


def test_a_duration_that_runs_backwards_is_left_out_and_listed(november: Hand) -> None:
    incident = make_old_incident(5)
    Incident.objects.filter(pk=incident.pk).update(recovered_at=incident.occurred_at - HOUR)
    numbers = figures()
    assert numbers["durations"]["recover"]["all"]["count"] == 0
    assert numbers["quality"]["lacks_recover"] == 1


def test_attainment_equals_the_verdicts_over_the_single_clocks(november: Hand) -> None:
    for day, (level, minutes) in enumerate([(1, 5), (1, 200), (2, 20), (2, 500), (3, 10)], start=1):
        incident = make_old_incident(day, level=level)
        services.recover_incident(incident, actor=None, via="detector", recovered_at=at(day) + minutes * MINUTE)
    make_old_incident(31)
    services.record_breaches()
    expected: dict[tuple[str, int], list[int]] = {}
    for row in Clock.objects.select_related("incident"):
        verdict = judge(breached_at=row.breached_at, stopped_at=row.stopped_at, is_void=row.is_void)
        if verdict is not None and OCTOBER.start <= verdict.at < OCTOBER.end:
            expected.setdefault((row.kind, row.incident.level_id), [0, 0])[0 if verdict.is_met else 1] += 1
    found = {
        (kind, int(level)): [tally["met"], tally["missed"]]
        for kind, levels in figures()["attainment"].items()
        for level, tally in levels.items()
        if level != "all"
    }
    assert found == expected
    assert found["recovery", 1] == [1, 1]


def test_stability_follows_impact_and_the_audience_of_the_day(november: Hand) -> None:
    service = make_service()
    set_audience(service=service, valid_from=at(11).date(), daily_users=40_000, daily_page_views=90_000)
    incident = make_old_incident(3, service=service)
    for hours in (2, 2):  # the same impact noted twice counts once
        services.record_impact(
            incident,
            actor=None,
            via="web",
            started_at=at(3),
            ended_at=at(3) + hours * HOUR,
            affected_users=500,
            affected_page_views=1500,
            is_down=True,
        )
    company = figures()["stability"]["company"]
    assert company["uv"] == {"lost": 500, "whole": 10 * 10_000 + 21 * 40_000}
    assert company["pv"] == {"lost": 1500, "whole": 10 * 50_000 + 21 * 90_000}
    assert company["time"] == {"lost": 7200, "whole": 31 * 86_400}


def test_a_business_line_adds_up_everything_below_it(november: Hand) -> None:
    top = make_business_line(name="Offline")
    schools = make_business_line(name="Schools", parent=top)
    shops = make_service(business_line=make_business_line(name="Shops", parent=top))
    canteen = make_service(business_line=schools)
    for service in (shops, canteen):
        services.record_impact(
            make_old_incident(3, service=service), actor=None, via="web", ended_at=at(4), affected_users=100
        )
    lines = {line["name"]: line["uv"]["lost"] for line in figures()["stability"]["lines"]}
    assert lines == {"Offline": 200, "Schools": 100, "Shops": 100}


def test_cancelled_incidents_harm_nobody(november: Hand) -> None:
    incident = make_old_incident(3)
    services.record_impact(incident, actor=None, via="web", ended_at=at(4), affected_users=100)
    services.cancel_incident(incident, actor=make_person(), via="web", reason="wrong")
    assert figures()["stability"]["company"]["uv"]["lost"] == 0


def test_the_worst_incidents_come_first(november: Hand) -> None:
    for level, users in [(2, 50), (1, 10), (2, 900)]:
        incident = make_old_incident(3, level=level)
        services.record_impact(incident, actor=None, via="web", ended_at=at(4), affected_users=users)
    assert [(line["level"], line["users"]) for line in figures()["top"]] == [(1, 10), (2, 900), (2, 50)]


def test_the_number_of_queries_does_not_depend_on_the_number_of_incidents(november: Hand) -> None:
    def count_queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            compute(OCTOBER, now=datetime(2026, 11, 3, tzinfo=UTC))
        return len(captured)

    make_old_incident(1)
    few = count_queries()
    service = make_service()
    for day in range(2, 12):
        incident = make_old_incident(day, service=service, level=1 + day % 3)
        Impact.objects.create(incident=incident, started_at=at(day), ended_at=at(day, 14), affected_users=day)
    assert count_queries() == few
    assert few <= 22
