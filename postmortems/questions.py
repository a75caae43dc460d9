"""What a timeline does not say yet, and what was answered to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.presentation import round_words
from postmortems.gaps import Gap, find_gaps, unanswered
from postmortems.models import GapAnswer, Postmortem, ReviewPolicy

QUESTIONS: dict[str, str | Promise] = {
    "detected": _("Who or what noticed it first, and when?"),
    "notified": _("Who was told, when, by which way?"),
    "acknowledged": _("When did somebody begin to handle it?"),
    "decided": _("Which decisions were taken, and when?"),
    "recovered": _("When did the service work again?"),
}


@dataclass(frozen=True)
class Question:
    """A milestone that no entry tells of. ``answer``: somebody said that there is nothing to enter."""

    milestone: str
    text: str
    answer: GapAnswer | None


@dataclass(frozen=True)
class Silence:
    """A gap as pages show it; ``answer``: somebody said that nothing happened in it."""

    gap: Gap
    length: str
    answer: GapAnswer | None


def questions_of(postmortem: Postmortem, answers: Sequence[GapAnswer]) -> list[Question]:
    """The milestones of which no entry tells; two queries."""
    entries: Any = postmortem.entries.order_by()
    verbs = entries.exclude(event=None).values_list("event__verb", flat=True).distinct()
    told = entries.exclude(milestone="").values_list("milestone", flat=True).distinct()
    by_name = {answer.milestone: answer for answer in answers if answer.milestone}
    return [Question(name, str(QUESTIONS[name]), by_name.get(name)) for name in unanswered(verbs, told)]


def silences_of(postmortem: Postmortem, answers: Sequence[GapAnswer]) -> list[Silence]:
    """Every long silence; two queries, however many entries there are."""
    moments = postmortem.entries.order_by().values_list("happened_at", flat=True)
    gaps = find_gaps(moments, ReviewPolicy.current().longest_silence)
    return [Silence(gap, round_words(gap.ended_at - gap.started_at), _answer_to(gap, answers)) for gap in gaps]


def _answer_to(gap: Gap, answers: Sequence[GapAnswer]) -> GapAnswer | None:
    spans = [answer for answer in answers if answer.started_at is not None and answer.ended_at is not None]
    return next((each for each in spans if each.started_at <= gap.started_at and gap.ended_at <= each.ended_at), None)  # type: ignore[operator]
