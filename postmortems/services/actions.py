"""Action phase: what is done about the issues. The actions are the shared action items of incidents."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import ActionItem
from incidents.services import open_action
from incidents.services.actions import faults_of
from incidents.services.performing import require
from lifecycle.transitions import InputRefused, lock, record_event
from postmortems import permissions
from postmortems.models import Issue, IssueAction, Postmortem, Status
from postmortems.services.refusals import begin, refuse_stale


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
    incident = postmortem.incidents.fewest_readers_first().first()
    errors = faults_of(title=title, type=type, owner=owner, due_on=due_on, incident=incident)
    if not issues or any(issue.postmortem_id != postmortem.pk for issue in issues):
        errors["issues"] = _("An action answers at least one issue of this postmortem.")
    if owner is not None and not permissions.sees_all(postmortem, owner):
        errors.setdefault("owner", _("They may not see every incident that it is about."))
    if errors:
        raise InputRefused(**errors)
    action = open_action(
        actor=actor,
        via=via,
        title=title,
        type=type,
        owner=owner,
        due_on=due_on,
        incident=incident,
        origin=postmortem,
    )
    IssueAction.objects.bulk_create(IssueAction(issue=issue, action=action) for issue in issues)
    Issue.objects.filter(pk__in=[issue.pk for issue in issues]).update(no_action_reason="")
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
