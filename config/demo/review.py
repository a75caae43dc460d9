"""The demo's postmortems: one published, one in its second phase, one proposed."""

from datetime import timedelta

from config.demo.company import Company
from incidents.models import Incident
from incidents.models.action import ActionType
from lifecycle import clock
from lifecycle.models import Via
from postmortems.models import IssueKind, Postmortem
from postmortems.services import (
    add_action,
    add_issue,
    open_actions,
    open_issues,
    publish_postmortem,
    start_postmortem,
)
from postmortems.services.triggering import look_at


def review(company: Company, told: list[Incident]) -> None:
    """Review the oldest major incident to the end, and the youngest one halfway; the policy proposes another."""
    majors = [incident for incident in told if incident.level_id == 1 and incident.closed_at is not None]
    if not majors:
        return
    closed_at = majors[0].closed_at or clock.now()
    with clock.rehearse(closed_at + timedelta(days=1)):
        _publish(company, _begin(company, majors[0]))
    if len(majors) > 1:
        with clock.rehearse((majors[-1].closed_at or clock.now()) + timedelta(hours=1)):
            _begin(company, majors[-1])
    for incident in majors[1:-1][-1:]:
        with clock.rehearse((incident.closed_at or clock.now()) + timedelta(minutes=1)):
            look_at(incident, verb="close")


def _begin(company: Company, incident: Incident) -> Postmortem:
    """The timeline comes from the incident's events; then what is missing is listed."""
    mona = company.people["mona"]
    postmortem = start_postmortem(actor=mona, via=Via.WEB, incidents=[incident], facilitator=mona)
    open_issues(postmortem, actor=mona, via=Via.WEB)
    for text, kind in (
        ("No performance test is part of a release", IssueKind.PROCESS),
        ("The error rate of single gateways is not measured", IssueKind.MISSING_DATA),
    ):
        add_issue(postmortem, actor=mona, via=Via.WEB, text=text, kind=kind)
    return postmortem


def _publish(company: Company, postmortem: Postmortem) -> None:
    mona, today = company.people["mona"], clock.now().date()
    open_actions(postmortem, actor=mona, via=Via.WEB)
    first, second = postmortem.issues.order_by("id")
    add_action(
        postmortem,
        actor=mona,
        via=Via.WEB,
        title="Performance test becomes mandatory before a release",
        type=ActionType.PREVENT,
        owner=company.people["dave"],
        due_on=today + timedelta(days=21),
        issues=[first],
    )
    add_action(
        postmortem,
        actor=mona,
        via=Via.WEB,
        title="Measure the error rate of each gateway by minute, with a rule",
        type=ActionType.DETECT,
        owner=company.people["bob"],
        due_on=today + timedelta(days=14),
        issues=[second],
    )
    publish_postmortem(
        postmortem,
        actor=company.people["alice"],
        via=Via.WEB,
        summary="A release went live without a performance test. From now on no release does, and every gateway is "
        "watched by itself.",
        learned="Watch parts, not only the whole: the mean looked well for twenty minutes.",
        tags=["releases", "performance", "gateways"],
    )
