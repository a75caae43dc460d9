"""``python -m bench.quality [SHARED]``: the figures, and beside them what plain methods reach on the same files.

SHARED (../shared by default, or the environment's MAINSTAY_SHARED) holds ``tools`` with the two scorers and ``data``
with the recordings; they are run and read where they are. Sets that are not there are left out.
"""

import ast
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from bench.quality.online import Found, openings
from bench.quality.recordings import Recording, benchmark, labelled

PUBLISHED = "windowed Gaussian 39.7, Etsy Skyline 35.7, random cut forest 51.7, Numenta HTM 70.1"
SETS = ("msft_cloud_monitoring", "kpi_netman")


def main(shared: Path) -> None:
    started = time.perf_counter()
    scorer, data = load(shared / "tools" / "event_score.py"), shared / "data"
    nab = list(benchmark(data / "nab")) if (data / "nab").is_dir() else []
    sets = {name: list(labelled(data / name, scorer)) for name in SETS if (data / name).is_dir()}
    shipped = openings(chain(nab, *sets.values()))
    if nab:
        print(f"NAB, {len(nab)} files (published, of the whole set: {PUBLISHED})")
        for method, found in {"learned baseline, as shipped": shipped, **rolling(nab, scorer)}.items():
            print(f"  {method}")
            for line in benchmark_score(found, nab, data / "nab", shared / "tools" / "nab_score.py"):
                print(f"    {line}")
    for name, series in sets.items():
        print(f"{name}, {len(series)} files, {sum(one.days for one in series):.0f} series-days")
        plain = rolling(series, scorer) | seasonal(series, scorer)
        for method, found in {"learned baseline, as shipped": shipped, **plain}.items():
            print(f"  {method:30}{episode_score(found, series, shared / 'tools' / 'event_score.py')}")
    print(f"in {time.perf_counter() - started:.0f} s")


def load(path: Path) -> Any:
    """A scorer as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"There is no scorer {path}.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rolling(series: list[Recording], scorer: Any) -> dict[str, Found]:
    return {"rolling 4 sigma of a day": plainly(series, scorer, scorer.rolling_z)}


def seasonal(series: list[Recording], scorer: Any) -> dict[str, Found]:
    return {f"seasonal median, {k} MAD": plainly(series, scorer, partial(scorer.seasonal, k=k)) for k in (5, 8)}


def plainly(series: list[Recording], scorer: Any, method: Callable[[list[float], int], list[bool]]) -> Found:
    """``method``: (values, frames in a day) -> whether each value is flagged."""
    return {
        one.path: scorer.opens(method(one.values.tolist(), round(timedelta(days=1) / one.interval))) for one in series
    }


def benchmark_score(found: Found, series: list[Recording], folder: Path, tool: Path) -> list[str]:
    alerts = {one.name: [one.stamps[row] for row in found[one.path]] for one in series}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(alerts, file)
        file.flush()
        windows = folder / "labels" / "combined_windows.json"
        return run(tool, windows, file.name, folder).splitlines()


def episode_score(found: Found, series: list[Recording], tool: Path) -> str:
    total: dict[str, float] = {"episodes": 0, "hit": 0, "false_alarms": 0}
    for one in series:
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.writelines(f"{one.stamps[row]}\n" for row in found[one.path])
            file.flush()
            scored = ast.literal_eval(run(tool, one.path, file.name))
        for name in total:
            total[name] += scored[name]
    days = sum(one.days for one in series)
    return (
        f"{total['hit']:3.0f} of {total['episodes']:.0f} episodes, {total['false_alarms']:3.0f} false alarms, "
        f"{total['false_alarms'] / days:.3f} a series-day"
    )


def run(tool: Path, *arguments: Any) -> str:
    command = [sys.executable, str(tool), "score", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("MAINSTAY_SHARED", "../shared")))
