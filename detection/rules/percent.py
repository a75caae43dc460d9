"""What kinds share that hold a percentage against a limit: a rate of two metrics, a share of a total."""

from typing import Any, Protocol

import numpy as np

from detection.rules.parameters import Field, read_fields
from detection.rules.verdict import Judgement, Mask, Moment, Values, codes_of
from detection.rules.words import ParametersRefused, Sentence, gettext_noop

_ = gettext_noop


class Limits(Protocol):
    """``direction`` is "above" or "below"; an open alert is held against ``clear_percent``."""

    @property
    def direction(self) -> str: ...

    @property
    def percent(self) -> float: ...

    @property
    def clear_percent(self) -> float: ...


def read_limits(fields: tuple[Field, ...], raw: Any) -> dict[str, Any]:
    """The fields by name; ``clear_percent`` is the limit itself where it is left out. Raises ParametersRefused."""
    given = read_fields(fields, raw)
    if given["clear_percent"] is None:
        given["clear_percent"] = given["percent"]
    if given["direction"] == "above" and given["clear_percent"] > given["percent"]:
        raise ParametersRefused({"clear_percent": Sentence(_("It must not lie above the percentage that fires."))})
    if given["direction"] == "below" and given["clear_percent"] < given["percent"]:
        raise ParametersRefused({"clear_percent": Sentence(_("It must not lie below the percentage that fires."))})
    return given


def judge_percentages(limits: Limits, moment: Moment, found: Values, is_known: Mask) -> Judgement:
    """``found`` (n_series), in percent."""
    limit = np.where(moment.is_open, limits.clear_percent, limits.percent)
    expected = np.full(len(found), limits.percent)
    if limits.direction == "below":
        return Judgement(codes_of(found < limit, is_known), expected, low=limit, measured=found)
    return Judgement(codes_of(found > limit, is_known), expected, high=limit, measured=found)
