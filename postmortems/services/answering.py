"""The questions of the timeline that no entry answers: somebody says, by name, that there is nothing to enter."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle.transitions import InputRefused, record_event
from postmortems.models import GapAnswer, Milestone, Postmortem, Status
from postmortems.services.refusals import begin


@transaction.atomic
def answer_gap(
    postmortem: Postmortem,
    *,
    actor: Person | None,
    via: str,
    milestone: str = "",
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    note: str = "",
) -> GapAnswer:
    """Nothing happened between the two moments; or the milestone was never reached. Exactly one of both is named."""
    begin(postmortem, "answer_gap", phase=Status.TIMELINE, actor=actor)
    if milestone:
        answer = _of_milestone(postmortem, milestone, started_at, ended_at)
    else:
        answer = _of_silence(postmortem, started_at, ended_at)
    answer.note, answer.answered_by = note.strip(), actor
    answer.save()
    data = {"milestone": milestone, **_span(answer)}
    record_event(postmortem, "answer_gap", actor=actor, via=via, note=answer.note, data=data)
    return answer


def _of_milestone(postmortem: Postmortem, milestone: str, *moments: datetime | None) -> GapAnswer:
    if milestone not in Milestone.values or any(moments):
        raise InputRefused(milestone=_("There is no such question."))
    known = postmortem.gap_answers.filter(milestone=milestone).first()
    return known or GapAnswer(postmortem=postmortem, milestone=milestone)


def _of_silence(postmortem: Postmortem, started_at: datetime | None, ended_at: datetime | None) -> GapAnswer:
    if started_at is None or ended_at is None or ended_at <= started_at:
        raise InputRefused(started_at=_("Say from when to when."))
    if postmortem.entries.filter(happened_at__gt=started_at, happened_at__lt=ended_at).exists():
        raise InputRefused(started_at=_("There is an entry in between by now."))
    return GapAnswer(postmortem=postmortem, started_at=started_at, ended_at=ended_at)


def _span(answer: GapAnswer) -> dict[str, str]:
    if answer.started_at is None or answer.ended_at is None:
        return {}
    return {"started_at": answer.started_at.isoformat(), "ended_at": answer.ended_at.isoformat()}
