"""Runs what is due: claim, look outside any transaction, keep what was seen.

Every due run is carried out once whatever number of workers look, and once however many were missed meanwhile.
"""

import hashlib
import logging
import time
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Service
from detection.inspections.kinds import KINDS, Fact, Look, Seen
from detection.inspections.kinds.registry import LONGEST_KEY
from detection.models import STANDING, Finding, FindingPeriod, FindingStatus, Inspection, InspectionRun
from detection.sources import SourceError
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import Fact as EventFact
from lifecycle.transitions import perform, record_event, record_events
from problems.titles import one_line

logger = logging.getLogger(__name__)

MOST_FINDINGS = 1000
GIVEN_UP_AFTER = timedelta(minutes=10)
"""A run that has not ended by then has lost its worker: longer than any source and any task may take."""
MOST_LOST = 3
"""After so many lost runs in a row an inspection waits for its schedule: what ends one worker ends the next one too."""
TASK_SECONDS = 20.0


def run_due_inspections(*, seconds: float = TASK_SECONDS) -> int:
    """Returns how many were run. What goes wrong is written down in the run; it never stops the worker."""
    ends_at, count = time.monotonic() + seconds, 0
    give_up_lost_runs()
    while time.monotonic() < ends_at and (run := claim_next()) is not None:
        carry_out(run)
        count += 1
    return count


@transaction.atomic
def claim_next() -> InspectionRun | None:
    """A run of the inspection that is most overdue; its next one is aimed from now on, so nothing is made up for."""
    due = Inspection.objects.due().select_for_update(skip_locked=True, no_key=True, of=("self",))
    inspection = due.order_by("next_run_at", "pk").first()
    if inspection is None:
        return None
    now = clock.now()
    run = InspectionRun.objects.create(inspection=inspection, started_at=now, asked_by_id=inspection.asked_by_id)
    inspection.next_run_at = inspection.next_after(now) if inspection.is_active else None
    inspection.asked_by = None
    inspection.save(update_fields=["next_run_at", "asked_by"])
    return run


@transaction.atomic
def give_up_lost_runs() -> int:
    """Runs whose worker is gone failed, and are due again, unless the last MOST_LOST were all lost."""
    lost = InspectionRun.objects.filter(finished_at=None, started_at__lt=clock.now() - GIVEN_UP_AFTER)
    runs = list(lost.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("inspection"))
    for run in runs:
        run.is_lost = True
        before = run.inspection.runs.exclude(pk=run.pk).values_list("is_lost", flat=True)[: MOST_LOST - 1]
        if list(before) == [True] * (MOST_LOST - 1):
            sentence = _("The run was interrupted for the last %(count)d times; the next one is as scheduled.")
            _fail(run, sentence % {"count": MOST_LOST})
        else:
            _fail(run, _("The run was interrupted; it is repeated."))
            Inspection.objects.filter(pk=run.inspection_id).update(next_run_at=clock.now())
    return len(runs)


def carry_out(run: InspectionRun) -> InspectionRun:
    """Look, and keep what was seen."""
    inspection = run.inspection
    zone = ZoneInfo(inspection.time_zone)
    look = Look(inspection.parameters, run.started_at, run.started_at.astimezone(zone).date())
    try:
        kind = KINDS.get(inspection.kind)
        if kind is None:
            raise SourceError(_("There is no such kind any more."), permanent=True)
        seen = kind.look(look)
        if len(seen.facts) > MOST_FINDINGS:
            words = {"count": len(seen.facts), "most": MOST_FINDINGS}
            raise SourceError(_("%(count)d findings are more than %(most)d: look more closely.") % words)
        return keep(run, seen, today=look.today)
    except SourceError as error:
        return fail(run, str(error))
    except Exception as error:  # one broken inspection must not keep the others from being run
        logger.exception("inspection %s could not be run", inspection.pk)
        return fail(run, f"{type(error).__name__}: {error}"[:300])


@transaction.atomic
def fail(run: InspectionRun, error: str) -> InspectionRun:
    """Nothing is known then: no finding is closed."""
    if _is_ours(run):
        _fail(run, error)
    return run


