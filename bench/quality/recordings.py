"""Recorded series as frames: what a metric of that interval would have stored."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WEEK = 7 * 86400


@dataclass(frozen=True)
class Recording:
    """A file: ``stamps`` as written there, ``seconds`` since 1970, ``values``, ``labels`` where it has any; all (n)."""

    path: Path
    name: str
    stamps: list[str]
    seconds: NDArray[np.float64]
    values: NDArray[np.float64]
    labels: list[int]

    @property
    def interval(self) -> timedelta:
        """The most frequent distance of two stamps."""
        steps = Counter(step for step in np.diff(self.seconds).tolist() if step > 0)
        return timedelta(seconds=steps.most_common(1)[0][0])

    @property
    def days(self) -> float:
        return float(self.seconds[-1] - self.seconds[0]) / 86400

    def frames(self) -> tuple[int, NDArray[np.float64], NDArray[np.intp]]:
        """How many intervals after a Monday's midnight it begins, the values by frame (NaN for a gap), and the row
        that each frame came from. Of two rows of one frame the later one counts, as in the store."""
        width = self.interval.total_seconds()
        places = np.floor(self.seconds / width).astype(np.intp)
        first = int(places.min())
        values = np.full(int(places.max()) - first + 1, np.nan)
        rows = np.full(len(values), -1, dtype=np.intp)
        for row, place in enumerate((places - first).tolist()):
            values[place], rows[place] = self.values[row], row
        monday = 4 * 86400  # 1970-01-01 was a Thursday
        return int((first * width - monday) % WEEK // width), values, rows


def labelled(folder: Path, scorer: Any) -> Iterator[Recording]:
    """Files with a column of labels, as ``event_score`` reads them."""
    for path in sorted([*folder.rglob("*.csv"), *folder.rglob("*.csv.gz")]):
        stamps, values, labels = scorer.load(str(path))
        yield _recording(path, folder, stamps, values, labels)


def benchmark(folder: Path) -> Iterator[Recording]:
    """The files of NAB that the list of windows names."""
    for name in sorted(json.loads((folder / "labels" / "combined_windows.json").read_text())):
        rows = [line.split(",") for line in (folder / name).read_text().splitlines()[1:]]
        yield _recording(folder / name, folder, [row[0] for row in rows], [float(row[1]) for row in rows], [])


def _recording(path: Path, folder: Path, stamps: list[str], values: list[float], labels: list[int]) -> Recording:
    seconds = np.array([_seconds(stamp) for stamp in stamps])
    return Recording(path, path.relative_to(folder).as_posix(), stamps, seconds, np.array(values), labels)


def _seconds(stamp: str) -> float:
    try:
        number = float(stamp)
    except ValueError:
        plain = stamp.strip().strip('"').replace("T", " ")[:19]
        return datetime.fromisoformat(plain).replace(tzinfo=UTC).timestamp()
    return number / 1000 if number > 1e11 else number
