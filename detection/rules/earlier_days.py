"""A series fires when it leaves its own level of the same minute of earlier days: a ratio to their median."""

from dataclasses import dataclass
from typing import Any

from detection.rules.parameters import Number, read_fields
from detection.rules.ratio import DIRECTION, MINIMUM_EXPECTED, Ratio, around_field, check_ratio, judge_ratio
from detection.rules.verdict import Judgement, Moment, Stretch
from detection.rules.words import ParametersRefused, Sentence, gettext_noop, plain

_ = gettext_noop
LABEL = _("Against earlier days")
FIELDS = (
    DIRECTION,
    Number(
        "ratio",
        _("Times the median of earlier days"),
        minimum=0,
        maximum=1000,
        help=_("0.5 with “below” fires when half of the usual is lost; 3 with “above” when it is three times as much."),
    ),
    Number("days", _("Earlier days"), minimum=1, maximum=28, is_whole=True, help=_("1 compares with yesterday.")),
    Number(
        "required_days",
        _("Days needed"),
        minimum=1,
        maximum=28,
        is_whole=True,
        required=False,
        help=_("With fewer days of history the verdict is unknown. Empty: all of them."),
    ),
    around_field(2),
    MINIMUM_EXPECTED,
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
    check_ratio(parameters)
    return parameters


def describe(parameters: Parameters) -> Sentence:
    values = {"ratio": plain(parameters.ratio), "days": parameters.days}
    if parameters.direction == "below":
        return Sentence(_("below %(ratio)s times the median of the same minute of the last %(days)s days"), values)
    return Sentence(_("above %(ratio)s times the median of the same minute of the last %(days)s days"), values)


def stretches(parameters: Parameters) -> tuple[Stretch, ...]:
    return tuple(Stretch(days=day, around=parameters.around) for day in range(1, parameters.days + 1))


def evaluate(parameters: Parameters, moment: Moment) -> Judgement:
    """The history is (days, frames around the minute, n_series)."""
    ratio = Ratio(parameters.direction, parameters.ratio, parameters.required_days, parameters.minimum_expected)
    return judge_ratio(ratio, moment)
