"""What the indicators say of an imported log is what was counted of it independently. Called where the log has been
imported already (tests/incidents/imports/test_recorded.py): an import takes longer than all of this."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reports.figures import compute
from reports.indicators import Key, Question, Value, find_indicator
from reports.period import Days, Month, Period, day_of, parse_period

HOUR = timedelta(hours=1).total_seconds()
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def ask(name: str, period: Period, *by: str, **filters: str) -> dict[Key, Value]:
    indicator = find_indicator(name)
    assert indicator is not None
    return indicator.measure(Question(period, NOW, filters, by))


def span(months: Any) -> Period:
    """From the first of some months to the last."""
    found = sorted(Month.parse(month) for month in months)
    return Days(found[0].first_day, found[-1].end_day)


def by_month(name: str, period: Period, **filters: str) -> dict[str, Value]:
    return {month: value for (month,), value in ask(name, period, "month", **filters).items()}


def assert_counts(name: str, counted: dict[str, int]) -> None:
    """So many a month; months that are not named have none."""
    assert {month: value.value for month, value in by_month(name, span(counted)).items()} == counted


def assert_spread(value: Value, counted: dict[str, Any]) -> None:
    """Number, median and p90, to a thousandth of an hour."""
    assert value.count == counted["n"]
    told = [(value.parts[part] or 0) / HOUR for part in ("median", "p90")]
    assert told == pytest.approx([counted["median"], counted["p90"]], abs=0.001)


def assert_reports(counted: dict[str, int]) -> None:
    """The monthly report of each month counts the same, and compares with the same month before."""
    for month in counted:
        numbers = compute(Month.parse(month), now=NOW)
        assert numbers["incidents"]["all"]["count"] == counted[month]
        before = str(Month.parse(month).previous)
        assert numbers["previous"]["incidents"]["count"] == counted.get(before, 0)


def assert_servicenow(counted: dict[str, Any]) -> None:
    whole = span(counted["closed_by_month"])
    assert_counts("incidents", counted["opened_by_month"])
    assert_counts("resolved", counted["resolved_by_month"])
    assert_counts("closed", counted["closed_by_month"])
    assert_reports(counted["opened_by_month"])
    numbers = {priority[0]: count for priority, count in counted["by_priority"].items()}
    assert {key: value.value for (key,), value in ask("incidents", whole, "priority").items()} == numbers
    assert_servicenow_durations(counted, whole)
    assert_servicenow_shares(counted, whole)
    backlog = counted["open_backlog_at_month_end (opened < end and not closed < end)"]
    assert {month: value.value for month, value in by_month("backlog", span(backlog)).items()} == backlog


def assert_servicenow_durations(counted: dict[str, Any], whole: Period) -> None:
    resolve, close = ask("resolve", whole)[()], ask("close", whole)[()]
    assert_spread(resolve, counted["resolve_h"])
    assert (resolve.parts["left_out"], resolve.parts["backwards"]) == (counted["no_resolved_at"], 0)
    assert_spread(close, counted["close_h"])
    by_priority = ask("resolve", whole, "priority")
    for priority, spread in counted["resolve_h_by_priority"].items():
        assert_spread(by_priority[(priority[0],)], spread)
    by_both = ask("resolve", whole, "month", "priority")
    for month_and_priority, spread in counted["resolve_h_by_month_priority"].items():
        month, priority = month_and_priority.split(" | ")
        assert_spread(by_both[month, priority[0]], spread)


def assert_servicenow_shares(counted: dict[str, Any], whole: Period) -> None:
    reopened = ask("reopen_rate", whole)[()]
    assert reopened.parts["reopened"] == counted["reopened"]
    assert round(reopened.value or 0, 4) == counted["reopen_rate"]
    for (priority,), value in ask("reopen_rate", whole, "priority").items():
        (rate,) = [rate for name, rate in counted["reopen_rate_by_priority"].items() if name[0] == priority]
        assert round(value.value or 0, 4) == rate
    kept = ask("sla_recorded", whole)[()]
    assert kept.parts["met"] == counted["made_sla"]
    assert percent(kept) == counted["made_sla_pct"]
    found = {month: percent(value) for month, value in by_month("sla_recorded", whole).items()}
    assert found == counted["made_sla_pct_by_opened_month"]
    found = {priority: percent(value) for (priority,), value in ask("sla_recorded", whole, "priority").items()}
    assert found == {name[0]: share for name, share in counted["made_sla_pct_by_priority"].items()}


def percent(value: Value) -> float:
    return round((value.value or 0) * 100, 4)


def assert_vinst(counted: dict[str, Any]) -> None:
    whole = Days(day_of(datetime(2005, 1, 1, tzinfo=UTC)), day_of(datetime(2013, 1, 1, tzinfo=UTC)))
    found = {month: value.value for month, value in by_month("incidents", whole).items()}
    assert found == counted["started_by_month"]
    assert_spread(ask("close", whole)[()], counted["duration_h"])
    of_impact = {"Major": "1", "High": "2", "Medium": "3", "Low": "4"}  # the profile's priorities
    by_impact = ask("close", whole, "priority")
    for impact, spread in counted["duration_h_by_impact"].items():
        assert_spread(by_impact[(of_impact[impact],)], spread)
    reopened = ask("reopen_rate", whole)[()]
    assert reopened.parts["reopened"] == counted["reopened"]


def assert_help_desk(counted: dict[str, Any]) -> None:
    assert_counts("incidents", counted["started_by_month"])
    assert ask("incidents", parse_period("2012"))[()].value == sum(
        count for month, count in counted["started_by_month"].items() if month.startswith("2012")
    )
