"""Exports of three real systems, imported: what the database says afterwards equals what was counted independently."""

import json
import statistics
from collections import Counter
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Avg, Count, ExpressionWrapper, F, Max, Q, QuerySet
from django.db.models.fields import DurationField
from django.db.models.functions import Extract, TruncMonth

from catalog.models import Role
from incidents.imports.profile_reading import load_profile
from incidents.imports.running import Import, import_file
from incidents.models import ImportedIncident, Incident
from lifecycle.models import Event
from tests.factories import make_person
from tests.reports import recorded

PROJECT = Path(__file__).resolve().parents[3]
DATA = PROJECT.parent / "shared" / "data"
SERVICENOW = "itil_uci_servicenow/incident_event_log_dev.csv.gz"
VINST = "itil_bpic2013/closed_problems.csv.gz"
HELPDESK = "itil_helpdesk_it/helpdesk.csv.gz"
AGAIN = 300  # incidents

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not (DATA / SERVICENOW).exists(), reason="the recorded exports are not here (../shared/data)"),
]


def truth(name: str) -> dict[str, Any]:
    counted: dict[str, Any] = json.loads((DATA / "truth" / f"itil_{name}.json").read_text())
    return counted


def imported(file: str, profile: str) -> Import:
    """Import it, and its beginning once more: the second run must leave everything as it was."""
    make_person(Role.ADMINISTRATOR)
    made = import_file(DATA / file, load_profile(profile))
    assert made.faults.first == []
    before = state_of_the_database()
    again = import_file(DATA / file, load_profile(profile), most=AGAIN)
    assert state_of_the_database() == before
    assert made.counts["created"] == made.counts["incidents"]
    assert again.counts["unchanged"] == AGAIN
    assert again.counts["events_added"] == 0
    return made


def state_of_the_database() -> Any:
    """Counts, and the newest row of each kind."""
    events = Event.objects.aggregate(n=Count("pk"), last=Max("pk"))
    incidents = Incident.objects.aggregate(n=Count("pk"), last=Max("pk"), version=Max("version"))
    origins = list(ImportedIncident.objects.order_by("pk").values_list("reference", "digest", "run"))
    return events, incidents, origins


def incidents() -> QuerySet[Any]:
    return Incident.objects.filter(imported__isnull=False)


def steps() -> QuerySet[Event]:
    return Event.objects.filter(verb="import").order_by("subject_id", "pk")


def hours(rows: QuerySet[Any], end: str, start: str = "reported_at") -> list[float]:
    lasting = ExpressionWrapper(F(end) - F(start), output_field=DurationField())
    found = rows.annotate(lasting=lasting).values_list("lasting", flat=True)
    return sorted(lasted / timedelta(hours=1) for lasted in found)


def assert_spread(found: list[float], counted: dict[str, Any]) -> None:
    """n, mean, median, the value below which nine tenths lie, and the greatest, to a thousandth."""
    rank = min(int(0.9 * len(found)), len(found) - 1)
    assert len(found) == counted["n"]
    assert [statistics.mean(found), statistics.median(found), found[-1]] == pytest.approx(
        [counted["mean"], counted["median"], counted["max"]], abs=0.001
    )
    assert found[rank] == pytest.approx(counted["p90"], abs=0.001)


def by_month(rows: QuerySet[Any], moment: str) -> dict[str, int]:
    found = rows.annotate(month=TruncMonth(moment)).values_list("month").annotate(n=Count("pk")).order_by("month")
    return {f"{month:%Y-%m}": count for month, count in found}


def counted_by(field: str, rows: QuerySet[Any] | None = None) -> dict[Any, int]:
    found = (incidents() if rows is None else rows).order_by().values_list(field).annotate(n=Count("pk"))
    return dict(found)


def test_a_servicenow_export_is_told_as_it_was_counted() -> None:
    made, counted = imported(SERVICENOW, "servicenow"), truth("uci_servicenow")
    assert (made.counts["incidents"], made.counts["events"]) == (counted["incidents"], counted["events"])
    assert incidents().count() == counted["incidents"]
    assert steps().count() == counted["events"]
    assert_servicenow_states(counted)
    assert_servicenow_priorities(counted)
    assert_servicenow_promises(made, counted)
    assert_servicenow_durations(counted)
    assert_servicenow_facts(counted)
    recorded.assert_servicenow(counted)


def assert_servicenow_states(counted: dict[str, Any]) -> None:
    assert counted_by("status") == {"closed": counted["final_state"]["Closed"]}
    assert counted_by("imported__facts__state") == counted["final_state"]
    assert counted_by("data__state", steps()) == counted["state_event_counts"]
    moves: Counter[str] = Counter()
    of_incident = groupby(steps().values_list("subject_id", "data__state"), key=lambda row: row[0])
    for _incident, rows in of_incident:
        states = [state for _subject, state in rows]
        moves.update(f"{before} -> {after}" for before, after in pairwise(states) if before != after)
    assert moves == counted["state_changes_in_file_order"]


