"""What the kinds share that hold a series against its own level of the same minute of earlier days or weeks."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from detection.rules.parameters import Choice, Number
from detection.rules.verdict import Judgement, Mask, Moment, Values, codes_of, median
from detection.rules.words import ParametersRefused, Sentence, gettext_noop

_ = gettext_noop
SMALLEST = 1e-9
DIRECTION = Choice("direction", _("Fires when the value is"), (("below", _("below")), ("above", _("above"))))
MINIMUM_EXPECTED = Number(
    "minimum_expected",
    _("Smallest expected value"),
    minimum=0,
    required=False,
    default=10,
    help=_("Where less than this is expected, a ratio says nothing and the verdict is unknown."),
)


def around_field(default: int) -> Number:
    return Number(
        "around", _("Minutes on both sides"), minimum=0, maximum=60, is_whole=True, required=False, default=default
    )


@dataclass(frozen=True)
class Ratio:
    """``required``: of so many days (or weeks) one value each has to be known, or nothing is."""

    direction: str
    ratio: float
    required: int
    minimum_expected: float


def check_ratio(parameters: Any) -> None:
    """Raises ParametersRefused where direction and ratio contradict each other."""
    if parameters.direction == "below" and not 0 < parameters.ratio < 1:
        raise ParametersRefused({"ratio": Sentence(_("For “below”, enter a number between 0 and 1."))})
    if parameters.direction == "above" and parameters.ratio <= 1:
        raise ParametersRefused({"ratio": Sentence(_("For “above”, enter a number greater than 1."))})


def expected_of(history: Values, required: int) -> Values:
    """The median of all frames of (stretches, frames, n_series), NaN where too few stretches are known."""
    stretches, width, series = history.shape
    if stretches * width == 1:  # yesterday and nothing else
        yesterday: Values = history[0, 0]
        return yesterday
    expected = median(history.reshape(stretches * width, series))
    return np.where(is_enough(history, required), expected, np.nan)


def is_enough(history: Values, required: int) -> Mask:
    """Which series have a value in at least ``required`` stretches."""
    seen = ~np.all(np.isnan(history), axis=1)
    enough: Mask = np.count_nonzero(seen, axis=0) >= required
    return enough


def judge_ratio(ratio: Ratio, moment: Moment) -> Judgement:
    values = moment.values
    expected = expected_of(moment.history, ratio.required)
    is_known = ~np.isnan(values) & (expected >= max(ratio.minimum_expected, SMALLEST))
    limit = expected * ratio.ratio
    if ratio.direction == "below":
        return Judgement(codes_of(values < limit, is_known), expected, low=limit)
    return Judgement(codes_of(values > limit, is_known), expected, high=limit)
