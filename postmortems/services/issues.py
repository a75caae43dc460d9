"""Issue phase: what is missing or wrong. No owner, no discussion, no fix."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.services.performing import require
from lifecycle.transitions import InputRefused, lock, record_event
from postmortems.models import Issue, IssueKind, ParkedThought, Postmortem, Status, TimelineEntry
from postmortems.services.refusals import begin, refuse_stale

MOST_KEPT = 2000
"""Letters of a dropped thought that the history repeats."""


@transaction.atomic
def add_issue(
    postmortem: Postmortem,
    *,
    actor: Person | None,
    via: str,
    text: str,
    kind: str,
    from_entry: TimelineEntry | None = None,
    parked: ParkedThought | None = None,
) -> Issue:
    """Log an issue; ``parked`` is the thought of the timeline phase that it grew out of, which is then gone."""
    begin(postmortem, "add_issue", phase=Status.ISSUES, actor=actor)
    _refuse_wrong(postmortem, text=text, kind=kind, from_entry=from_entry)
    issue = Issue.objects.create(
        postmortem=postmortem,
        text=text.strip(),
        kind=kind,
        from_entry=from_entry,
        pass_number=postmortem.passes,
        author=actor,
    )
    if parked is not None:
        postmortem.parked.filter(pk=parked.pk).delete()
    data = {"issue": issue.pk, "pass": issue.pass_number}
    record_event(postmortem, "add_issue", actor=actor, via=via, note=issue.text, data=data)
    return issue


@transaction.atomic
def edit_issue(
    issue: Issue,
    *,
    actor: Person | None,
    via: str,
    text: str,
    kind: str,
    from_entry: TimelineEntry | None = None,
    expected_version: int | None = None,
) -> Issue:
    """Word an issue anew; a stale edit raises StaleEdit with the issue as somebody else left it."""
    postmortem = issue.postmortem
    begin(postmortem, "edit_issue", phase=Status.ISSUES, actor=actor)
    _refuse_wrong(postmortem, text=text, kind=kind, from_entry=from_entry)
    lock(issue)
    refuse_stale(postmortem, issue, "edit_issue", expected_version=expected_version)
    issue.text, issue.kind, issue.from_entry = text.strip(), kind, from_entry
    issue.version += 1
    issue.save()
    record_event(postmortem, "edit_issue", actor=actor, via=via, note=issue.text, data={"issue": issue.pk})
    return issue


@transaction.atomic
def remove_issue(issue: Issue, *, actor: Person | None, via: str, expected_version: int | None = None) -> None:
    """Take an issue off the list; not one that an action points at."""
    postmortem = issue.postmortem
    begin(postmortem, "remove_issue", phase=Status.ISSUES, actor=actor)
    lock(issue)
    refuse_stale(postmortem, issue, "remove_issue", expected_version=expected_version)
    if issue.action_links.exists():
        raise InputRefused(issue=_("An action points at it."))
    record_event(postmortem, "remove_issue", actor=actor, via=via, note=issue.text, data={"issue": issue.pk})
    issue.delete()


@transaction.atomic
def drop_parked(thought: ParkedThought, *, actor: Person | None, via: str, reason: str) -> None:
    """A parked thought turns out to be no issue; its words and the reason stay in the history."""
    postmortem = thought.postmortem
    begin(postmortem, "drop_parked", phase=Status.ISSUES, actor=actor)
    require(reason=reason)
    record_event(
        postmortem, "drop_parked", actor=actor, via=via, note=reason.strip(), data={"text": thought.text[:MOST_KEPT]}
    )
    thought.delete()


def _refuse_wrong(postmortem: Postmortem, *, text: str, kind: str, from_entry: TimelineEntry | None) -> None:
    require(text=text)
    if kind not in IssueKind.values:
        raise InputRefused(kind=_("Choose one of the kinds."))
    if from_entry is not None and from_entry.postmortem_id != postmortem.pk:
        raise InputRefused(from_entry=_("That entry is in another postmortem."))
