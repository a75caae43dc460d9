"""Random faults while random incidents page: nothing is lost, whatever dies. `make chaos N=20`, `make chaos SEED=7`.

Leases and retries are five times shorter than shipped, and so are the steps; the code is the same.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.chaos.plan import STEPS, draw
from tests.chaos.playing import Played, Player
from tests.chaos.town import Town, open_town
from tests.chaos.verdict import Case, Verdict, has_settled, judge, read_cases

pytestmark = pytest.mark.chaos
HASTY = {"MAINSTAY_CARRIER_TIMEOUT": "2", "MAINSTAY_PAGING_LEASE": "6", "MAINSTAY_PAGING_RETRY": "2"}
SETTLED = 45.0  # seconds until everything is at rest again, or the run has failed


@pytest.fixture(scope="module")
def hasty_town() -> Iterator[Town]:
    with open_town(cycles=2, carrier_speed=20, steps=STEPS, **HASTY) as opened:
        yield opened


def test_a_run_loses_nothing(
    seed: int, hasty_town: Town, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = draw(seed)
    print(plan)  # noqa: T201 (shown where the run fails)
    played, verdict = _run(hasty_town, seed)
    record_property("chaos", _record(played, verdict))
    assert not verdict.complaints, _explain(hasty_town, verdict)
    assert verdict.lost == 0
    allowed = played.kills
    assert verdict.duplicates <= allowed, f"{verdict.duplicates} duplicates after {allowed} kills"


def _run(town: Town, seed: int) -> tuple[Played, Verdict]:
    plan = draw(seed)
    town.ask_carrier("reset", {})
    player = Player(town, plan, town.take_duties(len(plan.stories)))
    played = player.play()
    town.behave()
    cases = _settle(town, played)
    for case in cases:
        if case.acknowledged_at is None:
            town.acknowledge(case.pk)
    return played, judge(list(read_cases(town, played.incidents).values()))


def _settle(town: Town, played: Played) -> list[Case]:
    deadline = time.monotonic() + SETTLED
    while True:
        cases = list(read_cases(town, played.incidents).values())
        if all(has_settled(case, time.time()) for case in cases) or time.monotonic() > deadline:
            return cases
        time.sleep(0.2)


def _record(played: Played, verdict: Verdict) -> dict[str, Any]:
    return {
        "incidents": len(played.incidents),
        "kills": played.kills,
        "signals": played.signals,
        "due": verdict.due,
        "lost": verdict.lost,
        "duplicates": verdict.duplicates,
        "late": verdict.late,
        "lags": [round(lag, 3) for lag in verdict.lags],
    }


def _explain(town: Town, verdict: Verdict) -> str:
    return "\n".join([*verdict.complaints, town.last_words()])
