"""Inspections and findings for the tests, made through the services."""

from itertools import count
from typing import Any

from django.db.models.functions import Now

from detection.inspections.kinds import Fact, Kind, Look, Seen, register
from detection.inspections.services import add_finding, add_inspection, record_activity
from detection.inspections.services.running import carry_out, claim_next
from detection.models import Activity, Finding, FindingStatus, Inspection, InspectionRun
from lifecycle import clock
from tests.factories import make_service

_numbers = count(1)
SHOWN: dict[str, Any] = {"seen": Seen([])}


def show(*facts: Fact, unknown: tuple[str, ...] = ()) -> None:
    """What an inspection of the kind "shown" sees from now on."""
    SHOWN["seen"] = Seen(list(facts), frozenset(unknown))


def _look(_look: Look) -> Seen:
    if isinstance(SHOWN["seen"], Exception):
        raise SHOWN["seen"]
    return SHOWN["seen"]  # type: ignore[no-any-return]


SHOWN_KIND = Kind("shown", "Shown", "What a test shows it.", "Tests", _look)


def make_inspection(kind: str = "shown", parameters: dict[str, Any] | None = None, **fields: Any) -> Inspection:
    """Daily, of a kind that sees what a test shows it."""
    register(SHOWN_KIND)
    fields.setdefault("name", f"Inspection {next(_numbers)}")
    return add_inspection(kind=kind, parameters={} if parameters is None else parameters, **fields)


def run(inspection: Inspection) -> InspectionRun:
    """Run it now, and nothing else."""
    Inspection.objects.exclude(pk=inspection.pk).update(is_active=False, next_run_at=None)
    Inspection.objects.filter(pk=inspection.pk).update(next_run_at=Now())
    claimed = claim_next()
    assert claimed is not None
    return carry_out(claimed)


def seen_by(inspection: Inspection) -> list[str]:
    """The titles of what stands."""
    return list(inspection.findings.standing().order_by("title").values_list("title", flat=True))


def make_activity(**fields: Any) -> Activity:
    fields.setdefault("title", f"Exercise {next(_numbers)}")
    fields.setdefault("kind", "exercise")
    fields.setdefault("held_on", clock.now().date())
    fields.setdefault("held_by", "Red team")
    fields.setdefault("outcome", "with_findings")
    if "services" not in fields:
        fields["services"] = [make_service()]
    return record_activity(**fields)


def make_finding(activity: Activity | None = None, **fields: Any) -> Finding:
    """Of an activity: it needs no run."""
    activity = activity or make_activity()
    fields.setdefault("title", "The till takes any PIN")
    fields.setdefault("service", activity.services.first())
    fields.setdefault("actor", None)
    fields.setdefault("via", "web")
    return add_finding(activity, **fields)


def finding_in(status: str) -> Finding:
    """A finding of an activity that has got there, as nobody in particular has brought it."""
    finding = make_finding()
    stamps: dict[str, Any] = {"waived_by": finding.owner} if status == FindingStatus.WAIVED else {}
    Finding.objects.filter(pk=finding.pk).update(status=status, **stamps)
    return Finding.objects.get(pk=finding.pk)
