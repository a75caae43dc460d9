"""Waivers that end: whoever bears a risk until a day is asked on the next one whether the problem is to be reopened."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.services.claiming import act_on_due, complain
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, record_event
from problems.models import Outcome, Problem


def check_end(outcome: str, ends_on: date | None) -> None:
    """Raises InputRefused for the end of what has none, or one that is over already."""
    if ends_on is None:
        return
    if outcome != Outcome.WAIVER:
        raise InputRefused(waiver_ends_on=_("Only a waiver has an end."))
    if ends_on < clock.now().date():
        raise InputRefused(waiver_ends_on=_("Choose today or a later day."))


def end_waivers(*, limit: int = 100) -> int:
    """Every waiver whose last day (UTC) is over; part of the cycle. Returns how many were told of."""
    due = Problem.objects.waiver_to_end(clock.now().date()).order_by("pk").values_list("pk")
    ended, failures = act_on_due(_end, due, limit=limit)
    complain(failures)
    return sum(ended)


@transaction.atomic
def _end(pk: int) -> int:
    """The problem stays closed: what becomes of it is for people to say. Who is told is for notifications to say."""
    now = clock.now()
    free = Problem.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    problem = free.waiver_to_end(now.date()).filter(pk=pk).first()
    if problem is None or problem.waiver_ends_on is None:
        return 0
    problem.waiver_over_at = now
    problem.version += 1
    problem.save(update_fields=["waiver_over_at", "version"])
    record_event(
        problem, "end_waiver", actor=None, via=Via.SYSTEM, data={"ended_on": problem.waiver_ends_on.isoformat()}
    )
    return 1