def assert_servicenow_priorities(counted: dict[str, Any]) -> None:
    numbers = {int(words[0]): count for words, count in counted["by_priority"].items()}
    assert counted_by("priority") == numbers
    assert counted_by("level") == {1: numbers[1], 2: numbers[2], 3: numbers[3] + numbers[4]}
    assert counted_by("imported__facts__priority") == counted["by_priority"]
    assert counted_by("imported__facts__impact") == counted["by_impact"]
    assert counted_by("imported__facts__urgency") == counted["by_urgency"]
    changed = steps().filter(data__changes__has_key="priority").values("subject_id").distinct()
    assert changed.count() == counted["priority_changed_incidents"]


def assert_servicenow_promises(made: Import, counted: dict[str, Any]) -> None:
    """Reopenings, and the SLA as the source recorded it."""
    reopened = incidents().filter(reopen_count__gt=0)
    assert (reopened.count(), made.counts["reopened"]) == (counted["reopened"], counted["reopened"])
    assert round(reopened.count() / incidents().count(), 4) == counted["reopen_rate"]
    assert round(made.counts["reopen_rate"], 4) == counted["reopen_rate"]
    assert incidents().aggregate(most=Max("reopen_count"))["most"] == counted["max_reopen_count"]
    is_met = Q(imported__facts__sla_met=True)
    assert (incidents().filter(is_met).count(), made.counts["sla_met"]) == (counted["made_sla"], counted["made_sla"])
    assert round(made.counts["sla_met_share"] * 100, 4) == counted["made_sla_pct"]
    judged = incidents().annotate(month=TruncMonth("reported_at")).order_by()
    for field, shares, key in (
        ("imported__facts__priority", counted["made_sla_pct_by_priority"], str),
        ("month", counted["made_sla_pct_by_opened_month"], lambda month: f"{month:%Y-%m}"),
    ):
        rows = judged.values_list(field).annotate(n=Count("pk"), met=Count("pk", filter=is_met))
        assert {key(name): round(met / n * 100, 4) for name, n, met in rows} == shares
    rows = judged.values_list("imported__facts__priority").annotate(
        n=Count("pk"), again=Count("pk", filter=Q(reopen_count__gt=0))
    )
    assert {name: round(again / n, 4) for name, n, again in rows} == counted["reopen_rate_by_priority"]
    flipped = steps().filter(data__changes__made_sla=["true", "false"]).values("subject_id").distinct()
    assert flipped.count() == counted["incidents_whose_made_sla_flipped_true_to_false"]


def assert_servicenow_durations(counted: dict[str, Any]) -> None:
    """``resolved_at`` of an incident for which the source knows none stands in only; the facts tell them apart."""
    resolved = incidents().exclude(imported__facts__resolved_at=None)
    assert incidents().filter(imported__facts__resolved_at=None).count() == counted["no_resolved_at"]
    assert not incidents().filter(resolved_at=None).exists()
    assert_spread(hours(resolved, "resolved_at"), counted["resolve_h"])
    assert_spread(hours(incidents(), "closed_at"), counted["close_h"])
    for priority, spread in counted["resolve_h_by_priority"].items():
        assert_spread(hours(resolved.filter(priority=int(priority[0])), "resolved_at"), spread)
    for month_and_priority, spread in counted["resolve_h_by_month_priority"].items():
        month, priority = month_and_priority.split(" | ")
        year, number = map(int, month.split("-"))
        rows = resolved.filter(reported_at__year=year, reported_at__month=number, imported__facts__priority=priority)
        assert_spread(hours(rows, "resolved_at"), spread)
    assert by_month(incidents(), "reported_at") == counted["opened_by_month"]
    assert by_month(resolved, "resolved_at") == counted["resolved_by_month"]
    assert by_month(incidents(), "closed_at") == counted["closed_by_month"]


def assert_servicenow_facts(counted: dict[str, Any]) -> None:
    facts = "imported__facts"
    assert incidents().filter(**{f"{facts}__reassignment_count__gt": 0}).count() == counted["reassigned_incidents"]
    moved = list(incidents().values_list(f"{facts}__reassignment_count", flat=True))
    assert (round(statistics.mean(moved), 4), max(moved)) == (
        counted["reassignment_count"]["mean"],
        counted["reassignment_count"]["max"],
    )
    linked = list(incidents().exclude(**{f"{facts}__problem_ids": []}).values_list(f"{facts}__problem_ids", flat=True))
    assert (len(linked), len({problem for found in linked for problem in found})) == (
        counted["with_problem_id"],
        counted["distinct_problem_ids"],
    )
    for fact, column in (("change", "rfc"), ("vendor", "vendor"), ("caused_by", "caused_by")):
        at_the_end = ~Q(**{f"imported__facts__other__{fact}": None})
        before = Q(pk__in=steps().filter(data__changes__has_key=column).values("subject_id"))
        assert incidents().filter(at_the_end | before).count() == counted[f"with_{column}"]
    categories = counted_by("category__parent__name")
    assert [[name, categories[name]] for name, _count in counted["top10_category"]] == counted["top10_category"]
    groups = counted_by(f"{facts}__group")
    for name, count in counted["top10_assignment_group"]:
        assert groups[None if name == "?" else name] == count


