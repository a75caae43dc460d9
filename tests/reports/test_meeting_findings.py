"""Findings of risk inspections on the agenda of the daily meeting: on the page, in the minutes, in the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog.models import Role
from detection.inspections.kinds import KINDS, Fact
from detection.inspections.services import request_waiver, settle_finding
from detection.models import Finding, Inspection
from lifecycle import clock as time
from reports.meeting import services
from reports.meeting.agenda import entries_of
from reports.meeting.minutes import write_minutes
from reports.meeting.reading import read_meeting
from reports.meeting.sections.findings import SAID_ELSEWHERE
from reports.models import Meeting
from tests.clock import Clock
from tests.detection.inspections.makers import make_activity, make_finding, make_inspection, run, show
from tests.factories import make_person, make_service
from tests.reports.meetings import item_about, make_meeting

pytestmark = pytest.mark.django_db


def of_findings(meeting: Meeting) -> dict[str, str]:
    """Title -> why the finding is on the agenda, in order."""
    return {entry.title: entry.facts["why"] for slug, entry in entries_of(meeting.agenda) if slug == "findings"}


def test_findings_come_in_the_order_in_which_they_press(clock: Clock) -> None:
    today, activity = time.now().date(), make_activity()
    make_finding(activity, title="Old and open", due_on=today + timedelta(days=9))
    make_finding(activity, title="Overdue", due_on=today + timedelta(days=1))
    borne = make_finding(activity, title="To be borne", due_on=today + timedelta(days=8))
    done = make_finding(activity, title="Done")
    settle_finding(done, actor=make_person(), via="web", note="Patched")
    request_waiver(borne, actor=make_person(), via="web", reason="The till is sold next month")
    clock.advance(days=2)
    make_finding(activity, title="New", due_on=today + timedelta(days=30))
    meeting = make_meeting(status="running")
    assert of_findings(meeting) == {"Overdue": "overdue", "To be borne": "unsigned", "New": "new", "Old and open": ""}
    assert list(of_findings(meeting)) == ["Overdue", "To be borne", "New", "Old and open"]


def test_a_finding_that_came_back_is_new_again(clock: Clock) -> None:
    inspection = make_inspection(service=make_service())
    show(Fact("disk", "The disk fills"))
    run(inspection)
    show()
    run(inspection)
    clock.advance(days=3)
    assert of_findings(make_meeting(status="ended")) == {}
    clock.advance(days=1)
    show(Fact("disk", "The disk fills"))
    run(inspection)
    assert of_findings(make_meeting(status="running")) == {"The disk fills": "new"}


def test_what_has_a_section_of_its_own_is_not_said_twice() -> None:
    for kind in SAID_ELSEWHERE:
        assert kind in KINDS
    overdue = make_inspection(service=make_service())
    show(Fact("action", "Action item overdue"))
    run(overdue)
    Inspection.objects.filter(pk=overdue.pk).update(kind="action_overdue")
    make_finding(title="Of an exercise")
    assert list(of_findings(make_meeting(status="running"))) == ["Of an exercise"]


def test_a_finding_is_talked_about_like_everything_else(client: Client, clock: Clock) -> None:
    manager, owner = make_person(Role.INCIDENT_MANAGER), make_person(name="Olga Owner")
    today = time.now().date()
    finding = make_finding(title="Any PIN <b>works</b>", owner=owner, due_on=today + timedelta(days=1))
    clock.advance(days=3)
    meeting = make_meeting(status="running", actor=manager)
    client.force_login(manager)
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "Findings of inspections" in page
    for words in (
        finding.reference,
        "Any PIN &lt;b&gt;works",
        "Olga Owner",
        f"due on {finding.due_on}",
        "over its date",
    ):
        assert words in page
    settle_finding(finding, actor=owner, via="web", note="The PIN is checked")
    assert "status: Open → Done" in client.get(meeting.get_absolute_url()).content.decode()
    shown: Any = client.get(f"/api/v1/meetings/{meeting.pk}/").json()
    section = next(each for each in shown["sections"] if each["slug"] == "findings")
    entry = section["entries"][0]
    assert (entry["subject"], entry["page"]) == (f"finding:{finding.pk}", finding.get_absolute_url())
    assert entry["state"] == {"status": "open", "owner": "Olga Owner", "due_on": finding.due_on.isoformat()}
    assert entry["facts"]["why"] == "overdue"
    services.put_off_item(item_about(meeting, finding), actor=manager, via="web")
    services.end_meeting(meeting, actor=manager, via="web")
    minutes = write_minutes(read_meeting(Meeting.objects.get(pk=meeting.pk), manager))
    assert "## Findings of inspections" in minutes
    assert f"- {finding.reference} Any PIN \\<b\\>works" in minutes
    assert "Put off to the next meeting" in minutes
    clock.advance(days=1)
    later = make_meeting(status="running", actor=manager)
    assert of_findings(later) == {}  # it is done
    assert [entry.subject for slug, entry in entries_of(later.agenda) if slug == "carried"] == [f"finding:{finding.pk}"]
    assert item_about(later, finding).times_put_off == 1


def test_who_takes_no_part_in_operations_reads_of_no_finding(client: Client) -> None:
    make_finding(title="Any PIN works")
    meeting = make_meeting(status="running")
    client.force_login(make_person(Role.REPORTER))
    assert client.get(meeting.get_absolute_url()).status_code == 404
    assert Finding.objects.count() == 1
