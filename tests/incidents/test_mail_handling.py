"""What a mail does: it opens an incident, adds a note, waits in quarantine or is ignored; and it is handled once."""

from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import OperationalError, connection

from catalog.models import Person, Role, Service
from incidents.intake import handling
from incidents.intake.addresses import find_tokens, reply_address
from incidents.intake.handling import handle_mail, handle_waiting
from incidents.intake.reasons import Reason
from incidents.models import InboundEmail, Incident, MailStatus, Source, Status
from incidents.services import acknowledge_incident, hold_incident, merge_incident, recover_incident, resolve_incident
from lifecycle.models import Event, Via
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service
from tests.incidents.mails import SERVER, SETTINGS, make_mail, stamp

REPORTER = "rita@shop.example"


@pytest.fixture(autouse=True)
def mail_settings(settings: Any) -> None:
    for name, value in SETTINGS.items():
        setattr(settings, name, value)


@pytest.fixture
def service(db: None, settings: Any) -> Service:
    settings.MAIL_SERVICE = "shop"
    return make_service(slug="shop")


@pytest.fixture
def incident(db: None) -> Incident:
    return make_incident(reporter_email=REPORTER, reporter_name="Rita")


def take(raw: bytes) -> InboundEmail:
    return handle_mail(raw, via="imap")


def events_of(incident: Incident, verb: str) -> list[Event]:
    return list(Event.objects.about(incident).filter(verb=verb))


def outcome(row: InboundEmail) -> tuple[str, str]:
    return row.status, row.reason


# --- Opening ---------------------------------------------------------------------------------------


def test_an_authentic_mail_opens_an_incident(service: Service) -> None:
    row = take(make_mail("Nobody can pay.\n\n-- \nRita"))
    incident = row.incident
    assert incident is not None
    assert outcome(row) == (MailStatus.ACCEPTED, "")
    assert (incident.title, incident.description) == ("Payments fail", "Nobody can pay.\n\n-- \nRita")
    assert (incident.source, incident.service, incident.level_id) == (Source.EMAIL, service, 3)
    assert (incident.reporter_name, incident.reporter_email) == ("Rita Reporter", REPORTER)
    assert row.event == events_of(incident, "report")[0]
    assert row.event.via == Via.EMAIL
    assert bytes(row.raw) == make_mail("Nobody can pay.\n\n-- \nRita")


def test_the_address_chooses_the_service(service: Service) -> None:
    cards = make_service(slug="card-payments")
    row = take(make_mail(to="x@y.example, Incidents <INCIDENTS+svc-card-payments@Example.com>"))
    assert row.incident is not None
    assert row.incident.service == cards
    other = take(make_mail(to="incidents+svc-no-such@example.com", identity="<2@shop.example>"))
    assert other.incident is not None
    assert other.incident.service == service


def test_somebody_with_an_account_is_the_reporter(service: Service) -> None:
    rita = make_person(Role.REPORTER, email="Rita@Shop.example")
    row = take(make_mail())
    assert row.incident is not None
    assert row.incident.reporter == rita
    assert row.event is not None
    assert row.event.actor == rita


def test_without_a_service_it_waits(db: None) -> None:
    assert outcome(take(make_mail())) == (MailStatus.QUARANTINED, Reason.NO_SERVICE)


@pytest.mark.parametrize("text", ["", "   \n", "\u200b"])
def test_a_mail_without_words_opens_one_all_the_same(service: Service, text: str) -> None:
    row = take(make_mail(text, subject=""))
    assert row.incident is not None
    assert row.incident.title == "(a mail without words)" or row.incident.title.strip()


def test_hostile_letters_are_kept_harmless(service: Service) -> None:
    """S12, S13"""
    subject = "=?utf-8?q?a=0D=0ABcc=3A_x=40y=00=1B=5B31m_=E2=80=AE?= \N{FIRE}"
    row = take(make_mail("NUL \0 and \x1b[31m", subject=subject))
    assert row.incident is not None
    assert row.incident.title.startswith("a Bcc: x@y")
    assert row.incident.title.isprintable()
    assert "\0" not in row.incident.description
    assert row.event is not None
    assert row.event.data["sanitised"] is True


# --- Quarantine (S10) --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        "",
        stamp(server="mx.bad.example"),
        stamp(verdict="fail"),
        stamp(server="mx.bad.example") + stamp(),
        f"Authentication-Results: {SERVER}; dmarc=pass header.from=bad.example\n",
    ],
)
def test_a_spoofed_sender_or_a_forged_verdict_waits_in_quarantine(service: Service, head: str) -> None:
    assert outcome(take(make_mail(head=head))) == (MailStatus.QUARANTINED, Reason.UNAUTHENTICATED)
    assert not Incident.objects.exists()


