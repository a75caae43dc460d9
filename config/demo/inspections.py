"""The demo's risk inspections: what its tables hold, what was tried out, and what the past runs have found."""

from datetime import date, timedelta
from typing import Any

from config.demo.company import Company
from detection.inspections.services import (
    add_entry,
    add_finding,
    confirm_finding,
    record_activity,
    request_waiver,
    settle_finding,
    take_up_finding,
)
from detection.inspections.services.running import carry_out
from detection.models import ActivityKind, ActivityOutcome, Capacity, ExpiryDate, Inspection, InspectionRun, Risk
from lifecycle import clock
from lifecycle.models import Via

FIRST_LOOK, LAST_LOOK = timedelta(days=25), timedelta(hours=12)
DATES = (
    ("pay.example.com", "certificate", "card-payments", 9),
    ("login.example.com", "certificate", "login", 75),
    ("Card scheme licence", "licence", "card-payments", 160),
)
"""(name, kind, service, days until it ends)."""
CAPACITIES = (
    ("Disk of the payment database", "card-payments", 1720, 2000, "GB"),
    ("Sessions of the login store", "login", 410, 1000, "thousand"),
)


def inspect_risks(company: Company) -> None:
    """Tables, activities, and two rounds of runs: three weeks ago and this morning."""
    now = clock.now()
    with clock.rehearse(now - FIRST_LOOK - timedelta(days=1)):
        _fill_tables(company, now.date())
    _try_out(company)
    for ago in (FIRST_LOOK, LAST_LOOK):
        with clock.rehearse(now - ago):
            for inspection in Inspection.objects.all():
                carry_out(InspectionRun.objects.create(inspection=inspection, started_at=clock.now()))


def _fill_tables(company: Company, today: date) -> None:
    who: dict[str, Any] = {"actor": company.people["alice"], "via": Via.WEB}
    for name, kind, service, days in DATES:
        ends = today + timedelta(days=days)
        add_entry(ExpiryDate, name=name, kind=kind, service=company.services[service], expires_on=ends, **who)
    for name, service, value, threshold, unit in CAPACITIES:
        fields: dict[str, Any] = {
            "value": float(value),
            "threshold": float(threshold),
            "unit": unit,
            "measured_on": today,
        }
        add_entry(Capacity, name=name, service=company.services[service], **fields, **who)


def _try_out(company: Company) -> None:
    """A performance test before a launch, and what a white hat has written."""
    mona, alice, bob = (company.people[name] for name in ("mona", "alice", "bob"))
    payments, now = company.services["card-payments"], clock.now()
    with clock.rehearse(now - timedelta(days=20)):
        test = record_activity(
            actor=mona,
            via=Via.WEB,
            kind=ActivityKind.PERFORMANCE_TEST,
            title="Twice the load of the last sale",
            services=[payments],
            held_on=clock.now().date(),
            held_by="Payments O&M",
            outcome=ActivityOutcome.WITH_FINDINGS,
            report="1,400 payments a second for an hour. Above 1,100 the answers took more than two seconds.",
        )
        found: dict[str, Any] = {"actor": mona, "via": Via.WEB, "service": payments, "owner": alice}
        slow = add_finding(test, title="Answers take over two seconds above 1,100 a second", risk=Risk.HIGH, **found)
        logs = add_finding(test, title="The debug log was on during the test", risk=Risk.LOW, **found)
    with clock.rehearse(now - timedelta(days=18)):
        take_up_finding(slow, actor=alice, via=Via.WEB)
        settle_finding(logs, actor=alice, via=Via.WEB, note="Switched off, and the start script says so now.")
    with clock.rehearse(now - timedelta(days=17)):
        confirm_finding(logs, actor=bob, via=Via.WEB)
    with clock.rehearse(now - timedelta(days=8)):
        hat = record_activity(
            actor=mona,
            via=Via.WEB,
            kind=ActivityKind.WHITE_HAT,
            title="Bounty report 41: receipts can be counted",
            services=[payments],
            held_on=clock.now().date(),
            held_by="A researcher",
            outcome=ActivityOutcome.WITH_FINDINGS,
            report_url="https://bounty.example.com/reports/41",
        )
        counted = add_finding(hat, title="Receipt numbers can be guessed", risk=Risk.MEDIUM, **found)
        reason = "Receipts show no card number, and the numbers change with the new till in spring."
        request_waiver(counted, actor=alice, via=Via.WEB, reason=reason)
