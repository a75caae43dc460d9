"""The newest verdicts of a rule as a table: what was judged, what was found."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from detection import frames
from detection.models import Rule, RuleStatus
from detection.rules.verdict import FIRING, OK, UNKNOWN
from detection.rules.words import plain

WORDS = {int(UNKNOWN): RuleStatus.UNKNOWN, int(OK): RuleStatus.OK, int(FIRING): RuleStatus.FIRING}
MOST_SERIES = 5


@dataclass(frozen=True)
class Row:
    """One series at one minute; ``value`` is empty for a gap."""

    at: datetime
    series: str
    value: str
    status: RuleStatus


def latest_verdicts(rule: Rule, *, count: int = 6) -> list[Row]:
    """The last ``count`` frames judged, newest first, with the series that fire before those that do not."""
    verdicts = list(rule.verdicts.order_by("-at")[:count])
    if not verdicts:
        return []
    series = {row.position: row for row in rule.metric.series.all() if rule.selects(row.labels)}
    width = max(series, default=-1) + 1
    window = frames.read_window(rule.metric, verdicts[-1].at - timedelta(microseconds=1), verdicts[0].at, width=width)
    values = dict(zip(window.times, window.values, strict=True))
    rows: list[Row] = []
    for verdict in verdicts:
        codes = verdict.by_position
        judged = [place for place in series if place < len(codes)]
        for place in sorted(judged, key=lambda place: -codes[place])[:MOST_SERIES]:
            value = values[verdict.at][place] if verdict.at in values else np.nan
            text = "" if np.isnan(value) else plain(float(value))
            rows.append(Row(verdict.at, str(series[place]), text, WORDS[int(codes[place])]))
    return rows