def test_a_provider_cannot_vouch_in_the_name_of_our_server(service: Service) -> None:
    row = handle_mail(make_mail(), via="webhook")
    assert outcome(row) == (MailStatus.QUARANTINED, Reason.UNAUTHENTICATED)


def test_fifty_parts_wait_in_quarantine(service: Service) -> None:
    parts = "".join(f"--x\nContent-Type: image/png; name={number}.png\n\ndata\n" for number in range(60))
    row = take(make_mail(parts + "--x--\n", extra='Content-Type: multipart/mixed; boundary="x"\n'))
    assert outcome(row) == (MailStatus.QUARANTINED, Reason.TOO_MANY_PARTS)


def test_of_a_mail_that_is_too_large_the_head_is_kept(service: Service, settings: Any) -> None:
    settings.MAIL_LARGEST = 10_000
    row = take(make_mail("x" * 20_000))
    assert outcome(row) == (MailStatus.QUARANTINED, Reason.TOO_LARGE)
    assert row.subject == "Payments fail"
    assert len(row.raw) < 1000


def test_hundreds_of_bounces_open_nothing_and_are_counted(service: Service) -> None:
    for number in range(300):
        take(make_mail(identity=f"<{number}@mta.example>", extra="Auto-Submitted: auto-replied\nReturn-Path: <>\n"))
    assert InboundEmail.objects.filter(status=MailStatus.IGNORED, reason=Reason.BOUNCE).count() == 300
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ("Auto-Submitted: auto-replied\n", Reason.AUTO_SUBMITTED),
        ("Precedence: bulk\n", Reason.BULK),
        ("X-Auto-Response-Suppress: OOF\n", Reason.AUTO_SUPPRESSED),
    ],
)
def test_automatic_answers_end_the_loop(incident: Incident, extra: str, reason: str) -> None:
    row = take(make_mail(to=reply_address(incident), extra=extra))
    assert outcome(row) == (MailStatus.IGNORED, reason)
    assert events_of(incident, "reply") == []


def test_a_sender_who_writes_too_much_waits(service: Service, settings: Any, clock: Clock) -> None:
    settings.MAIL_HOURLY = 3
    rows = [take(make_mail(identity=f"<{number}@shop.example>")) for number in range(5)]
    assert [row.reason for row in rows] == ["", "", "", Reason.TOO_MANY, Reason.TOO_MANY]
    clock.advance(minutes=61)
    assert take(make_mail(identity="<later@shop.example>")).status == MailStatus.ACCEPTED


# --- Replies -----------------------------------------------------------------------------------------


def test_a_reply_becomes_a_public_note_of_the_reporter(incident: Incident) -> None:
    text = "Still broken.\n\nOn 21 Nov 2026, Mainstay <incidents@example.com> wrote:\n> Well?\n"
    row = take(make_mail(text, to=reply_address(incident), subject="Re: whatever"))
    assert row.incident == incident
    (event,) = events_of(incident, "reply")
    assert (event.note, event.actor, event.via) == ("Still broken.", None, Via.EMAIL)
    assert event.data["visibility"] == "public"
    assert event.data["name"] == "Rita Reporter"
    assert Incident.objects.count() == 1


def test_the_reporters_answer_ends_the_waiting(incident: Incident) -> None:
    engineer = make_person()
    acknowledge_incident(incident, actor=engineer, via=Via.WEB)
    hold_incident(incident, actor=engineer, via=Via.WEB, reason="Which browser?", waiting_for="reporter")
    take(make_mail("Firefox.", to=reply_address(incident)))
    incident.refresh_from_db()
    assert incident.status == Status.ACKNOWLEDGED


@pytest.mark.parametrize("waiting_for", ["vendor", ""])
def test_another_waiting_goes_on(incident: Incident, waiting_for: str) -> None:
    engineer = make_person()
    acknowledge_incident(incident, actor=engineer, via=Via.WEB)
    hold_incident(incident, actor=engineer, via=Via.WEB, reason="A part", waiting_for=waiting_for)
    take(make_mail("And?", to=reply_address(incident)))
    incident.refresh_from_db()
    assert incident.status == Status.PENDING


def test_a_colleagues_mail_is_an_internal_note_and_ends_no_waiting(incident: Incident) -> None:
    engineer = make_person(email="olga@example.com")
    acknowledge_incident(incident, actor=engineer, via=Via.WEB)
    hold_incident(incident, actor=engineer, via=Via.WEB, reason="Which browser?", waiting_for="reporter")
    take(make_mail("I look.", sender="olga@example.com", to=reply_address(incident), identity="<x.y@mail.example.com>"))
    (event,) = events_of(incident, "note")
    assert (event.actor, event.data["visibility"]) == (engineer, "internal")
    incident.refresh_from_db()
    assert incident.status == Status.PENDING


