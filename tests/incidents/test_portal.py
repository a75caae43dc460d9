"""The public form and reporters' links: no account, nothing guessed, nothing lost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents import services
from incidents.models import Incident, LinkPurpose, ReporterLink, Status
from incidents.services.corresponding import REPORTS_AN_HOUR, find_link, make_link, token_of
from lifecycle import clock as time
from lifecycle.models import Event
from tests.clock import Clock as Hand
from tests.factories import acting, make_incident, make_person, make_service

pytestmark = pytest.mark.django_db


def report(client: Client, **changes: Any) -> Any:
    values = {
        "title": "I cannot pay",
        "description": "The page stays white after the code.",
        "service": changes.pop("service", None) or make_service().slug,
        "reach": "partly",
        "occurred_at": time.now().strftime("%Y-%m-%dT%H:%M"),
        "reporter_name": "Li Na",
        "reporter_email": "li.na@example.com",
        "reporter_contact": "",
        "website": "",
    }
    return client.post("/report/", values | changes)


def address_of(link: ReporterLink) -> str:
    return reverse("incidents:follow-up", args=[token_of(link)])


def resolved() -> tuple[Incident, ReporterLink]:
    incident, who = make_incident(level=3), acting()
    services.acknowledge_incident(incident, **who)
    services.resolve_incident(incident, resolution="cache cleared", cause_class="known", **who)
    return incident, make_link(incident, LinkPurpose.CONFIRM)


# --- The form ---------------------------------------------------------------------------------------------------------


def test_a_stranger_reports_and_follows_up(client: Client) -> None:
    answer = report(client)
    incident = Incident.objects.get()
    assert answer.status_code == 302
    assert (incident.source, incident.level_id, incident.status) == ("portal", 2, Status.REPORTED)
    assert (incident.reporter_name, incident.reporter_email) == ("Li Na", "li.na@example.com")
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "I cannot pay" in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_nothing_that_was_typed_is_lost_on_an_error(client: Client) -> None:
    answer = report(client, title="", reporter_email="not an address")
    assert answer.status_code == 400
    assert "The page stays white after the code." in answer.content.decode()
    assert not Incident.objects.exists()


def test_somebody_who_cannot_be_reached_is_asked_for_a_way(client: Client) -> None:
    answer = report(client, reporter_email="", reporter_contact="")
    assert answer.status_code == 400
    assert "how we can reach you" in answer.content.decode()


def test_a_machine_that_fills_in_everything_opens_nothing(client: Client) -> None:
    assert report(client, website="http://spam.example").status_code == 400
    assert not Incident.objects.exists()


def test_nobody_outside_declares_level_1(client: Client) -> None:
    report(client, reach="down", level="1", is_declared_major="on", status="closed")
    incident = Incident.objects.get()
    assert (incident.level_id, incident.is_declared_major, incident.status) == (2, False, Status.REPORTED)


def test_services_whose_incidents_are_restricted_are_not_named(client: Client) -> None:
    secret = make_service(name="Secret ledger", is_restricted=True)
    assert "Secret ledger" not in client.get("/report/").content.decode()
    assert report(client, service=secret.slug).status_code == 400


def test_one_network_sends_no_more_reports_than_people_write(client: Client, clock: Hand) -> None:
    service = make_service().slug
    answers = [report(client, service=service).status_code for _ in range(REPORTS_AN_HOUR + 1)]
    assert answers == [302] * REPORTS_AN_HOUR + [429]
    clock.advance(minutes=61)
    assert report(client, service=service).status_code == 302


# --- The link ---------------------------------------------------------------------------------------------------------


def test_looking_at_the_link_does_nothing(client: Client) -> None:
    incident, link = resolved()
    for _ in range(3):
        assert client.get(address_of(link)).status_code == 200
    incident.refresh_from_db()
    assert incident.confirmed_at is None


def test_the_reporter_confirms_once(client: Client) -> None:
    incident, link = resolved()
    assert client.post(address_of(link), {"answer": "works", "text": "thanks"}).status_code == 302
    incident.refresh_from_db()
    assert incident.confirmed_at is not None
    assert client.post(address_of(link), {"answer": "works"}).status_code == 409
    assert Event.objects.about(incident).filter(verb="confirm").count() == 1


def test_the_reporter_says_that_it_is_still_broken(client: Client) -> None:
    incident, link = resolved()
    empty = client.post(address_of(link), {"answer": "broken", "text": ""})
    assert empty.status_code == 400
    link.refresh_from_db()
    assert link.used_at is None, "an answer that was refused may be given again"
    assert client.post(address_of(link), {"answer": "broken", "text": "white page again"}).status_code == 302
    incident.refresh_from_db()
    assert (incident.status, incident.reopen_count) == (
        Status.REPORTED if not incident.acknowledged_at else incident.status,
        1,
    )
    assert Event.objects.about(incident).get(verb="reopen").note == "white page again"


@pytest.mark.parametrize("token", ["x", "MQ:1abc:forged", "%00", "a" * 500])
def test_a_forged_link_finds_nothing(client: Client, token: str) -> None:
    resolved()
    assert client.get(f"/r/{token}/").status_code == 404
    assert client.post(f"/r/{token}/", {"answer": "works"}).status_code == 404


def test_a_link_ends(client: Client, clock: Hand) -> None:
    _incident, link = resolved()
    clock.advance(days=91)
    assert find_link(token_of(link)) is None
    assert client.get(address_of(link)).status_code == 404


def test_a_link_shows_what_is_public_only(client: Client) -> None:
    incident, link = resolved()
    services.add_note(incident, actor=make_person(), via="web", text="the bank's contact is secret")
    page = client.get(address_of(link)).content.decode()
    assert "the bank's contact is secret" not in page
    assert "bank&#x27;s contact" not in page


def test_the_reporters_answer_ends_the_waiting_for_it(client: Client) -> None:
    incident, who = make_incident(level=3), acting()
    services.acknowledge_incident(incident, **who)
    services.hold_incident(incident, reason="Which browser?", waiting_for="reporter", **who)
    link = make_link(incident, LinkPurpose.FOLLOW_UP)
    assert "Which browser?" in client.get(address_of(link)).content.decode()
    assert client.post(address_of(link), {"answer": "reply", "text": "Firefox"}).status_code == 302
    incident.refresh_from_db()
    assert incident.status == Status.ACKNOWLEDGED


def test_a_link_of_a_merged_report_follows_the_one_that_goes_on(client: Client) -> None:
    source, target, who = (
        make_incident(),
        make_incident(title="All payments fail"),
        acting(),
    )
    link = make_link(source, LinkPurpose.FOLLOW_UP)
    services.acknowledge_incident(target, **who)
    services.merge_incident(source, target=target, **who)
    page = client.get(address_of(link)).content.decode()
    assert target.reference in page
    assert "All payments fail" not in page, "another reporter's words are not theirs to read"
