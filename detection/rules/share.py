"""A series fires when it is too large (or too small) a share of all series of its metric together."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from detection.rules.parameters import Choice, Number
from detection.rules.percent import judge_percentages, read_limits
from detection.rules.verdict import Judgement, Moment, Stretch
from detection.rules.words import Sentence, gettext_noop, plain

_ = gettext_noop
LABEL = _("Share of the total")
NEEDS_TOTAL = True
FIELDS = (
    Choice("direction", _("Fires when the share is"), (("above", _("above")), ("below", _("below")))),
    Number("percent", _("Percent of all series of the metric"), minimum=0, maximum=100),
    Number(
        "clear_percent",
        _("Well again at"),
        minimum=0,
        maximum=100,
        required=False,
        help=_("An open alert counts a minute as good only from this share on. Empty: the same."),
    ),
    Number(
        "minimum_total",
        _("Smallest total"),
        minimum=1,
        required=False,
        default=100,
        help=_("Where all series together count less than this, a share says nothing and the verdict is unknown."),
    ),
)


@dataclass(frozen=True)
class Parameters:
    direction: str
    percent: float
    clear_percent: float
    minimum_total: float


def read(raw: Any) -> Parameters:
    """Raises ParametersRefused."""
    return Parameters(**read_limits(FIELDS, raw))


def describe(parameters: Parameters) -> Sentence:
    values = {"percent": plain(parameters.percent), "total": plain(parameters.minimum_total)}
    if parameters.direction == "above":
        return Sentence(_("above %(percent)s %% of a total of at least %(total)s"), values)
    return Sentence(_("below %(percent)s %% of a total of at least %(total)s"), values)


def stretches(_parameters: Parameters) -> tuple[Stretch, ...]:
    return ()


def evaluate(parameters: Parameters, moment: Moment) -> Judgement:
    """The total is that of the whole metric, whichever series the rule watches."""
    values, total = moment.values, moment.total or 0.0
    if not total >= max(parameters.minimum_total, 1e-9):
        nothing = np.zeros(len(values), dtype=np.bool_)
        return judge_percentages(parameters, moment, np.full(len(values), np.nan), nothing)
    share = values * (100 / total)
    return judge_percentages(parameters, moment, share, (share >= 0) & (share <= 100 + 1e-3))
