"""Recorded series through the very code that judges live ones: frame after frame, nothing known of the next one."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.quality.judging import Question, Standing, judge
from bench.quality.recordings import Recording
from detection.evaluation import Memory, Patience
from detection.rules import learned
from detection.rules.verdict import Moment, Stretch

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


Found = dict[Path, list[int]]
"""The rows at which alerts opened, by file."""


def openings(recordings: Iterable[Recording]) -> Found:
    """Where the shipped default opens alerts.

    Recordings of one interval are judged side by side as series of one metric, moved by whole weeks to begin in the
    same one; a series is judged by itself, so its company makes no difference.
    """
    companies: dict[timedelta, list[Recording]] = defaultdict(list)
    for recording in recordings:
        companies[recording.interval].append(recording)
    found: Found = {}
    for interval, company in companies.items():
        found |= _judge(interval, company)
    return found


def _judge(interval: timedelta, company: list[Recording]) -> Found:
    laid = [recording.frames() for recording in company]
    values = np.full((max(lead + len(row) for lead, row, _rows in laid), len(company)), np.nan)
    for column, (lead, row, _rows) in enumerate(laid):
        values[lead : lead + len(row), column] = row
    found: Found = {recording.path: [] for recording in company}
    question, standing = _shipped(interval, len(company))
    weeks = question.kind.stretches(question.parameters)
    for index in np.flatnonzero(np.any(~np.isnan(values), axis=1)).tolist():
        moment = Moment(
            MONDAY + index * interval,
            interval,
            values[index],
            _history(values, index, interval, weeks),
            standing.is_open,
        )
        ruling = judge(question, standing, moment)
        standing = ruling.standing
        for column in np.flatnonzero(ruling.opens).tolist():
            lead, _row, rows = laid[column]
            found[company[column].path].append(int(rows[index - lead]))
    return found


def _shipped(interval: timedelta, count: int) -> tuple[Question, Standing]:
    parameters = learned.read({})
    patience = Patience(learned.FIRE_FOR, learned.FIRE_OF, learned.CLEAR_AFTER)
    state = np.zeros(count, dtype=learned.state_dtype(parameters, interval))
    standing = Standing(Memory.empty(count), np.zeros(count, dtype=np.bool_), state)
    return Question(learned, parameters, patience), standing


def _history(
    values: NDArray[np.float64], index: int, interval: timedelta, stretches: tuple[Stretch, ...]
) -> NDArray[np.float64]:
    """What the store would have shown of the frames before (stretches, frames, n_series)."""
    around = stretches[0].around
    history = np.full((len(stretches), 2 * around + 1, values.shape[1]), np.nan)
    for stretch, rows in zip(stretches, history, strict=True):
        first = index - round(timedelta(days=stretch.days) / interval) - around
        found = values[max(first, 0) : max(first + len(rows), 0)]
        rows[len(rows) - len(found) :] = found
    return history
