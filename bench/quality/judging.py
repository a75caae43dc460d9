"""One frame of one rule without a database: what its kind says, and what m of n makes of that. Pure."""

from dataclasses import dataclass, replace
from typing import Any

from detection.evaluation import Memory, Patience, advance
from detection.rules import Judgement, Kind, Mask, Moment
from detection.rules.verdict import State


@dataclass(frozen=True)
class Question:
    """A rule without its name: the kind, its parameters as the kind read them, and the patience."""

    kind: Kind
    parameters: Any
    patience: Patience


@dataclass(frozen=True)
class Standing:
    """What stands before a frame, by series: earlier marks, who has an open alert, what a kind has learned."""

    memory: Memory
    is_open: Mask
    state: State | None = None


@dataclass(frozen=True)
class Ruling:
    """What came of a frame: ``opens`` and ``ends`` (n_series) and the standing before the next one."""

    judgement: Judgement
    opens: Mask
    ends: Mask
    standing: Standing


def judge(question: Question, standing: Standing, moment: Moment) -> Ruling:
    """Judge one frame. ``moment`` holds values and history; who is open and the state come from ``standing``."""
    moment = replace(moment, is_open=standing.is_open, state=standing.state)
    judgement: Judgement = question.kind.evaluate(question.parameters, moment)
    step = advance(standing.memory, judgement.codes, standing.is_open, question.patience)
    is_open = (standing.is_open | step.opens) & ~step.ends
    return Ruling(judgement, step.opens, step.ends, Standing(step.memory, is_open, judgement.state))
