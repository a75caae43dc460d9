"""The verbs of findings: each performs one declared transition, or assigns, in one transaction.

All take ``actor`` (None: the product itself), ``via``, and optionally ``expected_version``. All raise
TransitionRefused, VersionConflict, NotPermitted or InputRefused, and then nothing has changed.
"""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Person
from detection.inspections import permissions
from detection.inspections.services.defining import run_now
from detection.models import Finding, FindingPeriod, FindingStatus
from incidents.services.performing import require
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, lock, perform, record_event, refuse

AGAIN = timedelta(days=14)
"""Until when something that was reopened is due, unless it was due later."""


@transaction.atomic
def take_up_finding(
    finding: Finding, *, actor: Person | None, via: str, expected_version: int | None = None
) -> Finding:
    """Somebody sees to it."""
    return _perform(finding, "take_up", actor, via, expected_version, owner=actor, at=clock.now())


@transaction.atomic
def settle_finding(
    finding: Finding, *, actor: Person | None, via: str, note: str, expected_version: int | None = None
) -> Finding:
    """Say that it is done, and what was done."""
    require(note=note)
    return _perform(finding, "settle", actor, via, expected_version, note=note, by=actor, at=clock.now())


@transaction.atomic
def confirm_finding(
    finding: Finding, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Finding:
    """Somebody else has looked: it is gone. Of inspections the next run says so."""
    _perform(finding, "confirm", actor, via, expected_version, note=note, at=clock.now())
    finding.periods.filter(ended_at=None).update(ended_at=finding.status_since)
    return finding


@transaction.atomic
def request_waiver(
    finding: Finding, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Finding:
    """Ask that the risk be borne; another person decides. A new reason needs a new signature."""
    require(reason=reason)
    return _perform(
        finding, "request_waiver", actor, via, expected_version, note=reason, reason=reason.strip(), by=actor
    )


@transaction.atomic
def waive_finding(
    finding: Finding, *, actor: Person, via: str, note: str = "", expected_version: int | None = None
) -> Finding:
    """Somebody other than who asked, and other than its owner, bears the risk too."""
    return _perform(finding, "waive", actor, via, expected_version, note=note, by=actor, at=clock.now())


@transaction.atomic
def reopen_finding(
    finding: Finding, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Finding:
    """It was not done after all, or is borne no longer."""
    require(reason=reason)
    now = clock.now()
    zone = ZoneInfo(finding.inspection.time_zone) if finding.inspection else None
    arguments = {"due_on": timezone.localdate(now, zone) + AGAIN, "at": now}
    before = _status_under_lock(finding)
    _perform(finding, "reopen", actor, via, expected_version, note=reason, **arguments)
    if before == FindingStatus.CLOSED:
        FindingPeriod.objects.create(finding=finding, began_at=now)
    return finding


@transaction.atomic
def assign_finding(
    finding: Finding,
    *,
    actor: Person | None,
    via: str,
    owner: Person,
    due_on: date | None = None,
    expected_version: int | None = None,
) -> Finding:
    """Say who sees to it, and by when if that changes. Whoever may not do it has nothing changed."""
    if actor is not None and not permissions.works(finding, actor):
        raise NotPermitted("assign")
    if not owner.is_colleague:
        raise InputRefused(owner=_("Choose a colleague."))
    lock(finding, expected_version=expected_version)
    if finding.status == FindingStatus.CLOSED:
        raise refuse(finding, "assign", _("It is closed. Reopen it first."))
    finding.owner, finding.due_on = owner, due_on or finding.due_on
    finding.version += 1
    finding.save(update_fields=["owner", "due_on", "version"])
    data = {"owner": owner.name, "due_on": finding.due_on.isoformat()}
    record_event(finding, "assign", actor=actor, via=via, data=data)
    return finding


def reinspect(finding: Finding, *, actor: Person | None, via: str) -> Finding:
    """Have its inspection run now. Raises TransitionRefused for a finding of an activity."""
    if finding.inspection is None:
        raise refuse(finding, "reinspect", _("No inspection runs for it: another person confirms that it is gone."))
    run_now(finding.inspection, actor=actor, via=via)
    return finding


def _status_under_lock(finding: Finding) -> str:
    lock(finding)
    return str(finding.status)


def _perform(
    finding: Finding,
    verb: str,
    actor: Person | None,
    via: str,
    expected_version: int | None,
    *,
    note: str = "",
    **arguments: Any,
) -> Finding:
    perform(finding, verb, actor=actor, via=via, note=note, expected_version=expected_version, arguments=arguments)
    return finding
