"""The auditor: looks every minute whether what must always be true of paging is true, puts it right and tells.

It runs beside the cycle, in another thread or process (notifications/keeper.py): what the cycle did not do, it does.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from incidents.models import Incident
from incidents.models.status import Status
from incidents.services.claiming import claim_incident
from lifecycle import clock
from lifecycle.models import Event
from notifications.audit import INVARIANTS, Invariant
from notifications.models import (
    Alarm,
    AlarmKind,
    Audit,
    Escalation,
    EscalationStatus,
    Heartbeat,
    PagingSettings,
    Unpaged,
)
from notifications.services.alarming import end_alarm, raise_alarm, report_alarms
from notifications.services.escalating import due_steps, start_escalation
from notifications.services.reporting_out import report_out

logger = logging.getLogger(__name__)

MOST = 500
"""Of one kind, so many are looked at in one audit; the next one is a minute away."""
SHOWN = 5
STANDSTILL = timedelta(seconds=60)
SETTLED_FOR = timedelta(hours=1)
FAR_AHEAD = timedelta(days=1)
FINDS = ("report", "import", "reopen", "lapse", "unmerge")
"""What makes an incident wait for somebody."""


@dataclass
class Finding:
    """``count`` rows were wrong, of which ``repaired`` are right now; ``is_quiet``: all of them are about paging's own
    incidents."""

    invariant: str
    count: int
    repaired: int = 0
    examples: list[str] = field(default_factory=list)
    is_quiet: bool = False
    error: str = ""


def run_audit() -> Audit:
    """Look, repair, write down what was found, raise the alarms and end those whose cause is gone."""
    audit = Audit.objects.create()
    findings = [finding for look in LOOKS if (finding := _safely(look)) is not None]
    audit.ended_at = clock.now()
    audit.findings = [asdict(finding) for finding in findings]
    audit.is_clean = not findings
    audit.save()
    _tell(findings)
    return audit


def audit_and_report() -> None:
    """What the keeper does every minute: the sign of life goes out only after an audit that found nothing."""
    audit = run_audit()
    if audit.is_clean:
        report_out(audit)


def _safely(look: "Look") -> Finding | None:
    """A look that fails is a finding: nobody knows then what it would have found."""
    try:
        return look.examine(clock.now())
    except Exception as error:
        logger.exception("The auditor could not look at %s", look.kind)
        return Finding(look.kind, 0, error=f"{type(error).__name__}: {error}"[:200])


def _tell(findings: list[Finding]) -> None:
    for finding in findings:
        if not finding.is_quiet:
            raise_alarm(finding.invariant, detail=_words(finding))
    right = {str(look.kind) for look in LOOKS} - {finding.invariant for finding in findings}
    for alarm in Alarm.objects.unsettled().open().filter(kind__in=right):
        end_alarm(alarm.kind, about=alarm.about)
    report_alarms()


def _words(finding: Finding) -> str:
    if finding.error:
        return finding.error
    examples = ", ".join(finding.examples)
    return f"{finding.count} found, {finding.repaired} repaired: {examples}"


@dataclass(frozen=True)
class Look:
    """Something that the auditor looks at."""

    kind: AlarmKind
    examine: Callable[[datetime], Finding | None]


def _examine(invariant: Invariant, now: datetime) -> Finding | None:
    rows: list[tuple[int, int | None]] = list(invariant.broken(now)[:MOST])
    if not rows:
        return None
    error = _repair(invariant, [key for key, _incident in rows])
    left = invariant.broken(now).filter(pk__in=[key for key, _incident in rows]).count()
    return _finding(invariant.kind, rows, repaired=len(rows) - left, error=error)


def _repair(invariant: Invariant, keys: list[int]) -> str:
    """What kept it from being repaired, if anything did."""
    try:
        invariant.repair(keys)
    except Exception as error:
        logger.exception("The auditor could not repair %s", invariant.kind)
        return f"{type(error).__name__}: {error}"[:200]
    return ""


def _finding(kind: AlarmKind, rows: list[tuple[int, int | None]], *, repaired: int, error: str = "") -> Finding:
    numbers = [incident for _key, incident in rows if incident is not None]
    own = set(_own_incidents(numbers))
    examples = [f"INC-{number}" for number in dict.fromkeys(numbers)][:SHOWN]
    is_quiet = len(numbers) == len(rows) and own >= set(numbers)
    return Finding(kind, len(rows), repaired, examples, is_quiet=is_quiet, error=error)


def _own_incidents(numbers: list[int]) -> list[int]:
    """Those among them that are about paging itself."""
    service = PagingSettings.objects.filter(internal_service__isnull=False).values("internal_service")
    return list(Incident.objects.filter(pk__in=numbers, service__in=service).values_list("pk", flat=True))


# --- What needs more than a query -----------------------------------------------------------------------------------


def _examine_unpaged(now: datetime) -> Finding | None:
    """Every open incident that nobody has acknowledged and that a policy covers is being paged, or was to the end."""
    waiting = Unpaged.objects.filter(check_at__lte=now).order_by("check_at").values_list("pk", flat=True)[:MOST]
    rows: list[tuple[int, int | None]] = [(number, number) for number in waiting if _page_after_all(number)]
    return _finding(AlarmKind.UNPAGED, rows, repaired=len(rows)) if rows else None


@transaction.atomic
def _page_after_all(number: int) -> bool:
    """Start paging where it should have been going on: True. Where all is right, it is looked at an hour later."""
    incident = claim_incident(number)
    if incident is None or not Unpaged.objects.filter(pk=number).exists():
        return False  # somebody is at it
    is_right = incident.status != Status.REPORTED or _is_of_the_past(incident) or _ended_loudly(incident)
    if not is_right and start_escalation(incident):
        return True
    Unpaged.objects.filter(pk=number).update(check_at=clock.now() + SETTLED_FOR)
    return False


def _is_of_the_past(incident: Incident) -> bool:
    """Entered as history (lifecycle.clock.rehearse) or imported: nobody is paged for that."""
    last = Event.objects.about(incident).filter(verb__in=FINDS).order_by("-pk").first()
    return last is not None and (last.verb == "import" or last.dispatched_at == last.recorded_at)


def _ended_loudly(incident: Incident) -> bool:
    """Its latest escalation tried everybody, and the timeline says so."""
    last = incident.escalations.first()
    if last is None or last.status != EscalationStatus.EXHAUSTED:
        return False
    said = Event.objects.about(incident).filter(verb="escalation_exhausted", recorded_at__gte=last.started_at)
    return said.exists()


def _examine_aim(now: datetime) -> Finding | None:
    """A step that stands suspiciously far ahead stands where the plan puts it."""
    far = Escalation.objects.filter(status=EscalationStatus.RUNNING, next_due_at__gt=now + FAR_AHEAD)
    keys = list(far.order_by("-next_due_at").values_list("pk", "incident_id")[:MOST])
    rows: list[tuple[int, int | None]] = [row for row in keys if _aim_anew(*row)]
    return _finding(AlarmKind.MISAIMED, rows, repaired=len(rows)) if rows else None


@transaction.atomic
def _aim_anew(pk: int, number: int) -> bool:
    if claim_incident(number) is None:
        return False
    escalation = Escalation.objects.filter(pk=pk, status=EscalationStatus.RUNNING).first()
    planned = next(iter(due_steps(escalation)), None) if escalation else None
    if escalation is None or planned is None or planned.at == escalation.next_due_at:
        return False
    escalation.next_due_at = planned.at
    escalation.save(update_fields=["next_due_at"])
    return True


def _examine_beats(now: datetime) -> Finding | None:
    """Some ticker finished a whole cycle within the last minute. Right after everything stood still together, the
    auditor too, the cycle is given time."""
    last = Heartbeat.objects.order_by("-beat_at").first()
    was_awake = Audit.objects.filter(began_at__range=(now - 3 * STANDSTILL, now - STANDSTILL / 2)).exists()
    if not was_awake or (last is not None and now - last.beat_at <= STANDSTILL):
        return None
    return Finding(AlarmKind.STANDSTILL, 1, examples=[last.ticker] if last else [])


def _look(invariant: Invariant) -> Look:
    return Look(invariant.kind, lambda now: _examine(invariant, now))


LOOKS = (
    Look(AlarmKind.STANDSTILL, _examine_beats),
    Look(AlarmKind.UNPAGED, _examine_unpaged),
    Look(AlarmKind.MISAIMED, _examine_aim),
    *map(_look, INVARIANTS),
)
