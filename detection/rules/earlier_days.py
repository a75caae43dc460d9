"""A series fires when it leaves its own level of the same minute of earlier days: a ratio to their median."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from detection.rules.parameters import Choice, Number, read_fields
from detection.rules.verdict import Judgement, Mask, Stretch, Values, codes_of, median
from detection.rules.words import ParametersRefused, Sentence, gettext_noop, plain

_ = gettext_noop
LABEL = _("Against earlier days")
FIELDS = (
    Choice("direction", _("Fires when the value is"), (("below", _("below")), ("above", _("above")))),
    Number(
        "ratio",
        _("Times the median of earlier days"),
        minimum=0,
        maximum=1000,
        help=_("0.5 with “below” fires when half of the usual is lost; 3 with “above” when it is three times as much."),
    ),
    Number("days", _("Earlier days"), minimum=1, maximum=28, is_whole=True),
    Number(
        "required_days",
        _("Days needed"),
        minimum=1,
        maximum=28,
        is_whole=True,
        required=False,
        help=_("With fewer days of history the verdict is unknown. Empty: all of them."),
    ),
    Number("around", _("Minutes on both sides"), minimum=0, maximum=60, is_whole=True, required=False, default=2),
    Number(
        "minimum_expected",
        _("Smallest expected value"),
        minimum=0,
        required=False,
        default=10,
        help=_("Where less than this is expected, a ratio says nothing and the verdict is unknown."),
    ),
)


@dataclass(frozen=True)
class Parameters:
    direction: str
    ratio: float
    days: int
    required_days: int
    around: int
    minimum_expected: float


def read(raw: Any) -> Parameters:
    """Raises ParametersRefused."""
    given = read_fields(FIELDS, raw)
    if given["required_days"] is None:
        given["required_days"] = given["days"]
    parameters = Parameters(**given)
    if parameters.required_days > parameters.days:
        raise ParametersRefused({"required_days": Sentence(_("It cannot be more than the days compared with."))})
    if parameters.direction == "below" and not 0 < parameters.ratio < 1:
        raise ParametersRefused({"ratio": Sentence(_("For “below”, enter a number between 0 and 1."))})
    if parameters.direction == "above" and parameters.ratio <= 1:
        raise ParametersRefused({"ratio": Sentence(_("For “above”, enter a number greater than 1."))})
    return parameters


def describe(parameters: Parameters) -> Sentence:
    values = {"ratio": plain(parameters.ratio), "days": parameters.days}
    if parameters.direction == "below":
        return Sentence(_("below %(ratio)s times the median of the same minute of the last %(days)s days"), values)
    return Sentence(_("above %(ratio)s times the median of the same minute of the last %(days)s days"), values)


def stretches(parameters: Parameters) -> tuple[Stretch, ...]:
    return tuple(Stretch(days=day, around=parameters.around) for day in range(1, parameters.days + 1))


def evaluate(parameters: Parameters, values: Values, history: Values, _is_open: Mask) -> Judgement:
    """``values`` (n_series), ``history`` (days, frames around the minute, n_series)."""
    days, width, series = history.shape
    days_seen = np.sum(~np.all(np.isnan(history), axis=1), axis=0)
    expected = median(history.reshape(days * width, series))
    expected = np.where(days_seen >= parameters.required_days, expected, np.nan)
    is_known = ~np.isnan(values) & (expected >= max(parameters.minimum_expected, 1e-9))
    limit = expected * parameters.ratio
    is_firing = values < limit if parameters.direction == "below" else values > limit
    return Judgement(codes_of(is_firing, is_known), expected)
