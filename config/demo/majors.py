"""The demo's major-incident reports: signed but for the two youngest; and a proposal that waits for a decision."""

from datetime import timedelta
from typing import Any

from config.demo.company import Company
from incidents import services
from incidents.models import Incident, MajorReport, Status
from incidents.presentation import faces_of
from incidents.presentation.report_draft import Material, draft
from lifecycle import clock
from lifecycle.models import Event, Via

WRITTEN = {
    "actions": "- A performance test is part of every release of the gateway client: Alice, end of the month",
    "lessons": "The second gateway took over at once. The dashboard showed the fall only after four minutes.",
}
UNSIGNED = 2


def report_majors(company: Company) -> None:
    """Every report is written; one of the youngest waits for its signature, the youngest is still a draft."""
    reports = list(MajorReport.objects.order_by("created_at", "pk"))
    for number, report in enumerate(reports):
        if number < len(reports) - 1:
            _write(report)
        if number < len(reports) - UNSIGNED:
            with clock.rehearse(report.created_at + timedelta(days=3)):
                note = "Complete, thank you."
                services.sign_report(report, actor=company.people["mona"], via=Via.WEB, note=note)


def propose_major(company: Company) -> None:
    """An open incident that may be worse than its level says."""
    incident = Incident.objects.filter(status=Status.TRANSFERRED).latest("pk")
    with clock.rehearse(clock.now() - timedelta(minutes=12)):
        services.propose_major(
            incident,
            actor=company.people["carol"],
            via=Via.WEB,
            reason="Eleven shops have called by now, and the stores open in an hour.",
        )


def _write(report: MajorReport) -> None:
    owner = report.owner
    if owner is None:
        return
    with clock.rehearse(report.created_at + timedelta(hours=20)):
        texts: dict[str, Any] = {**draft(_material(report.incident)), **WRITTEN}
        services.write_report(report, actor=owner, via=Via.WEB, **texts)
        services.submit_report(report, actor=owner, via=Via.WEB)


def _material(incident: Incident) -> Material:
    events = Event.objects.about(incident).select_related("actor")
    return Material(
        incident=incident,
        events=list(events.order_by("occurred_at", "pk")),
        impacts=list(incident.impacts.all()),
        clocks=faces_of(incident, clock.now()),
        solutions=list(incident.solutions.select_related("proposed_by", "decided_by")),
        actions=[],
    )