def test_mail_never_approves_closes_or_changes_a_level(incident: Incident) -> None:
    engineer = make_person(Role.INCIDENT_MANAGER, email="mia@example.com")
    acknowledge_incident(incident, actor=engineer, via=Via.WEB)
    before = Incident.objects.values("status", "level", "closed_at", "recovered_at", "version").get()
    commands = "APPROVE\n#close\n/resolve\nlevel: 1\nstatus: closed\n4\n5\nyes, it works"
    for sender, identity in ((REPORTER, "<1@a.example>"), ("mia@example.com", "<2.x@mail.example.com>")):
        for number, subject in enumerate(("approve", "close", "[S1][#1] level 1", "Re: resolve; it works")):
            take(make_mail(commands, sender=sender, to=reply_address(incident), subject=subject,
                           identity=identity.replace("<", f"<{number}")))  # fmt: skip
    assert Incident.objects.values("status", "level", "closed_at", "recovered_at", "version").get() == before
    assert len(events_of(incident, "reply")) == len(events_of(incident, "note")) == 4


def test_a_reply_to_a_merged_incident_goes_to_the_one_that_goes_on(incident: Incident) -> None:
    middle, target = make_incident(service=incident.service), make_incident(service=incident.service)
    merge_incident(incident, actor=None, via=Via.SYSTEM, target=middle)
    merge_incident(middle, actor=None, via=Via.SYSTEM, target=target)
    row = take(make_mail("More.", to=reply_address(incident)))
    assert row.incident == target
    assert [event.note for event in events_of(target, "reply")] == ["More."]


def test_a_reply_to_a_resolved_incident_is_noted_and_opens_nothing(incident: Incident) -> None:
    engineer = make_person()
    acknowledge_incident(incident, actor=engineer, via=Via.WEB)
    recover_incident(incident, actor=engineer, via=Via.WEB)
    resolve_incident(incident, actor=engineer, via=Via.WEB, resolution="Restarted", cause_class="known")
    take(make_mail("It works, close it.", to=reply_address(incident)))
    incident.refresh_from_db()
    assert (incident.status, incident.confirmed_at) == (Status.RESOLVED, None)


def attached(name: str, content: bytes) -> bytes:
    message = EmailMessage()
    message.set_content("See the file.")
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    head, _, body = message.as_bytes().partition(b"\n\n")
    return make_mail(body.decode("latin-1"), extra=head.decode() + "\n")


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_the_files_of_a_mail_are_kept_for_the_reporter_too(service: Service, files: None) -> None:
    row = take(attached("../shop.log", b"09:00 no answer\n"))
    assert row.incident is not None
    (attachment,) = row.incident.attachments.all()
    with attachment.file.open() as kept:
        assert (attachment.name, attachment.is_public, kept.read()) == ("shop.log", True, b"09:00 no answer\n")
    assert row.incident.description == "See the file."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.zip", b"PK\x03\x04" + bytes(100)),
        ("winmail.dat", b"\x78\x9f\x3e\x22" + bytes(100)),
        ("page.html", b"<html><script>alert(1)</script></html>"),
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("empty.txt", b""),
    ],
)
def test_what_is_not_taken_is_named_and_stays_with_the_mail(
    service: Service, files: None, name: str, content: bytes
) -> None:
    """S10, S18"""
    row = take(attached(name, content))
    assert row.incident is not None
    assert not row.incident.attachments.exists()
    assert row.incident.description == f"See the file.\n\nFiles that are not taken: {name}"
    assert b"filename" in bytes(row.raw)


# --- Tokens ------------------------------------------------------------------------------------------


def test_the_token_of_another_incident_is_of_no_use(incident: Incident) -> None:
    other = make_incident(service=incident.service, reporter_email="bob@elsewhere.example")
    row = take(make_mail(to=reply_address(other)))
    assert outcome(row) == (MailStatus.QUARANTINED, Reason.FOREIGN_TOKEN)
    assert events_of(other, "reply") == []


def test_a_token_with_another_number_is_forged(incident: Incident) -> None:
    other = make_incident(service=incident.service, reporter_email=REPORTER)
    forged = reply_address(incident).replace(f"+{incident.pk}-", f"+{other.pk}-")
    assert outcome(take(make_mail(to=forged))) == (MailStatus.QUARANTINED, Reason.FORGED_TOKEN)


@pytest.mark.parametrize(
    "detail", ["1-", "1", "x", "0-" + "a" * 26, "9" * 18 + "-" + "a" * 26, "-", "svc-", "\u0661-" + "a" * 26]
)
def test_what_only_looks_like_a_token_waits(service: Service, detail: str) -> None:
    row = take(make_mail(to=f"incidents+{detail}@example.com"))
    assert row.status == MailStatus.QUARANTINED
    assert row.reason in (Reason.FORGED_TOKEN, Reason.NO_SERVICE) or detail.startswith("\u0661")


