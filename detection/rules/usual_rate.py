"""A series fires when its rate (of successes, of failures) leaves what it has been: learned by series.

The rate is held against the one of the frames before, which are forgotten by halves. How far it strays from hour to
hour anyway is learned beside it, so that a merchant with thousands of attempts, whose rate always moves a little more
than chance alone would move it, is not called out for that.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from detection.rules.parameters import Choice, Number, read_fields
from detection.rules.verdict import Judgement, Moment, Stretch, Values, codes_of
from detection.rules.words import Sentence, gettext_noop, plain

_ = gettext_noop
LABEL = _("Rate of two metrics against its usual one")
NEEDS_OTHER = True
FIELDS = (
    Choice("direction", _("Fires when the rate is"), (("below", _("below")), ("above", _("above")))),
    Number(
        "percent",
        _("Off the usual rate by percent of it"),
        minimum=1,
        maximum=100_000,
        help=_("20 with “below” fires at 48 % where 60 % is usual; 100 with “above” at 4 % where 2 % is usual."),
    ),
    Number(
        "sigmas",
        _("Standard deviations"),
        minimum=1,
        maximum=100,
        required=False,
        default=3,
        help=_("How improbable it must be, by chance and by what the rate has strayed before. 3 is usual."),
    ),
    Number(
        "minimum_volume",
        _("Smallest volume"),
        minimum=1,
        required=False,
        default=50,
        help=_("Where the second metric counts less than this, a rate says nothing and the verdict is unknown."),
    ),
    Number(
        "half_life",
        _("Minutes until half is forgotten"),
        minimum=1,
        maximum=100_000,
        is_whole=True,
        required=False,
        default=1440,
    ),
    Number(
        "needed",
        _("Volume to learn from"),
        minimum=1,
        required=False,
        default=300,
        help=_("Until the second metric has counted so many in all, the verdict is unknown."),
    ),
)
STATE = np.dtype([("tried", "<f8"), ("came", "<f8"), ("strayed", "<f8"), ("weight", "<f8"), ("frames", "<u4")])
FEWEST_FRAMES = 3
HEAVIEST = 10.0
"""A frame teaches as much as so many times the smallest volume, not more: an hour of a sale is one hour."""
WHILE_FIRING = 0.1
"""What fires teaches a tenth: a new level is learned in the end, a fault is not."""
SMALLEST_STRAY = 0.05
"""A rate is taken to stray by a twentieth of itself at least."""
FURTHEST = 9.0
"""Of squared standard deviations: one wild frame does not make the next one usual."""


@dataclass(frozen=True)
class Parameters:
    direction: str
    percent: float
    sigmas: float
    minimum_volume: float
    half_life: int
    needed: float

    @property
    def sign(self) -> int:
        return -1 if self.direction == "below" else 1


def read(raw: Any) -> Parameters:
    """Raises ParametersRefused."""
    return Parameters(**read_fields(FIELDS, raw))


def describe(parameters: Parameters) -> Sentence:
    values = {"percent": plain(parameters.percent), "volume": plain(parameters.minimum_volume)}
    if parameters.direction == "below":
        return Sentence(_("a rate %(percent)s %% or more below its usual one, of at least %(volume)s"), values)
    return Sentence(_("a rate %(percent)s %% or more above its usual one, of at least %(volume)s"), values)


def stretches(_parameters: Parameters) -> tuple[Stretch, ...]:
    return ()


def state_dtype(_parameters: Parameters, _interval: timedelta) -> np.dtype[Any]:
    return STATE


def evaluate(parameters: Parameters, moment: Moment) -> Judgement:
    """``other`` is what the values are a part of; ``expected`` and ``measured`` are percent."""
    values = np.asarray(moment.values, dtype=np.float64)
    count = len(values)
    volume = np.full(count, np.nan) if moment.other is None else np.asarray(moment.other, dtype=np.float64)
    state = np.zeros(count, dtype=STATE) if moment.state is None else moment.state.copy()
    is_rate = (volume >= parameters.minimum_volume) & (values >= 0) & (values <= volume)
    volume, values = np.where(is_rate, volume, 1.0), np.where(is_rate, values, 0.0)
    rate = values / volume
    has_learned = (state["tried"] >= parameters.needed) & (state["frames"] >= FEWEST_FRAMES)
    usual = state["came"] / np.maximum(state["tried"], 1e-12)
    variance = _variance(state, usual, volume)
    reach = _reach(parameters, usual, variance, moment.is_open)
    limit = usual + parameters.sign * reach
    is_firing = rate <= limit if parameters.sign < 0 else rate >= limit
    codes = codes_of(is_firing & has_learned, is_rate & has_learned)
    _learn(parameters, state, is_rate, values, volume, is_firing & has_learned, has_learned, usual, variance)
    known = np.where(has_learned, 1.0, np.nan)
    bound = {"low" if parameters.sign < 0 else "high": 100 * np.clip(limit, 0, 1) * known}
    measured = np.where(is_rate, 100 * rate, np.nan)
    # To a tenth of a percent: that is what people read.
    return Judgement(codes, np.round(100 * usual * known, 1), state=state, measured=np.round(measured, 1), **bound)


def _variance(state: Any, usual: Values, volume: Values) -> Values:
    """Of the rate of a frame: of chance, where so many are tried, and of what it has strayed beyond that."""
    strayed = np.maximum(state["strayed"] / np.maximum(state["weight"], 1e-12), (SMALLEST_STRAY * usual) ** 2)
    # One success and one failure more than there were: where nothing has ever failed, one may.
    chance = (usual * volume + 1) / (volume + 2)
    spread: Values = chance * (1 - chance) / volume + strayed
    return spread


def _reach(parameters: Parameters, usual: Values, variance: Values, is_open: Any) -> Values:
    """How far from the usual rate it fires; an open alert holds until half of that way is gone back."""
    reach = np.maximum(usual * parameters.percent / 100, parameters.sigmas * np.sqrt(variance))
    reached: Values = np.where(is_open, reach / 2, reach)
    return reached


def _learn(parameters, state, is_rate, values, volume, is_firing, has_learned, usual, variance) -> None:  # type: ignore[no-untyped-def]
    """Take the frame into ``state``; frames that are no rate leave it as it is."""
    kept = 0.5 ** (1 / parameters.half_life)
    share = np.minimum(HEAVIEST * parameters.minimum_volume / volume, 1) * np.where(is_firing, WHILE_FIRING, 1)
    off = (values / volume - usual) ** 2
    beyond = np.minimum(off, FURTHEST * variance) - np.clip(usual * (1 - usual), 0, 1) / volume
    weight = np.where(has_learned, volume * share, 0)
    for name, gained in (
        ("tried", volume * share),
        ("came", values * share),
        ("strayed", weight * beyond),
        ("weight", weight),
    ):
        state[name] = np.where(is_rate, kept * state[name] + gained, state[name])
    state["frames"] += is_rate
