"""How many seeded runs there are, and what they print at the end (make chaos N=20 FIRST=1, SEED= to repeat one)."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.chaos import figures

if TYPE_CHECKING:
    from tests.chaos.town import Town


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", _seeds())


def _seeds() -> list[int]:
    if one := os.environ.get("CHAOS_SEED"):
        return [int(one)]
    first = int(os.environ.get("CHAOS_FIRST") or 1)
    return list(range(first, first + int(os.environ.get("CHAOS_RUNS") or 20)))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    records = [dict(report.user_properties)["chaos"] for report in reports if dict(report.user_properties).get("chaos")]
    if records:
        terminalreporter.section("chaos")
        for line in figures.sum_up(records):
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def town() -> "Iterator[Town]":
    """The product as it is shipped, with two tickers."""
    from tests.chaos.town import open_town

    with open_town(cycles=2) as opened:
        yield opened
