"""A series fires when what it counts is too small (or too large) a part of a second metric: a success or error rate."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from detection.rules.parameters import Choice, Number
from detection.rules.percent import judge_percentages, read_limits
from detection.rules.verdict import Judgement, Moment, Stretch
from detection.rules.words import Sentence, gettext_noop, plain

_ = gettext_noop
LABEL = _("Rate of two metrics")
NEEDS_OTHER = True
FIELDS = (
    Choice("direction", _("Fires when the rate is"), (("below", _("below")), ("above", _("above")))),
    Number("percent", _("Percent"), minimum=0, maximum=100),
    Number(
        "clear_percent",
        _("Well again at"),
        minimum=0,
        maximum=100,
        required=False,
        help=_("An open alert counts a minute as good only from this rate on. Empty: the same."),
    ),
    Number(
        "minimum_volume",
        _("Smallest volume"),
        minimum=1,
        required=False,
        default=20,
        help=_("Where the second metric counts less than this, a rate says nothing and the verdict is unknown."),
    ),
)


@dataclass(frozen=True)
class Parameters:
    direction: str
    percent: float
    clear_percent: float
    minimum_volume: float


def read(raw: Any) -> Parameters:
    """Raises ParametersRefused."""
    return Parameters(**read_limits(FIELDS, raw))


def describe(parameters: Parameters) -> Sentence:
    values = {"percent": plain(parameters.percent), "volume": plain(parameters.minimum_volume)}
    if parameters.direction == "below":
        return Sentence(_("a rate below %(percent)s %% of at least %(volume)s"), values)
    return Sentence(_("a rate above %(percent)s %% of at least %(volume)s"), values)


def stretches(_parameters: Parameters) -> tuple[Stretch, ...]:
    return ()


def evaluate(parameters: Parameters, moment: Moment) -> Judgement:
    """``other`` is what the values are a part of. A part larger than the whole is no rate, nor is a negative one."""
    values = moment.values
    volume = np.full(len(values), np.nan) if moment.other is None else moment.other
    is_known = (volume >= max(parameters.minimum_volume, 1e-9)) & (values >= 0) & (values <= volume)
    rate = np.divide(100 * values, volume, out=np.full(len(values), np.nan), where=is_known)
    return judge_percentages(parameters, moment, rate, is_known)
