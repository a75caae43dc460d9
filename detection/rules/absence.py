"""A series fires when nothing has come of it for so long, while frames of its metric did come.

"The source says zero" and "the source says nothing" are two things, and the rule says which of them it waits for. Where
no frame comes at all nothing is judged: then the source is down, and the rule is shown as unknown. A series that was
never seen is none that could be missed.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from detection.rules.parameters import Choice, Number, read_fields
from detection.rules.verdict import Judgement, Moment, Stretch, codes_of
from detection.rules.words import Sentence, gettext_noop

_ = gettext_noop
LABEL = _("Absence")
FIELDS = (
    Choice(
        "absent",
        _("A series is absent when the source"),
        (
            ("missing", _("says nothing of it")),
            ("zero", _("says zero")),
            ("either", _("says nothing of it, or zero")),
        ),
    ),
    Number(
        "frames",
        _("For so many minutes"),
        minimum=1,
        maximum=10_080,
        is_whole=True,
        help=_("Minutes in a row. Only minutes in which the metric has other data count."),
    ),
)


@dataclass(frozen=True)
class Parameters:
    absent: str
    frames: int


def read(raw: Any) -> Parameters:
    """Raises ParametersRefused."""
    return Parameters(**read_fields(FIELDS, raw))


def describe(parameters: Parameters) -> Sentence:
    values = {"frames": parameters.frames}
    if parameters.absent == "missing":
        return Sentence(_("without any data for %(frames)s minutes while others have some"), values)
    if parameters.absent == "zero":
        return Sentence(_("zero for %(frames)s minutes"), values)
    return Sentence(_("zero or without any data for %(frames)s minutes while others have some"), values)


def stretches(_parameters: Parameters) -> tuple[Stretch, ...]:
    return ()


def state_dtype(_parameters: Parameters, _interval: timedelta) -> np.dtype[Any]:
    """``seen``: it had a value once. ``frames``: for so many it has been absent since."""
    return np.dtype([("seen", "?"), ("frames", "<u2")])


def evaluate(parameters: Parameters, moment: Moment) -> Judgement:
    """Unknown until the series was seen, and where a gap says nothing of the zero that is waited for."""
    values, state = moment.values, moment.state
    if state is None:
        state = np.zeros(len(values), dtype=state_dtype(parameters, moment.interval))
    is_gap, is_zero = np.isnan(values), values == 0
    is_absent = {"missing": is_gap, "zero": is_zero, "either": is_gap | is_zero}[parameters.absent]
    says_nothing = is_gap if parameters.absent == "zero" else np.zeros(len(values), dtype=np.bool_)
    learned = state.copy()
    learned["seen"] |= ~is_absent & ~says_nothing
    counted = np.minimum(state["frames"].astype(np.uint32) + is_absent, np.iinfo(np.uint16).max)
    learned["frames"] = np.where(says_nothing, state["frames"], np.where(is_absent, counted, 0))
    codes = codes_of(learned["frames"] >= parameters.frames, learned["seen"] & ~says_nothing)
    return Judgement(codes, np.full(len(values), np.nan), state=learned)
