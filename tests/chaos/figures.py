"""Sums up the records of the runs: {"kills", "signals", "incidents", "due", "lost", "duplicates", "late", "lags"}."""

from collections.abc import Iterable
from typing import Any

COUNTED = ("incidents", "kills", "signals", "due", "lost", "duplicates", "late")
WORDS = {
    "incidents": "incidents",
    "kills": "processes killed (kill -9)",
    "signals": "signals in all",
    "due": "steps that came due",
    "lost": "steps lost",
    "duplicates": "duplicates",
    "late": "taken by the carrier after the acknowledgement, in flight",
}


def sum_up(records: Iterable[dict[str, Any]]) -> list[str]:
    records = list(records)
    lags = sorted(lag for record in records for lag in record["lags"])
    lines = [f"{'runs':<58}{len(records):>8}"]
    lines += [f"{WORDS[name]:<58}{sum(record[name] for record in records):>8}" for name in COUNTED]
    for name, share in (("p50", 0.5), ("p99", 0.99), ("longest", 1.0)):
        if lags:
            lines.append(f"{'due to carrier, ' + name:<58}{_quantile(lags, share):>7.2f}s")
    return lines


def _quantile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]
