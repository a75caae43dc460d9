"""What had been found when an incident occurred: on its page, and back from the finding."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role, Service
from detection.inspections import panels
from detection.inspections.kinds import Fact
from detection.inspections.warnings import incidents_since, warnings_of
from detection.models import Finding, Inspection
from incidents import services as handling
from incidents.models import Incident
from lifecycle import clock as time
from tests.clock import Clock
from tests.detection.inspections.makers import make_activity, make_finding, make_inspection, run, show
from tests.factories import make_incident, make_person, make_service

pytestmark = pytest.mark.django_db
DISK = Fact("disk", "The disk fills")


def warned(incident: Incident) -> list[str]:
    return [period.finding.title for period in warnings_of(incident)]


def signed_in(client: Client, role: str = Role.OPERATIONS) -> Person:
    person = make_person(role)
    client.force_login(person)
    return person


def page_of(client: Client, record: Any) -> str:
    answer = client.get(record.get_absolute_url())
    assert answer.status_code == 200
    return str(answer.content.decode())


def look(inspection: Inspection, *facts: Fact) -> None:
    show(*facts)
    run(inspection)


def test_only_what_stood_when_it_occurred_had_warned(clock: Clock) -> None:
    service = make_service()
    inspection = make_inspection(service=service)
    before = make_incident(service=service)
    clock.advance(hours=1)
    look(inspection, DISK)
    during = make_incident(service=service)
    elsewhere = make_incident(service=make_service())
    clock.advance(hours=1)
    look(inspection)
    clock.advance(hours=1)
    after = make_incident(service=service)
    clock.advance(hours=1)
    look(inspection, DISK)
    clock.advance(hours=1)
    again = make_incident(service=service)
    happened = [warned(incident) for incident in (before, during, elsewhere, after, again)]
    assert happened == [[], ["The disk fills"], [], [], ["The disk fills"]]
    reported_late = make_incident(service=service, occurred_at=time.now() - timedelta(hours=5))
    assert warned(reported_late) == []
    finding = Finding.objects.get()
    found = {each.pk: each.was_warned for each in incidents_since(finding, make_person())}  # type: ignore[attr-defined]
    assert found == {during.pk: True, after.pk: False, again.pk: True}


def test_the_gravest_risk_stands_first(clock: Clock) -> None:
    activity = make_activity()
    for risk in ("low", "medium", "high"):
        make_finding(activity, title=risk, risk=risk)
    clock.advance(hours=1)
    assert warned(make_incident(service=activity.services.get())) == ["high", "medium", "low"]


def test_the_incident_says_it_and_the_finding_leads_back(client: Client, clock: Clock) -> None:
    signed_in(client)
    service = make_service()
    inspection = make_inspection(service=service, name="Disks", risk="high", owner=make_person(name="Olga Owner"))
    look(inspection, Fact("disk", "The disk <i>fills</i>"))
    clock.advance(hours=1)
    incident = make_incident(service=service, title="Payments stop")
    finding = Finding.objects.get()
    page = page_of(client, incident)
    assert "An inspection had warned" in page
    for words in (
        finding.get_absolute_url(),
        "The disk &lt;i&gt;fills",
        "Disks",
        "Olga Owner",
        "High",
        f"{finding.due_on}",
    ):
        assert words in page
    look(inspection)
    assert "An inspection had warned" in page_of(client, incident)  # it had, whatever became of it
    page = page_of(client, finding)
    assert "Payments stop" in page
    assert "it stood then" in page
    assert client.get(f"/api/v1/findings/{finding.pk}/").json()["incidents"] == [incident.pk]
    assert "An inspection had warned" not in page_of(client, make_incident(service=make_service()))


def test_of_what_is_no_incident_nothing_is_said(client: Client, clock: Clock) -> None:
    person = signed_in(client)
    finding = make_finding()
    clock.advance(hours=1)
    drill = make_incident(service=finding.service, is_drill=True)
    assert "An inspection had warned" not in page_of(client, drill)
    false_alarm = make_incident(service=finding.service, title="False alarm")
    handling.cancel_incident(false_alarm, actor=person, via="web", reason="Nothing happened")
    assert not incidents_since(finding, person).exists()
    placeless = Finding.objects.create(activity=finding.activity, title="Nowhere", due_on=finding.due_on)
    assert not incidents_since(placeless, person).exists()


def test_who_may_not_see_the_one_learns_nothing_of_it_from_the_other(client: Client, clock: Clock) -> None:
    insider, finding = make_person(), make_finding(title="Any PIN works")
    clock.advance(hours=1)
    reporter = make_person(Role.REPORTER)
    incident = make_incident(service=finding.service, title="Salaries leak", reporter=reporter)
    handling.acknowledge_incident(incident, actor=insider, via="web")
    client.force_login(reporter)
    page = client.get(f"/incidents/{incident.pk}/")
    assert "An inspection had warned" not in page.content.decode()
    assert "Any PIN works" not in page.content.decode()
    handling.restrict_incident(incident, actor=insider, via="web", is_restricted=True, participants=[])
    signed_in(client)
    assert "Salaries leak" not in page_of(client, finding)
    assert client.get(f"/api/v1/findings/{finding.pk}/").json()["incidents"] == []
    client.force_login(insider)
    assert "Salaries leak" in page_of(client, finding)


def test_the_card_costs_one_query_however_much_was_found(client: Client, clock: Clock, rf: Any) -> None:
    activity = make_activity()
    service: Service = activity.services.get()
    request = rf.get("/")
    request.user = make_person()
    numbers = []
    for number in (1, 7):
        for place in range(number):
            make_finding(activity, title=f"Finding {number} {place}")
        clock.advance(hours=1)
        incident = Incident.objects.select_related("service").get(pk=make_incident(service=service).pk)
        with CaptureQueriesContext(connection) as captured:
            panel: Any = panels.warned_before(request, incident)
        numbers.append(len(captured))
        signed_in(client)
        assert page_of(client, incident).count("stood since") == min(number, 5)
    assert numbers == [1, 1]
    assert panel["are_more"]
    link = f"/inspections/findings/?status=all&amp;service={service.slug}"
    assert link in page_of(client, incident)
    assert client.get(link.replace("&amp;", "&")).content.decode().count("Finding 7") == 7
