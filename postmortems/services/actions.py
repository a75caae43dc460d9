"""Action phase: what is done about the issues. The actions are the shared action items of incidents."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import ActionItem, Incident
from incidents.models.action import ActionType
from lifecycle import clock
from lifecycle.transitions import InputRefused, lock, record_event
from postmortems.models import Issue, IssueAction, Postmortem, Status
from postmortems.services.refusals import begin, refuse_stale, require
from problems.titles import one_line


@transaction.atomic
def add_action(
    postmortem: Postmortem,
    *,
    actor: Person | None,
    via: str,
    title: str,
    type: str,
    owner: Person | None,
    due_on: date | None,
    issues: Sequence[Issue],
) -> ActionItem:
    """Add an action with exactly one owner, a due date and a type, that answers one or more issues."""
    begin(postmortem, "add_action", phase=Status.ACTIONS, actor=actor)
    owner, due_on = _complete(postmortem, title=title, type=type, owner=owner, due_on=due_on, issues=issues)
    action = ActionItem.objects.create(
        title=one_line(title),
        type=type,
        owner=owner,
        due_on=due_on,
        incident=_most_confidential(postmortem),
        created_at=clock.now(),
    )
    IssueAction.objects.bulk_create(IssueAction(issue=issue, action=action) for issue in issues)
    Issue.objects.filter(pk__in=[issue.pk for issue in issues]).update(no_action_reason="")
    data = {"postmortem": postmortem.reference}
    record_event(action, "add", actor=actor, via=via, note=action.title, data=data)
    record_event(postmortem, "add_action", actor=actor, via=via, note=action.title, data={"action": action.pk})
    return action


@transaction.atomic
def decline_action(
    issue: Issue, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Issue:
    """State why nothing is done about an issue."""
    postmortem = issue.postmortem
    begin(postmortem, "decline_action", phase=Status.ACTIONS, actor=actor)
    require(reason=reason)
    lock(issue)
    refuse_stale(postmortem, issue, "decline_action", expected_version=expected_version)
    if issue.action_links.exists():
        raise InputRefused(reason=_("An action points at it."))
    issue.no_action_reason = reason.strip()
    issue.version += 1
    issue.save(update_fields=["no_action_reason", "version"])
    record_event(postmortem, "decline_action", actor=actor, via=via, note=reason, data={"issue": issue.pk})
    return issue


def _most_confidential(postmortem: Postmortem) -> Incident | None:
    """Of a group, the incident that the fewest see: nobody reads an action who may not read all that it is about."""
    return postmortem.incidents.order_by("-is_restricted", "-service__is_restricted", "-pk").first()


def _complete(
    postmortem: Postmortem,
    *,
    title: str,
    type: str,
    owner: Person | None,
    due_on: date | None,
    issues: Sequence[Issue],
) -> tuple[Person, date]:
    """The owner and the due date, once everything is there."""
    require(title=title)
    errors = {}
    if type not in ActionType.values:
        errors["type"] = _("Choose one of the types.")
    if owner is None or not owner.is_colleague:
        errors["owner"] = _("An action has exactly one owner, a colleague.")
    if due_on is None or due_on < timezone.localdate(clock.now()):
        errors["due_on"] = _("Give a due date that is not over.")
    if not issues or any(issue.postmortem_id != postmortem.pk for issue in issues):
        errors["issues"] = _("An action answers at least one issue of this postmortem.")
    if errors or owner is None or due_on is None:
        raise InputRefused(**errors)
    return owner, due_on
