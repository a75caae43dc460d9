"""A series fires when it leaves its own level of earlier weeks, same weekday, same minute: a ratio to their median."""

from dataclasses import dataclass
from typing import Any

from detection.rules.parameters import Number, read_fields
from detection.rules.ratio import DIRECTION, MINIMUM_EXPECTED, Ratio, around_field, check_ratio, judge_ratio
from detection.rules.verdict import Judgement, Moment, Stretch
from detection.rules.words import ParametersRefused, Sentence, gettext_noop, plain

_ = gettext_noop
LABEL = _("Against earlier weeks")
WEEKS = Number(
    "weeks",
    _("Earlier weeks"),
    minimum=1,
    maximum=52,
    is_whole=True,
    required=False,
    default=4,
    help=_("The same weekday and minute of so many weeks. The metric must keep its frames that long."),
)
REQUIRED_WEEKS = Number(
    "required_weeks",
    _("Weeks needed"),
    minimum=1,
    maximum=52,
    is_whole=True,
    required=False,
    help=_("With fewer weeks of history the verdict is unknown. Empty: half of them."),
)
FIELDS = (
    DIRECTION,
    Number(
        "ratio",
        _("Times the median of earlier weeks"),
        minimum=0,
        maximum=1000,
        help=_("0.5 with “below” fires when half of the usual is lost; 3 with “above” when it is three times as much."),
    ),
    WEEKS,
    REQUIRED_WEEKS,
    around_field(2),
    MINIMUM_EXPECTED,
)


@dataclass(frozen=True)
class Parameters:
    direction: str
    ratio: float
    weeks: int
    required_weeks: int
    around: int
    minimum_expected: float


def read(raw: Any) -> Parameters:
    """Raises ParametersRefused."""
    given = read_fields(FIELDS, raw)
    fill_weeks(given)
    parameters = Parameters(**given)
    check_ratio(parameters)
    return parameters


def fill_weeks(given: dict[str, Any]) -> None:
    """Half of the weeks are needed unless it says how many. Raises ParametersRefused."""
    if given["required_weeks"] is None:
        given["required_weeks"] = (given["weeks"] + 1) // 2
    if given["required_weeks"] > given["weeks"]:
        raise ParametersRefused({"required_weeks": Sentence(_("It cannot be more than the weeks compared with."))})


def describe(parameters: Parameters) -> Sentence:
    values = {"ratio": plain(parameters.ratio), "weeks": parameters.weeks}
    if parameters.direction == "below":
        return Sentence(_("below %(ratio)s times the median of the same weekday and minute of %(weeks)s weeks"), values)
    return Sentence(_("above %(ratio)s times the median of the same weekday and minute of %(weeks)s weeks"), values)


def stretches(parameters: Parameters) -> tuple[Stretch, ...]:
    return weekly(parameters.weeks, parameters.around)


def weekly(weeks: int, around: int) -> tuple[Stretch, ...]:
    return tuple(Stretch(days=7 * week, around=around) for week in range(1, weeks + 1))


def evaluate(parameters: Parameters, moment: Moment) -> Judgement:
    """The history is (weeks, frames around the minute, n_series)."""
    ratio = Ratio(parameters.direction, parameters.ratio, parameters.required_weeks, parameters.minimum_expected)
    return judge_ratio(ratio, moment)