@transaction.atomic
def keep(run: InspectionRun, seen: Seen, *, today: date) -> InspectionRun:
    """New findings are made, those that are there still are fed, those that are gone are closed."""
    if not _is_ours(run):
        return run
    inspection, now = run.inspection, clock.now()
    facts = {fingerprint_of(fact.key): fact for fact in seen.facts}
    unknown = {fingerprint_of(key) for key in seen.unknown}
    held = {finding.fingerprint: finding for finding in inspection.findings.select_for_update(no_key=True)}
    fresh = {mark: fact for mark, fact in facts.items() if mark not in held}
    _make(run, fresh, today, now)
    for mark, fact in facts.items():
        if mark in held:
            _feed(run, held[mark], fact, today, now)
    gone = [
        finding
        for mark, finding in held.items()
        if finding.status in STANDING and mark not in facts and mark not in unknown
    ]
    for finding in gone:
        perform(finding, "close", actor=None, via=Via.SYSTEM, arguments={"at": now})
        finding.periods.filter(ended_at=None).update(ended_at=now)
    run.new, run.still, run.gone, run.unknown = len(fresh), len(facts) - len(fresh), len(gone), len(unknown)
    run.finished_at = now
    run.save(update_fields=["new", "still", "gone", "unknown", "finished_at"])
    return run


def fingerprint_of(key: str) -> str:
    """64 letters, whatever the kind calls it."""
    return hashlib.sha256(key[:LONGEST_KEY].encode("utf-8", "replace")).hexdigest()


def _is_ours(run: InspectionRun) -> bool:
    """Take the run's lock; False where it was given up meanwhile."""
    held = InspectionRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    return held.finished_at is None


def _fail(run: InspectionRun, error: str) -> None:
    run.finished_at, run.error = clock.now(), error
    run.save(update_fields=["finished_at", "error", "is_lost"])
    record_event(run.inspection, "fail_run", actor=None, via=Via.SYSTEM, note=error)


def _make(run: InspectionRun, fresh: dict[str, Fact], today: date, now: datetime) -> None:
    inspection = run.inspection
    owners = _owners(inspection, fresh.values())
    findings = [
        Finding(
            inspection=inspection,
            fingerprint=mark,
            title=one_line(fact.title),
            description=fact.description,
            link=fact.link[:500],
            service_id=fact.service or inspection.service_id,
            risk=inspection.risk,
            owner_id=inspection.owner_id or fact.owner or owners.get(fact.service or inspection.service_id or 0),
            due_on=_due(inspection, today),
            first_seen_at=now,
            last_seen_at=now,
            status_since=now,
        )
        for mark, fact in fresh.items()
    ]
    Finding.objects.bulk_create(findings)
    FindingPeriod.objects.bulk_create(FindingPeriod(finding=finding, began_at=now) for finding in findings)
    record_events([EventFact(finding, "find", {"inspection": inspection.name}) for finding in findings], via=Via.SYSTEM)


def _feed(run: InspectionRun, finding: Finding, fact: Fact, today: date, now: datetime) -> None:
    """Seen again: what was gone, or said to be done before the run began, is open again."""
    is_back = finding.status == FindingStatus.CLOSED
    if is_back or (finding.status == FindingStatus.DONE and finding.status_since < run.started_at):
        due_on = max(finding.due_on, _due(run.inspection, today)) if is_back else finding.due_on
        perform(finding, "reappear", actor=None, via=Via.SYSTEM, arguments={"at": now, "due_on": due_on})
    if is_back:
        FindingPeriod.objects.create(finding=finding, began_at=now)
    finding.title, finding.description, finding.link = one_line(fact.title), fact.description, fact.link[:500]
    finding.service_id = fact.service or run.inspection.service_id
    finding.last_seen_at, finding.times_seen = now, finding.times_seen + 1
    finding.save(update_fields=["title", "description", "link", "service", "last_seen_at", "times_seen"])


def _due(inspection: Inspection, today: date) -> date:
    return today + timedelta(days=inspection.days_until_due)


def _owners(inspection: Inspection, facts: Iterable[Fact]) -> dict[int, int]:
    """Service -> its owner, where that one is still there."""
    wanted = {inspection.service_id, *(fact.service for fact in facts)} - {None}
    owned = Service.objects.filter(pk__in=wanted, owner__is_active=True)
    return dict(owned.values_list("pk", "owner"))
