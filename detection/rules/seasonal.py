"""A series fires when it leaves the band of its own earlier weeks: their median, and how far they usually stray.

The scale is robust: 1.4826 times the median absolute deviation, which for a normal distribution is the standard
deviation and which a past incident among the weeks does not widen. Counts stray by the root of what is expected even
where four weeks happened to agree, so that is the least that a band of counts is wide.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from detection.rules.earlier_weeks import REQUIRED_WEEKS, WEEKS, fill_weeks, weekly
from detection.rules.parameters import Choice, Number, read_fields
from detection.rules.ratio import around_field, is_enough
from detection.rules.verdict import Judgement, Moment, Stretch, Values, codes_of, median
from detection.rules.words import Sentence, gettext_noop, plain

_ = gettext_noop
LABEL = _("Band of earlier weeks")
SCALE_OF_MAD = 1.4826
TINY = 1e-9
FIELDS = (
    Choice(
        "direction",
        _("Fires when the value is"),
        (("below", _("below the band")), ("above", _("above the band")), ("both", _("outside the band"))),
    ),
    Number(
        "width",
        _("Half the width of the band"),
        minimum=1,
        maximum=100,
        required=False,
        default=5,
        help=_("In usual deviations: 3 is narrow, 5 is quiet, 8 is very quiet."),
    ),
    WEEKS,
    REQUIRED_WEEKS,
    around_field(5),
    Choice(
        "floor",
        _("The band is at least as wide as"),
        (("count", _("counts of this size stray by themselves")), ("none", _("the weeks show"))),
        required=False,
        default="count",
        help=_("Choose the first for numbers of payments or errors, the second for times and rates."),
    ),
    Number(
        "least_percent",
        _("Percent of the expected at least"),
        minimum=0,
        maximum=100,
        required=False,
        default=5,
        help=_("Differences smaller than this are never worth a call, however regular the weeks were."),
    ),
)


@dataclass(frozen=True)
class Parameters:
    direction: str
    width: float
    weeks: int
    required_weeks: int
    around: int
    floor: str
    least_percent: float


def read(raw: Any) -> Parameters:
    """Raises ParametersRefused."""
    given = read_fields(FIELDS, raw)
    fill_weeks(given)
    return Parameters(**given)


def describe(parameters: Parameters) -> Sentence:
    values = {"width": plain(parameters.width), "weeks": parameters.weeks}
    if parameters.direction == "below":
        return Sentence(_("more than %(width)s usual deviations below the last %(weeks)s weeks"), values)
    if parameters.direction == "above":
        return Sentence(_("more than %(width)s usual deviations above the last %(weeks)s weeks"), values)
    return Sentence(_("more than %(width)s usual deviations off the last %(weeks)s weeks"), values)


def stretches(parameters: Parameters) -> tuple[Stretch, ...]:
    return weekly(parameters.weeks, parameters.around)


def evaluate(parameters: Parameters, moment: Moment) -> Judgement:
    """The history is (weeks, frames around the minute, n_series)."""
    values = moment.values
    expected, reach = band_of(parameters, moment.history)
    low, high = expected - reach, expected + reach
    is_firing = np.zeros(len(values), dtype=np.bool_)
    if parameters.direction != "above":
        is_firing |= values < low
    if parameters.direction != "below":
        is_firing |= values > high
    is_known = ~np.isnan(values) & is_enough(moment.history, parameters.required_weeks) & ~np.isnan(expected)
    return Judgement(codes_of(is_firing, is_known), np.where(is_known, expected, np.nan), low, high)


def band_of(parameters: Parameters, history: Values) -> tuple[Values, Values]:
    """The middle of the band and half its width, by series."""
    weeks, width, series = history.shape
    samples = history.reshape(weeks * width, series)
    middle = median(samples)
    deviation = SCALE_OF_MAD * median(np.abs(samples - middle))
    size = np.abs(middle)
    if parameters.floor == "count":
        deviation = np.maximum(deviation, np.sqrt(np.maximum(size, 1)))
    reach = np.maximum(parameters.width * deviation, parameters.least_percent / 100 * size)
    return middle, np.maximum(reach, TINY)
