"""The shift hand-over note: drafted, handed over by who leaves, accepted by who arrives, shown and mailed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog.models import Role
from incidents import services as handling
from incidents.services.actions import open_action
from lifecycle import clock as time
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from notifications.models import Delivery, Override, OverrideKind
from reports.meeting import services
from reports.meeting.handover_content import draft_content
from reports.meeting.keeping import keep_meetings
from reports.models import HandOver, MeetingPolicy
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service
from tests.reports.meetings import make_note, make_rota

pytestmark = pytest.mark.django_db


def test_two_people_hand_over_in_two_steps() -> None:
    note = make_note()
    leaving, arriving = note.leaving, note.arriving
    assert arriving is not None
    stranger = make_person()
    with pytest.raises(NotPermitted):
        services.hand_over(note, actor=arriving, via="web")
    services.write_hand_over(note, actor=leaving, via="web", text="All quiet")
    services.hand_over(note, actor=leaving, via="web")
    assert note.text == "All quiet"
    for person in (leaving, stranger, make_person(Role.ADMINISTRATOR)):
        with pytest.raises(NotPermitted):
            services.accept_hand_over(note, actor=person, via="web")
    with pytest.raises(TransitionRefused):
        services.write_hand_over(note, actor=leaving, via="web", text="One thing more")
    with pytest.raises(InputRefused):
        services.send_back_hand_over(note, actor=arriving, via="web", reason=" ")
    services.send_back_hand_over(note, actor=arriving, via="web", reason="Who holds the bank's ticket?")
    services.hand_over(note, actor=leaving, via="web", text="Ana holds it")
    services.accept_hand_over(note, actor=arriving, via="web")
    mails = Delivery.objects.filter(purpose="duty", channel="email").order_by("pk")
    assert [mail.recipient for mail in mails] == [leaving, arriving, leaving, arriving]
    assert "Ana holds it" in mails[3].body
    assert services.draft_hand_over(note.schedule, actor=leaving, via="web") == note


def test_it_lists_what_is_open_and_freezes_it() -> None:
    leaving, arriving, engineer = make_person(name="Lea"), make_person(name="Ari"), make_person(name="Eve")
    schedule = make_rota(leaving, arriving)
    service = make_service(operations_team=schedule.team)
    acting: dict[str, Any] = {"actor": engineer, "via": "web"}
    incident = make_incident(service=service, level=2, title="Cards fail")
    handling.acknowledge_incident(incident, **acting)
    until = time.now() + timedelta(hours=2)
    handling.snooze_incident(incident, **acting, until=until, reason="The bank calls back")
    open_action(
        **acting, title="Call the bank", type="mitigate", owner=engineer, due_on=until.date(), incident=incident
    )
    secret = make_incident(service=service, title="Salaries leak")
    handling.acknowledge_incident(secret, **acting)
    handling.restrict_incident(secret, **acting, is_restricted=True, participants=[])
    make_incident(title="Of another team")
    done = make_incident(service=service, level=3, title="Long over")
    handling.cancel_incident(done, **acting, reason="x")
    note = make_note(schedule=schedule)
    line = next(each for each in draft_content(note) if each["incident"] == incident.pk)
    assert (line["holder"], line["clock"], line["status"]) == ("Eve", "update", "acknowledged")
    assert line["due_at"] == incident.clocks.get(kind="update").due_at.isoformat()  # type: ignore[union-attr]
    assert line["snoozed_until"] is not None
    assert [each["title"] for each in line["actions"]] == ["Call the bank"]
    assert {each["incident"] for each in draft_content(note)} == {incident.pk, secret.pk}
    services.hand_over(note, actor=note.leaving, via="web", text="")
    handling.recover_incident(incident, **acting)
    assert next(each for each in note.content if each["incident"] == incident.pk)["status"] == "acknowledged"
    mail = Delivery.objects.filter(purpose="duty", recipient=note.arriving).latest("pk")
    assert "Cards fail" in mail.body
    assert "Call the bank" in mail.body
    assert "Salaries" not in mail.body
    assert "1 restricted incident" in mail.body


def test_the_arriving_person_sees_it_where_they_look(client: Client) -> None:
    note = make_note("handed_over")
    arriving = note.arriving
    assert arriving is not None
    link = note.get_absolute_url()
    client.force_login(make_person())
    for page in ("/boards/queue/", "/oncall/"):
        assert link not in client.get(page).content.decode()
    assert "accept" not in client.get(link).content.decode()
    client.force_login(arriving)
    for page in ("/boards/queue/", "/oncall/", "/meeting/hand-over/"):
        assert link in client.get(page).content.decode(), page
    assert f"{link}accept/" in client.get(link).content.decode()
    assert client.post(f"{link}send_back/", {"reason": ""}).status_code == 400
    assert client.post(f"{link}accept/").status_code == 302
    assert link not in client.get("/incidents/").content.decode()
    assert client.get("/api/v1/hand-overs/", {"status": "accepted"}).json()["results"][0]["id"] == note.pk
    assert client.post(f"/api/v1/hand-overs/{note.pk}/accept/").status_code == 409
    assert client.post("/meeting/hand-over/draft/", {"schedule": str(note.schedule_id)}).status_code == 302
    assert client.post("/meeting/hand-over/draft/", {"schedule": "x"}).status_code == 404
    assert HandOver.objects.count() == 1


def test_whoever_stands_in_for_minutes_is_asked_for_no_note(clock: Clock) -> None:
    leaving, arriving, stand_in = make_person(), make_person(), make_person()
    schedule = make_rota(leaving, arriving)
    window = {"starts_at": time.now(), "ends_at": time.now() + timedelta(minutes=10)}
    for person in (leaving, arriving):  # whichever of them is on call at this hour of the day
        Override.objects.create(
            schedule=schedule, kind=OverrideKind.REPLACE, replaces=person, person=stand_in, **window
        )
    MeetingPolicy.current()
    keep_meetings()
    assert not HandOver.objects.filter(leaving=stand_in).exists()
    note = services.draft_hand_over(schedule, actor=stand_in, via="web")
    assert note.leaving == stand_in
