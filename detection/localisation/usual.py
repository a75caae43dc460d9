"""What is usual for every single series, of which most have seen little. Pure."""

import numpy as np

from detection.localisation.cube import Codes, Floats, Layout, summed

BELIEF = 20.0
"""So many attempts of its own weigh as much as what is known of the larger group that a series belongs to."""
MOST_DAYS = 4


def usual_rates(layout: Layout, attempts: Floats, successes: Floats) -> Floats:
    """(n_series) from the attempts and successes (n_series) of a quiet time; NaN where nothing was ever attempted.

    A series with few attempts is believed to be as its group is: the same labels without the dimension that has most
    values (the bank), the group as its own group without the next one, and so on up to the whole.
    """
    attempts, successes = _known(attempts, successes)
    whole = float(attempts.sum())
    if not whole:
        return np.full(len(attempts), np.nan)
    rate = np.full(len(attempts), float(successes.sum()) / whole)
    order = sorted(range(len(layout.dimensions)), key=lambda place: len(layout.names[place]))
    for depth in range(1, len(order) + 1):
        group, count = _groups(layout, order[:depth], len(attempts))
        tried, came = summed(group, attempts, count)[group], summed(group, successes, count)[group]
        rate = (came + BELIEF * rate) / (tried + BELIEF)
    return rate


def usual_volumes(history: Floats) -> Floats:
    """(n_series) the mean of the days of ``history`` (n_days, n_series) whose totals are the most typical.

    A day of a sale, and a day of an outage, are so left out. NaN where no day knows the series.
    """
    if not len(history):
        return np.full(history.shape[1], np.nan)
    totals = np.nansum(history, axis=1)
    kept = np.argsort(np.abs(totals - np.median(totals)), kind="stable")[:MOST_DAYS]
    chosen = history[kept]
    count = np.sum(~np.isnan(chosen), axis=0)
    return np.where(count > 0, np.nansum(chosen, axis=0) / np.maximum(count, 1), np.nan)


def _known(attempts: Floats, successes: Floats) -> tuple[Floats, Floats]:
    """Zeros where either is unknown or impossible."""
    is_known = np.isfinite(attempts) & np.isfinite(successes) & (successes >= 0) & (successes <= attempts)
    return np.where(is_known, attempts, 0.0), np.where(is_known, successes, 0.0)


def _groups(layout: Layout, places: list[int], count: int) -> tuple[Codes, int]:
    """(n_series) the number of the group of each series by these dimensions, and how many groups there are."""
    key = np.zeros(count, dtype=np.int64)
    size = 1
    for place in places:
        card = max(len(layout.names[place]), 1)
        key, size = key * card + layout.codes[place], size * card
        if size > 1 << 40:
            key, size = np.unique(key, return_inverse=True)[1], count
    found, group = np.unique(key, return_inverse=True)
    return group.astype(np.int64), len(found)
