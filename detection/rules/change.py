"""A series fires when it has risen or fallen by so much against what it was some frames ago."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from detection.rules.parameters import Choice, Number, read_fields
from detection.rules.verdict import Judgement, Moment, Stretch, codes_of
from detection.rules.words import ParametersRefused, Sentence, gettext_noop, plain

_ = gettext_noop
LABEL = _("Change")
FIELDS = (
    Choice("direction", _("Fires when the value has"), (("falls", _("fallen")), ("rises", _("risen")))),
    Number("by", _("By more than"), minimum=0),
    Choice(
        "unit",
        _("Measured in"),
        (("percent", _("percent of what it was")), ("absolute", _("the metric's own unit"))),
        required=False,
        default="percent",
    ),
    Number("intervals", _("Minutes ago"), minimum=1, maximum=10_080, is_whole=True),
    Number(
        "minimum_before",
        _("Smallest value before"),
        minimum=0,
        required=False,
        default=10,
        help=_("Where it was less than this, percent say nothing and the verdict is unknown."),
    ),
)


@dataclass(frozen=True)
class Parameters:
    direction: str
    by: float
    unit: str
    intervals: int
    minimum_before: float

    @property
    def sign(self) -> int:
        return -1 if self.direction == "falls" else 1


def read(raw: Any) -> Parameters:
    """Raises ParametersRefused."""
    parameters = Parameters(**read_fields(FIELDS, raw))
    if parameters.unit == "percent" and parameters.direction == "falls" and parameters.by >= 100:
        raise ParametersRefused({"by": Sentence(_("Nothing falls by more than all of it: enter less than 100."))})
    return parameters


def describe(parameters: Parameters) -> Sentence:
    values = {"by": plain(parameters.by), "intervals": parameters.intervals}
    if parameters.unit == "percent" and parameters.direction == "falls":
        return Sentence(_("more than %(by)s %% less than %(intervals)s minutes ago"), values)
    if parameters.unit == "percent":
        return Sentence(_("more than %(by)s %% more than %(intervals)s minutes ago"), values)
    if parameters.direction == "falls":
        return Sentence(_("more than %(by)s less than %(intervals)s minutes ago"), values)
    return Sentence(_("more than %(by)s more than %(intervals)s minutes ago"), values)


def stretches(parameters: Parameters) -> tuple[Stretch, ...]:
    return (Stretch(intervals=parameters.intervals),)


def evaluate(parameters: Parameters, moment: Moment) -> Judgement:
    """The history is (1, 1, n_series): the frame so many intervals ago."""
    values, before = moment.values, moment.history[0, 0]
    is_known = ~np.isnan(values) & ~np.isnan(before)
    step = parameters.by
    if parameters.unit == "percent":
        is_known &= before >= max(parameters.minimum_before, 1e-9)
        limit = before * (1 + parameters.sign * step / 100)
    else:
        limit = before + parameters.sign * step
    if parameters.direction == "falls":
        return Judgement(codes_of(values < limit, is_known), before, low=limit)
    return Judgement(codes_of(values > limit, is_known), before, high=limit)
