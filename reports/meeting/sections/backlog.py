"""Problems that are overdue, came back, wait for a decision or are waived no longer; action items that are overdue."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem
from problems.models import Outcome, Problem
from problems.models.status import Status
from reports.meeting.entries import MOST, Entry, Facts, Window, section
from reports.meeting.states import action_state, problem_state

UNSIGNED = Q(outcome=Outcome.WAIVER, signed_by=None)
UNOWNED = Q(status=Status.LOGGED, owner=None)


@section("backlog", _("Problems and actions"), rank=50, minutes=5)
def overdue_and_undecided(window: Window) -> list[Entry]:
    today = window.now.astimezone(window.zone).date()
    return _problems(window, today) + _actions(window, today)


def _problems(window: Window, today: date) -> list[Entry]:
    back = set(Problem.objects.came_back().values_list("pk", flat=True))
    undecided = Q(due_on__lt=today) | UNSIGNED | UNOWNED | Q(pk__in=back)
    found = Problem.objects.open().filter(undecided) | Problem.objects.waiver_over()
    return [
        Entry(
            subject=f"problem:{problem.pk}",
            title=problem.title,
            reference=problem.reference,
            url=problem.get_absolute_url(),
            state=problem_state(problem),
            facts={"service": problem.service.name, "why": _why(problem, today, back)},
            times=window.times.get(f"problem:{problem.pk}", 0),
        )
        for problem in found.select_related("owner", "service").order_by("due_on", "pk")[:MOST]
    ]


def _why(problem: Problem, today: date, back: set[int]) -> str:
    """What the meeting has to do about it."""
    if problem.waiver_over_at is not None:
        return "waiver_over"
    if problem.pk in back:
        return "came_back"
    if problem.outcome == Outcome.WAIVER and problem.signed_by_id is None:
        return "unsigned"
    return "overdue" if problem.due_on is not None and problem.due_on < today else "unowned"


def _actions(window: Window, today: date) -> list[Entry]:
    found = ActionItem.objects.overdue(today).select_related("owner").order_by("due_on", "pk")
    return [action_entry(action, window, {"why": "overdue"}) for action in found[:MOST]]


def action_entry(action: ActionItem, window: Window, facts: Facts) -> Entry:
    return Entry(
        subject=f"action:{action.pk}",
        title=action.title,
        url=action.get_absolute_url(),
        incident=action.incident_id,
        state=action_state(action),
        facts=facts,
        times=window.times.get(f"action:{action.pk}", 0),
    )
