"""A series fires while it is above (or below) a value, and is well again beyond a value of its own."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from detection.rules.parameters import Choice, Number, read_fields
from detection.rules.verdict import Judgement, Moment, Stretch, codes_of
from detection.rules.words import ParametersRefused, Sentence, gettext_noop, plain

_ = gettext_noop
LABEL = _("Threshold")
FIELDS = (
    Choice("direction", _("Fires when the value is"), (("above", _("above")), ("below", _("below")))),
    Number("value", _("Threshold")),
    Number(
        "clear_value",
        _("Well again at"),
        required=False,
        help=_("An open alert counts a minute as good only from this value on. Empty: the threshold itself."),
    ),
)


@dataclass(frozen=True)
class Parameters:
    direction: str
    value: float
    clear_value: float

    @property
    def is_above(self) -> bool:
        return self.direction == "above"


def read(raw: Any) -> Parameters:
    """Raises ParametersRefused."""
    given = read_fields(FIELDS, raw)
    if given["clear_value"] is None:
        given["clear_value"] = given["value"]
    parameters = Parameters(**given)
    if parameters.is_above and parameters.clear_value > parameters.value:
        raise ParametersRefused({"clear_value": Sentence(_("It must not lie above the threshold."))})
    if not parameters.is_above and parameters.clear_value < parameters.value:
        raise ParametersRefused({"clear_value": Sentence(_("It must not lie below the threshold."))})
    return parameters


def describe(parameters: Parameters) -> Sentence:
    values = {"value": plain(parameters.value), "clear": plain(parameters.clear_value)}
    if parameters.is_above:
        return Sentence(_("above %(value)s (well again at %(clear)s or less)"), values)
    return Sentence(_("below %(value)s (well again at %(clear)s or more)"), values)


def stretches(_parameters: Parameters) -> tuple[Stretch, ...]:
    return ()


def evaluate(parameters: Parameters, moment: Moment) -> Judgement:
    """A series with an open alert is held against the clear value."""
    values = moment.values
    limit = np.where(moment.is_open, parameters.clear_value, parameters.value)
    is_firing = values > limit if parameters.is_above else values < limit
    expected = np.full(len(values), parameters.value)
    return Judgement(codes_of(is_firing, ~np.isnan(values)), expected)