def test_every_other_letter_spoils_a_token(incident: Incident) -> None:
    address = reply_address(incident)
    local, _, domain = address.partition("@")
    assert find_tokens([address.upper()]) == ({incident.pk}, False)
    start = local.index("-") + 1
    for at in range(start, len(local)):
        letter = "a" if local[at] != "a" else "b"
        # The last letter holds three bits of padding: all of its variants must fail as well.
        assert find_tokens([f"{local[:at]}{letter}{local[at + 1 :]}@{domain}"]) == (set(), True)


def test_a_token_of_another_key_or_domain_is_none(incident: Incident, settings: Any) -> None:
    address = reply_address(incident)
    assert find_tokens([address.replace("example.com", "bad.example")]) == (set(), False)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-key"
    assert find_tokens([address]) == (set(), True)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert find_tokens([address]) == ({incident.pk}, False)


def test_without_an_address_of_ours_answers_go_to_the_sender(incident: Incident, settings: Any) -> None:
    settings.MAIL_ADDRESS = ""
    assert reply_address(incident) == settings.DEFAULT_FROM_EMAIL
    assert find_tokens(["incidents+1-a@example.com", ""]) == (set(), False)


def test_a_mail_to_two_incidents_waits(incident: Incident) -> None:
    other = make_incident(service=incident.service, reporter_email=REPORTER)
    row = take(make_mail(to=f"{reply_address(incident)}, {reply_address(other)}"))
    assert outcome(row) == (MailStatus.QUARANTINED, Reason.SEVERAL_INCIDENTS)


# --- Threads -----------------------------------------------------------------------------------------


def test_a_second_mail_of_the_same_thread_goes_to_the_same_incident(service: Service) -> None:
    first = take(make_mail(identity="<first@shop.example>"))
    second = take(make_mail("More.", identity="<second@shop.example>", extra="References: <first@shop.example>\n"))
    assert second.incident == first.incident
    assert Incident.objects.count() == 1


def test_an_answer_to_our_thread_needs_no_token_but_the_right_sender(incident: Incident) -> None:
    extra = f"In-Reply-To: <inc-{incident.pk}@example.com>\n"
    assert take(make_mail(extra=extra)).incident == incident
    foreign = take(make_mail(sender="eve@bad.example", identity="<e@bad.example>", extra=extra))
    assert outcome(foreign) == (MailStatus.QUARANTINED, Reason.FOREIGN_THREAD)


# --- Once --------------------------------------------------------------------------------------------


def test_the_same_mail_by_both_ways_is_handled_once(service: Service) -> None:
    rows = [handle_mail(b"X-Seen: 1\r\n" * number + make_mail(), via="imap") for number in range(3)]
    rows.append(handle_mail(make_mail(head="Received: by provider\n"), via="webhook"))
    assert len({row.pk for row in rows}) == 1
    assert Incident.objects.count() == 1


def test_a_forged_copy_that_came_first_does_not_hold_up_the_authentic_mail(service: Service) -> None:
    forged = take(make_mail(head=""))
    assert forged.status == MailStatus.QUARANTINED
    row = take(make_mail())
    assert row.pk == forged.pk
    assert row.status == MailStatus.ACCEPTED
    assert take(make_mail(head="")).status == MailStatus.ACCEPTED
    assert Incident.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_mail_from_many_sides_at_once_is_handled_once(service: Service) -> None:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            handle_mail(make_mail(), via="imap")
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert InboundEmail.objects.count() == Incident.objects.count() == 1
    assert Event.objects.filter(verb="report").count() == 1


def test_a_mail_left_lying_is_acted_on_later(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(handling, "find_route", _raise(OperationalError("deadlock detected")))
        row = take(make_mail())
    assert row.status == MailStatus.RECEIVED
    assert handle_waiting() == 1
    row.refresh_from_db()
    assert row.status == MailStatus.ACCEPTED
    assert handle_waiting() == 0


def test_a_fault_of_ours_loses_no_mail(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handling, "find_route", _raise(RuntimeError("x")))
    row = take(make_mail())
    assert outcome(row) == (MailStatus.FAILED, Reason.FAULT)
    assert bytes(row.raw) == make_mail()


def _raise(error: Exception) -> Any:
    def fail(*_arguments: Any) -> Any:
        raise error

    return fail


@pytest.fixture
def people(db: None) -> list[Person]:
    return [make_person(email="same@shop.example"), make_person(email="same@shop.example")]


def test_an_address_of_two_people_is_nobodys(service: Service, people: list[Person]) -> None:
    row = take(make_mail(sender="same@shop.example"))
    assert row.incident is not None
    assert row.incident.reporter is None
