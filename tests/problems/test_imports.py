"""The closed problems of a car maker, imported: the database says what was counted independently."""

import json
import statistics
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.models import Role
from incidents.imports.profile_reading import load_profile
from incidents.imports.running import import_file
from lifecycle.models import Event
from problems.imports.writing import ProblemImporter
from problems.models import DueLook, ImportedProblem, Problem
from tests.factories import make_person

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FILE = DATA / "itil_bpic2013" / "closed_problems.csv.gz"
TRUTH = DATA / "truth" / "itil_bpic2013_closed_problems.json"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FILE.exists(), reason="the recorded export is not here (../shared/data)"),
]


def hours(facts: dict[str, Any]) -> float:
    first, last = (datetime.fromisoformat(facts[name]) for name in ("first_event_at", "last_event_at"))
    return (last - first).total_seconds() / 3600


def assert_spread(found: list[float], counted: dict[str, Any]) -> None:
    found = sorted(found)
    assert len(found) == counted["n"]
    assert found[min(int(0.9 * len(found)), len(found) - 1)] == pytest.approx(counted["p90"], abs=0.001)
    assert [statistics.mean(found), statistics.median(found), found[-1]] == pytest.approx(
        [counted["mean"], counted["median"], counted["max"]], abs=0.001
    )


def test_the_closed_problems_are_told_as_they_were_counted() -> None:
    make_person(Role.ADMINISTRATOR)
    made = import_file(FILE, load_profile("vinst"), importer=ProblemImporter)
    counted = json.loads(TRUTH.read_text())
    assert made.faults.first == []
    facts = list(ImportedProblem.objects.values_list("facts", flat=True))
    steps = Event.objects.filter(verb="import")
    states = Counter(steps.values_list("data__state", flat=True))
    assert (Problem.objects.count(), steps.count()) == (counted["cases"], counted["events"])
    assert states == counted["status_substatus"]
    by_status: Counter[str] = Counter()
    for state, count in states.items():
        by_status[state.partition("/")[0]] += count
    assert by_status == counted["status"]
    assert Counter(each["impact"] for each in facts) == counted["impact_last"]
    assert Counter(each["state"] for each in facts) == counted["last_status"]
    assert sum(each["reopen_count"] > 0 for each in facts) == counted["reopened"]
    assert made.counts["reopened"] == counted["reopened"]
    assert_spread([hours(each) for each in facts], counted["duration_h"])
    for impact, spread in counted["duration_h_by_impact"].items():
        assert_spread([hours(each) for each in facts if each["impact"] == impact], spread)
    moves = [each["reassignment_count"] for each in facts]
    assert statistics.mean(moves) == pytest.approx(counted["ping_pong"]["mean"], abs=0.0001)
    products = Counter(each["other"]["product"] for each in facts)
    assert [[name, products[name]] for name, _count in counted["top10_product"]] == counted["top10_product"]
    months = Counter(f"{at:%Y-%m}" for at in Problem.objects.values_list("raised_at", flat=True))
    assert sum(months.values()) == sum(counted["started_by_month"].values())
    assert set(Problem.objects.values_list("status", "outcome")) == {("closed", "import")}
    assert not DueLook.objects.exists()
    again = import_file(FILE, load_profile("vinst"), importer=ProblemImporter, most=50)
    assert (again.counts["unchanged"], again.counts["events_added"]) == (50, 0)
