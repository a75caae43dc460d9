"""P6: nobody else than the schedule says is on call, over thousands of schedules, zones and overrides."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.duty import (
    Change,
    Kind,
    Layer,
    Roster,
    Rotation,
    Unit,
    Window,
    clash,
    coverage_of,
    duties_between,
    duty_at,
    instant,
)
from notifications.duty.windows import open_between

ZONES = [
    ZoneInfo(name)
    for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran", "Asia/Shanghai", "UTC")
]
CLOCK_CHANGES = [datetime(2026, *day, tzinfo=UTC) for day in ((3, 7), (3, 28), (4, 4), (10, 3), (10, 24), (10, 31))]
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
LENGTH = timedelta(days=4)
MINUTES = int(LENGTH / timedelta(minutes=1))
SEEDS = st.integers(0, 2**63)
"""Each is a whole case: drawing one number instead of fifty leaves time for thousands of cases."""


@dataclass
class Case:
    """A schedule at random, around a change of the clocks in every other case."""

    seed: int

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.zone = self.random.choice(ZONES)
        anywhere = BEGIN + timedelta(hours=self.random.randint(0, 8600))
        self.start = self.random.choice([anywhere, self.random.choice(CLOCK_CHANGES)])
        upper = self.random.sample((2, 3), self.random.randint(0, 2))
        layers = [self.layer(1, is_windowed=False), *(self.layer(key, is_windowed=True) for key in upper)]
        seconds = [self.layer(9, is_windowed=True)] if self.random.random() < 0.5 else []
        inactive = {self.random.randint(1, 7)} if self.random.random() < 0.3 else set()
        changes = (self.changes(), self.changes())
        self.roster = Roster(tuple(layers), tuple(seconds), *changes, frozenset(inactive))
        self.duties = duties_between(self.roster, self.start, self.start + LENGTH)

    def moment(self) -> datetime:
        return self.start + timedelta(minutes=self.random.randrange(MINUTES))

    def layer(self, key: int, *, is_windowed: bool) -> Layer:
        wall = datetime(2025, 1, 1) + timedelta(minutes=self.random.randrange(600 * 24 * 60))
        rotation = Rotation(self.random.choice(list(Unit)), self.random.randint(1, 5), self.zone, wall)
        members = tuple(self.random.sample(range(1, 6), self.random.randint(1, 5)))
        windows = tuple(self.window() for _number in range(self.random.randint(0, 2) if is_windowed else 0))
        starts = instant(rotation.start, self.zone) if is_windowed and self.random.random() < 0.5 else None
        return Layer(key, key, self.zone, rotation, members, windows=windows, starts=starts)

    def window(self) -> Window:
        days = frozenset(self.random.sample(range(7), self.random.randint(1, 7)))
        opens, closes = (time(self.random.randrange(24), self.random.randrange(60)) for _end in range(2))
        return Window(days, opens, closes)

    def changes(self) -> tuple[Change, ...]:
        """A few that may stand side by side, as the service sees to."""
        kept: list[Change] = []
        for key in range(self.random.randint(0, 3)):
            first = self.start + timedelta(minutes=self.random.randint(-1000, MINUTES))
            last = first + timedelta(minutes=self.random.randint(1, 4000))
            kind, person = self.random.choice(list(Kind)), self.random.randint(1, 7)
            replaces = self.random.choice([None, *range(1, 8)]) if kind == Kind.REPLACE else None
            change = Change(key, kind, first, last, person, replaces)
            if person != replaces and not any(clash(change, other) for other in kept):
                kept.append(change)
        return tuple(kept)


def who_by_hand(roster: Roster, moment: datetime) -> tuple[int, ...]:
    """The definition, moment by moment: the highest layer that covers it, then the changes that hold."""
    people: tuple[int, ...] = ()
    for layer in sorted(roster.primary, key=lambda layer: -layer.position):
        is_begun = layer.starts is None or layer.starts <= moment
        instantly = moment + timedelta(microseconds=1)
        is_open = not layer.windows or bool(open_between(layer.windows, layer.zone, moment, instantly))
        if is_begun and is_open and layer.rotation:
            people = (layer.members[layer.rotation.number_at(moment) % len(layer.members)],)
            break
    holding = [change for change in roster.primary_changes if change.start <= moment < change.end]
    for change in sorted(
        holding, key=lambda change: (not change.is_for_everybody, change.kind == Kind.ADD, change.key)
    ):
        people = change.apply(people)
    return tuple(person for person in people if person not in roster.inactive)


@settings(max_examples=3500)
@given(SEEDS)
def test_the_timeline_says_at_every_moment_what_the_schedule_says(seed: int) -> None:
    case = Case(seed)
    assert (case.duties[0].start, case.duties[-1].end) == (case.start, case.start + LENGTH)
    assert all(earlier.end == later.start for earlier, later in pairwise(case.duties))
    assert all(duty.start < duty.end for duty in case.duties)
    for _number in range(4):
        moment = case.moment()
        (duty,) = [each for each in case.duties if each.start <= moment < each.end]
        assert set(duty.primary) == set(who_by_hand(case.roster, moment))
        assert len(duty.primary) == len(set(duty.primary))
        assert not set(duty.primary) & set(duty.secondary)
        assert not case.roster.inactive & {*duty.primary, *duty.secondary}
        if not case.roster.primary_changes and not case.roster.inactive:
            assert len(duty.primary) == 1


@settings(max_examples=1500)
@given(SEEDS)
def test_who_is_on_call_now_is_what_the_timeline_says(seed: int) -> None:
    """The cycle asks ``duty_at``, the pages show ``duties_between``."""
    case = Case(seed)
    moment = case.moment()
    now = duty_at(case.roster, moment)
    (shown,) = [each for each in case.duties if each.start <= moment < each.end]
    assert (now.primary, now.secondary, now.changes) == (shown.primary, shown.secondary, shown.changes)
    assert now.end == shown.end or shown.end == case.start + LENGTH


@settings(max_examples=1000)
@given(SEEDS)
def test_an_override_holds_inside_its_window_and_nowhere_else(seed: int) -> None:
    case = Case(seed)
    begin, person = case.moment(), case.random.randint(1, 7)
    change = Change(1, Kind.REPLACE, begin, begin + timedelta(minutes=case.random.randint(1, 3000)), person)
    layers = (case.roster.primary, case.roster.secondary)
    before = duties_between(Roster(*layers), case.start, case.start + LENGTH)
    for duty in duties_between(Roster(*layers, (change,)), case.start, case.start + LENGTH):
        is_inside = change.start <= duty.start < change.end
        assert (duty.changes == (1,)) == is_inside
        if is_inside:
            assert (duty.primary, duty.end <= change.end) == ((person,), True)
        else:
            assert duty.primary == next(each for each in before if each.start <= duty.start < each.end).primary


@settings(max_examples=1000)
@given(SEEDS)
def test_a_window_is_open_when_the_clock_on_the_wall_says_so(seed: int) -> None:
    case = Case(seed)
    windows, moment = [case.window() for _number in range(3)], case.moment()
    stretches = open_between(windows, case.zone, case.start, case.start + LENGTH)
    assert all(earlier[1] < later[0] for earlier, later in pairwise(stretches))
    local = moment.astimezone(case.zone)
    near = [(moment + timedelta(days=days)).astimezone(case.zone).utcoffset() for days in (-2, 0, 2)]
    if len(set(near)) == 1:  # no change of the clocks near by
        opened = any(_is_open(window, local) for window in windows)
        assert any(first <= moment < last for first, last in stretches) == opened


def _is_open(window: Window, local: datetime) -> bool:
    now, day = local.time().replace(tzinfo=None), local.weekday()
    if window.closes > window.opens:
        return day in window.weekdays and window.opens <= now < window.closes
    return (day in window.weekdays and now >= window.opens) or (
        (day - 1) % 7 in window.weekdays and now < window.closes
    )


def test_a_calendar_puts_everybody_on_call_whom_it_names() -> None:
    hour = timedelta(hours=1)
    shifts = ((BEGIN, BEGIN + 4 * hour, 1), (BEGIN + 2 * hour, BEGIN + 6 * hour, 2))
    roster = Roster((Layer(1, 0, ZoneInfo("UTC"), shifts=shifts),))
    found = [(duty.primary, duty.end - duty.start) for duty in duties_between(roster, BEGIN, BEGIN + 8 * hour)]
    assert found == [((1,), 2 * hour), ((1, 2), 2 * hour), ((2,), 2 * hour), ((), 2 * hour)]


def test_load_is_counted_in_hours_nights_and_days_of_the_weekend() -> None:
    zone = ZoneInfo("Europe/Berlin")
    rotation = Rotation(Unit.WEEKLY, 1, zone, datetime(2026, 11, 30, 9))
    roster = Roster((Layer(1, 0, zone, rotation, (1, 2)),))
    start = instant(datetime(2026, 11, 30, 9), zone)
    coverage = coverage_of(duties_between(roster, start, start + timedelta(weeks=3)), zone)
    assert (coverage.share, coverage.gaps) == (1.0, [])
    first, second = coverage.loads[1], coverage.loads[2]
    assert (first.length, second.length) == (timedelta(weeks=2), timedelta(weeks=1))
    assert (first.shifts, first.nights, first.weekend_days) == (2, 14, 4)
    assert (round(first.balance, 3), round(second.balance, 3)) == (0.333, -0.333)
