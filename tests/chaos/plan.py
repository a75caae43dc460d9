"""What happens in one seeded run: a pure function of the seed, so that a run can be repeated."""

import random
from dataclasses import dataclass

STEPS = ((0, "primary"), (2, "secondary"), (4, "manager"))
"""The policy of the runs: seconds after the start, and whom."""
BUSY_FOR = 4.5  # seconds in which things are done to the town
INCIDENTS = (2, 3)
PROGRAMS = ("worker", "cycle", "cycle2", "beat", "web", "redis")
ANSWERS = ("answers", "answers", "voicemail", "busy")
"""What phones do that acknowledge nothing; one that never answers would ring longer than a run lasts."""
WAYS = ("nobody", "key", "text", "web")
REFUSALS = ("429", "500", "hang", "accept-then-hang")
CALLBACKS = ("duplicate_callbacks", "reorder_callbacks", "lose_callbacks")


@dataclass(frozen=True)
class Deed:
    """Something that is done ``at`` so many seconds into the run; ``until`` is when it is undone."""

    at: float
    kind: str
    target: str = ""
    until: float = 0

    def __str__(self) -> str:
        end = f" until {self.until:.1f}" if self.until else ""
        return f"{self.at:4.1f} s  {self.kind} {self.target}{end}"


@dataclass(frozen=True)
class Story:
    """One incident: when it is reported, how its people's phones answer, and who acknowledges how."""

    reported: float
    phones: tuple[str, str, str]
    way: str
    who: str
    acknowledged: float

    def __str__(self) -> str:
        if self.way == "nobody":
            return f"{self.reported:4.1f} s  report; nobody acknowledges; phones {', '.join(self.phones)}"
        moment = "" if self.way == "key" else f" at {self.acknowledged:.1f}"
        return f"{self.reported:4.1f} s  report; {self.who} acknowledges by {self.way}{moment}"


@dataclass(frozen=True)
class Plan:
    seed: int
    stories: tuple[Story, ...]
    deeds: tuple[Deed, ...]

    def __str__(self) -> str:
        return "\n".join([f"seed {self.seed}", *map(str, self.stories), *map(str, self.deeds)])


def draw(seed: int) -> Plan:
    """The plan of a seed."""
    dice = random.Random(seed)
    stories = tuple(_story(dice) for _ in range(dice.randint(*INCIDENTS)))
    deeds = [_blow(dice) for _ in range(dice.randint(1, 3))]
    if dice.random() < 0.6:
        deeds.append(_whim(dice))
    if dice.random() < 0.25:
        deeds.append(Deed(_moment(dice), dice.choice(["kill-postgres", "restart-postgres"])))
    return Plan(seed, stories, tuple(sorted(deeds, key=lambda deed: deed.at)))


def _story(dice: random.Random) -> Story:
    reported = round(dice.uniform(0, 1), 1)
    first, second, third = (dice.choice(ANSWERS) for _ in STEPS)
    return Story(
        reported=reported,
        phones=(first, second, third),
        way=dice.choice(WAYS),
        who=dice.choice([target for _after, target in STEPS]),
        acknowledged=round(reported + dice.uniform(0.5, 5), 1),
    )


def _blow(dice: random.Random) -> Deed:
    """Something that befalls a process."""
    at, program = _moment(dice), dice.choice(PROGRAMS)
    kind = dice.choice(["kill", "kill", "kill-child", "stop", "end", "flush"])
    if kind == "flush":
        return Deed(at, "flush", "redis")
    if kind == "stop":
        return Deed(at, "stop", program, until=round(at + dice.uniform(0.5, 3), 1))
    return Deed(at, kind, program)


def _whim(dice: random.Random) -> Deed:
    """Something that the carrier does for a while."""
    at = round(dice.uniform(0, 3), 1)
    kind, target = dice.choice([("carrier", name) for name in REFUSALS] + [("callbacks", name) for name in CALLBACKS])
    return Deed(at, kind, target, until=round(at + dice.uniform(0.5, 2.5), 1))


def _moment(dice: random.Random) -> float:
    return round(dice.uniform(0.2, BUSY_FOR), 1)
