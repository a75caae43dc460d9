"""A series fires when it is more surprising than a series of its own temper should ever be by chance.

What is usual is learned frame by frame, for each series: its level, its day and its weekend, its noise, the tail of its
surprises (detection/learning). A verdict depends on what was seen up to its frame and on nothing else.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detection.learning import memory, rarity, usual
from detection.rules.parameters import Choice, Number, read_fields
from detection.rules.verdict import Codes, Judgement, Mask, Moment, State, Stretch, Values, codes_of
from detection.rules.words import Sentence, gettext_noop, plain

_ = gettext_noop
LABEL = _("Learned baseline")
DIRECTIONS = (("either", _("above or below")), ("above", _("above")), ("below", _("below")))
FIELDS = (
    Choice("direction", _("Fires when the value is"), DIRECTIONS, required=False, default="either"),
    Number(
        "chance_alerts",
        _("Alerts a day that chance may raise"),
        minimum=0.0001,
        maximum=10,
        help=_("For each series. 0.06, the default, is one in about two weeks; less is quieter, more notices more."),
        required=False,
        default=0.06,
    ),
)
FIRE_FOR, FIRE_OF, CLEAR_AFTER = 1, 1, 4
"""The patience that goes with it: a frame is believed, an alert ends after four good ones."""
AROUND, AS_HIGH = 2, 1.2
"""A peak is nothing new where both of the last two weeks had one at this hour, give or take so many frames, and it
rises to at most this many times theirs. Drops are not excused so: what failed every week failed."""
LARGEST = 1e15
"""Values beyond are a fault of the source, and unknown as a gap is."""
BLOCK = 4096
"""Series judged at a time, so that what they need stays in the processor's cache."""


@dataclass(frozen=True)
class Parameters:
    direction: str
    chance_alerts: float

    @property
    def sides(self) -> NDArray[np.intp]:
        """Those that fire: 0 above, 1 below."""
        return np.array({"above": [0], "below": [1]}.get(self.direction, [0, 1]), dtype=np.intp)


def read(raw: Any) -> Parameters:
    """Raises ParametersRefused."""
    return Parameters(**read_fields(FIELDS, raw))


def describe(parameters: Parameters) -> Sentence:
    values = {"alerts": plain(parameters.chance_alerts)}
    if parameters.direction == "above":
        return Sentence(_("unusually high for its own past (%(alerts)s chance alerts a day)"), values)
    if parameters.direction == "below":
        return Sentence(_("unusually low for its own past (%(alerts)s chance alerts a day)"), values)
    return Sentence(_("unusual for its own past (%(alerts)s chance alerts a day)"), values)


def stretches(_parameters: Parameters) -> tuple[Stretch, ...]:
    return tuple(Stretch(days=7 * week, around=AROUND) for week in (1, 2))


def state_dtype(_parameters: Parameters, interval: timedelta) -> np.dtype[np.void]:
    """What ``evaluate`` remembers of one series; zeros for a new one."""
    return memory.dtype_of(interval)


def evaluate(parameters: Parameters, moment: Moment) -> Judgement:
    """Without a ``state``, or while a series is new, the verdict is unknown. A gap is unknown and teaches nothing."""
    count = len(moment.values)
    state = np.zeros(count, state_dtype(parameters, moment.interval)) if moment.state is None else moment.state.copy()
    codes, bands = codes_of(np.zeros(count, np.bool_), np.zeros(count, np.bool_)), np.full((3, count), np.nan)
    known = np.flatnonzero(np.abs(moment.values) < LARGEST)
    for start in range(0, len(known), BLOCK):
        chosen = known[start : start + BLOCK]
        codes[chosen], bands[:, chosen] = _judge(parameters, moment, state, chosen)
    return Judgement(codes, bands[0], low=bands[1], high=bands[2], state=state)


def _judge(parameters: Parameters, moment: Moment, state: State, chosen: NDArray[np.intp]) -> tuple[Codes, Values]:
    """Codes (n) and expected, low, high (3, n) of the ``chosen`` series, whose ``state`` is carried on."""
    pace = memory.Pace.of(moment.interval)
    place = memory.Place.of(moment.at, pace)
    values = moment.values[chosen].astype(np.float32)
    known = memory.load(state, chosen, place)
    usual.greet(known, values)
    seen = usual.look(known, values)
    tested = rarity.test(known, values, seen, rarity.log_odds_of(parameters.chance_alerts, pace))
    accepted = seen.expected + AS_HIGH * (_weekly_peak(moment.history[..., chosen]) - seen.expected)
    goes_beyond = np.any(tested.results > tested.limits, axis=0)
    goes_beyond[0] &= ~(values <= accepted)
    is_firing: Mask = np.any(goes_beyond[parameters.sides], axis=0)
    rarity.learn(known, seen, tested, is_firing & ~moment.is_open[chosen], pace)
    usual.learn(known, values, seen, pace)
    memory.store(known, state, chosen, place)
    reach = tested.limits[0] * tested.scales
    is_known = np.isfinite(reach[0])
    high = np.fmax(seen.expected + reach[0], accepted)
    bands = np.where(is_known, np.stack([seen.expected, seen.expected - reach[1], high]), np.nan)
    return codes_of(is_firing, is_known), bands


def _weekly_peak(history: Values) -> Values:
    """The lower one of two weeks' peaks (n); NaN where a week is not known. History: (weeks, frames, n)."""
    if len(history) == 0:
        return np.full(history.shape[-1], np.nan)
    peak: Values = np.minimum.reduce(np.fmax.reduce(history, axis=1), axis=0)
    return peak
