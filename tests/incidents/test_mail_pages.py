"""The pages of mail: who sees them, and what O&M decides there."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Person, Role
from incidents.intake.addresses import reply_address
from incidents.intake.handling import handle_mail
from incidents.intake.quarantine import DealtWith, accept_mail, attach_mail, discard_mail
from incidents.models import InboundEmail, Incident, Level, MailStatus, Status
from incidents.services import acknowledge_incident, hold_incident, merge_incident
from lifecycle.models import Event, Via
from lifecycle.transitions import InputRefused, NotPermitted
from tests.factories import make_incident, make_person, make_service
from tests.incidents.mails import SETTINGS, make_mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_settings(settings: Any) -> None:
    for name, value in SETTINGS.items():
        setattr(settings, name, value)


@pytest.fixture
def engineer() -> Person:
    return make_person()


@pytest.fixture
def pages(client: Client, engineer: Person) -> Client:
    client.force_login(engineer)
    return client


def doubtful(number: int = 0, **fields: Any) -> InboundEmail:
    return handle_mail(make_mail(head="", identity=f"<{number}@shop.example>", **fields), via="imap")


def test_a_mail_is_accepted_as_an_incident(pages: Client, engineer: Person) -> None:
    row, service = doubtful(), make_service()
    answer = pages.post(f"/incidents/mail/{row.pk}/accept/", {"service": service.pk, "level": 2})
    incident = Incident.objects.get()
    assert answer.headers["Location"] == incident.get_absolute_url()
    assert (incident.service, incident.level_id, incident.reporter_email) == (service, 2, "rita@shop.example")
    row.refresh_from_db()
    assert (row.status, row.incident) == (MailStatus.ACCEPTED, incident)
    assert row.event is not None
    assert (row.event.actor, row.event.via) == (engineer, Via.WEB)


def test_a_mail_is_attached_to_an_incident(pages: Client, engineer: Person) -> None:
    row, incident = doubtful(text="See here."), make_incident()
    pages.post(f"/incidents/mail/{row.pk}/attach/", {"incident": incident.reference})
    (event,) = Event.objects.about(incident).filter(verb="note")
    assert event.note == "From a mail of Rita Reporter <rita@shop.example>:\n\nSee here."
    assert (event.actor, event.data["visibility"]) == (engineer, "internal")
    row.refresh_from_db()
    assert row.incident == incident


def test_the_reporters_mail_out_of_quarantine_ends_the_waiting_and_follows_a_merge(engineer: Person) -> None:
    service = make_service()
    source, target = (make_incident(service=service, reporter_email="rita@shop.example") for _ in range(2))
    merge_incident(source, actor=None, via=Via.SYSTEM, target=target)
    acknowledge_incident(target, actor=engineer, via=Via.WEB)
    hold_incident(target, actor=engineer, via=Via.WEB, reason="Which?", waiting_for="reporter")
    assert attach_mail(doubtful(), actor=engineer, incident=source) == target
    target.refresh_from_db()
    assert target.status == Status.ACKNOWLEDGED


def test_a_mail_is_discarded_and_stays_stored(pages: Client, engineer: Person) -> None:
    row = doubtful()
    assert pages.post(f"/incidents/mail/{row.pk}/discard/", {"note": "Spam"}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.reason, row.incident) == (MailStatus.IGNORED, "discarded", None)
    assert row.event is not None
    assert (row.event.verb, row.event.actor, row.event.note) == ("discard_mail", engineer, "Spam")
    assert len(row.raw) > 100


def test_what_is_decided_is_decided(pages: Client, engineer: Person) -> None:
    row = doubtful()
    discard_mail(row, actor=engineer)
    for verb, data in (("accept", {"service": make_service().pk, "level": 2}), ("discard", {})):
        assert pages.post(f"/incidents/mail/{row.pk}/{verb}/", data).status_code == 409
    with pytest.raises(DealtWith):
        accept_mail(row, actor=engineer, service=make_service(), level=Level.objects.get(pk=2))
    assert not Incident.objects.exists()


def test_what_was_typed_wrong_is_said(pages: Client) -> None:
    row = doubtful()
    for verb, data in (
        ("accept", {}),
        ("accept", {"service": 10**30, "level": "x"}),
        ("attach", {"incident": "INC-99999"}),
        ("attach", {"incident": "\0"}),
    ):
        assert pages.post(f"/incidents/mail/{row.pk}/{verb}/", data).status_code == 400
    assert pages.post(f"/incidents/mail/{row.pk}/no-such/").status_code == 404
    assert pages.get(f"/incidents/mail/{row.pk}/accept/").status_code == 200
    row.refresh_from_db()
    assert row.status == MailStatus.QUARANTINED


@pytest.mark.parametrize("role", [Role.REPORTER, Role.DEVELOPER, Role.MANAGER, Role.SERVICE_OWNER])
def test_nobody_but_operations_sees_or_decides(client: Client, role: str) -> None:
    row, person = doubtful(), make_person(role)
    client.force_login(person)
    for path in ("/incidents/mail/", f"/incidents/mail/{row.pk}/"):
        assert client.get(path).status_code == 404
    assert client.post(f"/incidents/mail/{row.pk}/discard/").status_code == 404
    with pytest.raises(NotPermitted):
        discard_mail(row, actor=person)


def test_a_restricted_incident_takes_its_mails_out_of_sight(pages: Client, engineer: Person) -> None:
    incident = make_incident(reporter_email="rita@shop.example", title="Hidden")
    row = handle_mail(make_mail("Secret words.", to=reply_address(incident), subject="Secret subject"), via="imap")
    Incident.objects.filter(pk=incident.pk).update(is_restricted=True)
    assert pages.get(f"/incidents/mail/{row.pk}/").status_code == 404
    listed = pages.get("/incidents/mail/?tab=accepted").content.decode()
    assert "Secret subject" not in listed
    assert "rita@shop.example" not in listed
    incident.refresh_from_db()
    with pytest.raises(InputRefused):
        attach_mail(doubtful(), actor=engineer, incident=incident)


def test_hostile_words_are_shown_as_words(pages: Client) -> None:
    """S1, S12"""
    evil = "<img src=x onerror=alert(1)> {{7*7}} \u202e"
    row = doubtful(text=evil, subject=evil, sender="a@b.example")
    for path in ("/incidents/mail/", f"/incidents/mail/{row.pk}/"):
        page = pages.get(path).content.decode()
        assert "<img src=x" not in page
        assert "&lt;img src=x onerror=alert(1)&gt; {{7*7}}" in page


def test_the_list_takes_as_many_queries_for_many_as_for_one(pages: Client, django_assert_max_num_queries: Any) -> None:
    incident = make_incident(reporter_email="rita@shop.example")
    for number in range(30):
        doubtful(number)
        raw = make_mail(to=reply_address(incident), identity=f"<a{number}@shop.example>")
        handle_mail(raw, via="imap")
    for tab in ("waiting", "accepted", "ignored", "no-such"):
        with django_assert_max_num_queries(12):
            assert pages.get(f"/incidents/mail/?tab={tab}").status_code == 200