def test_a_vinst_export_is_told_as_it_was_counted() -> None:
    made, counted = imported(VINST, "vinst"), truth("bpic2013_closed_problems")
    assert (made.counts["incidents"], made.counts["events"]) == (counted["cases"], counted["events"])
    assert (incidents().count(), steps().count()) == (counted["cases"], counted["events"])
    assert counted_by("data__state", steps()) == counted["status_substatus"]
    assert counted_by("imported__facts__state") == counted["last_status"]
    assert counted_by("imported__facts__impact") == counted["impact_last"]
    assert incidents().filter(reopen_count__gt=0).count() == counted["reopened"]
    assert round(made.counts["reopen_rate"], 3) == counted["reopen_rate"]
    assert_spread(hours(incidents(), "closed_at"), counted["duration_h"])
    for impact, spread in counted["duration_h_by_impact"].items():
        assert_spread(hours(incidents().filter(imported__facts__impact=impact), "closed_at"), spread)
    assert by_month(incidents(), "reported_at") == counted["started_by_month"]
    handed = list(incidents().values_list("imported__facts__reassignment_count", flat=True))
    assert (round(statistics.mean(handed), 4), max(handed)) == (
        counted["ping_pong"]["mean"],
        counted["ping_pong"]["max"],
    )
    products = counted_by("service__name")
    assert {name: products[f"VINST {name}"] for name, _n in counted["top10_product"]} == dict(counted["top10_product"])
    groups = counted_by("data__group", steps())
    assert {name: groups[name] for name, _n in counted["top10_group_events"]} == dict(counted["top10_group_events"])
    assert round(share_of_waiting("Accepted/Wait"), 4) == counted["wait_share"]
    recorded.assert_vinst(counted)


def share_of_waiting(state: str) -> float:
    """Of the time between entries of one incident, how much followed an entry in this state."""
    waiting = total = timedelta(0)
    rows = steps().order_by("subject_id", "occurred_at", "pk").values_list("subject_id", "occurred_at", "data__state")
    for (incident, at, before), (next_incident, until, _after) in pairwise(rows):
        if incident == next_incident:
            total += until - at
            waiting += (until - at) * (before == state)
    return waiting / total


def test_a_help_desks_export_is_told_as_it_was_counted() -> None:
    made, counted = imported(HELPDESK, "helpdesk"), truth("helpdesk_it")
    assert (made.counts["incidents"], made.counts["events"]) == (counted["cases"], counted["events"])
    assert (incidents().count(), steps().count()) == (counted["cases"], counted["events"])
    assert counted_by("data__state", steps()) == counted["activities"]
    assert counted_by("imported__facts__other__service_level") == counted["service_level_last"]
    assert counted_by("imported__facts__other__seriousness") == counted["seriousness_last"]
    assert by_month(incidents(), "reported_at") == counted["started_by_month"]
    spans = incidents().values_list("imported__facts__first_event_at", "imported__facts__last_event_at")
    lasted = [datetime.fromisoformat(last) - datetime.fromisoformat(first) for first, last in spans]
    assert_spread(sorted(span / timedelta(hours=1) for span in lasted), counted["duration_h"])
    facts = incidents().values_list("imported__facts__seriousness_assigned_at", "imported__facts__acknowledged_at")
    both = [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in facts if a and b]
    minutes = sorted((taken - assigned) / timedelta(minutes=1) for assigned, taken in both)
    assert_spread(minutes, counted["ack_minutes (first Take in charge - first Assign seriousness)"])
    recorded.assert_help_desk(counted)


def test_nobody_is_told_of_what_was_imported() -> None:
    make_person(Role.ADMINISTRATOR)
    import_file(DATA / HELPDESK, load_profile("helpdesk"), most=200)
    assert incidents().count() == 200
    assert not Event.objects.filter(dispatched_at=None, verb="import").exists()
    assert not Event.objects.filter(verb="import").exclude(recorded_at=F("occurred_at")).exists()
    assert incidents().aggregate(late=Avg(Extract(F("reported_at") - F("occurred_at"), "epoch")))["late"] == 0
