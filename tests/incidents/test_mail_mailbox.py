"""The mailbox, read from a real IMAP server: each mail once, marked after it was stored, whatever breaks on the way."""

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from incidents import tasks
from incidents.intake import mailbox, polling
from incidents.intake.handling import handle_mail
from incidents.intake.mailbox import MailboxError, Round
from incidents.intake.polling import poll_mailbox
from incidents.models import InboundEmail, Incident, MailStatus
from tests.factories import make_service
from tests.incidents.imap import PASSWORD, USER, Dovecot, free_port, require_dovecot
from tests.incidents.mails import SETTINGS, make_mail


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    require_dovecot()
    with tempfile.TemporaryDirectory(prefix="mainstay-imap-") as home:
        dovecot = Dovecot(Path(home))
        try:
            dovecot.start()
            yield dovecot
        finally:
            dovecot.stop()


@pytest.fixture
def box(server: Dovecot, db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Dovecot:
    """The server with an empty mailbox, and the product configured to read it."""
    empty(server)
    values = {
        **SETTINGS,
        "MAIL_SERVICE": make_service(slug="shop").slug,
        "IMAP_HOST": "localhost",
        "IMAP_PORT": server.tls_port,
        "IMAP_USER": USER,
        "IMAP_PASSWORD": PASSWORD,
    }
    for name, value in values.items():
        setattr(settings, name, value)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    return server


def empty(server: Dovecot) -> None:
    session = server.session()
    for folder in ("INBOX", "Done"):
        session.select(folder)
        session.uid("STORE", "1:*", "+FLAGS.SILENT", "(\\Deleted)")
        session.expunge()
    session.logout()


def mails(count: int) -> list[bytes]:
    return [make_mail(identity=f"<{number}@shop.example>") for number in range(count)]


def test_new_mails_are_taken_in_once_and_marked(box: Dovecot) -> None:
    box.put(*mails(3))
    assert poll_mailbox() == Round(taken=3)
    assert box.count("KEYWORD MainstayDone SEEN") == 3
    assert poll_mailbox() == Round()
    assert [row.status for row in InboundEmail.objects.all()] == [MailStatus.ACCEPTED] * 3
    assert bytes(InboundEmail.objects.earliest("pk").raw) == mails(1)[0]
    box.put(make_mail(identity="<later@shop.example>"))
    assert poll_mailbox() == Round(taken=1)


def test_what_somebody_has_looked_at_is_new_all_the_same(box: Dovecot) -> None:
    box.put(*mails(1))
    session = box.session()
    session.select("INBOX")
    session.uid("STORE", "1:*", "+FLAGS", "(\\Seen)")
    session.logout()
    assert poll_mailbox().taken == 1


def test_handled_mails_move_to_their_folder(box: Dovecot, settings: Any) -> None:
    settings.IMAP_DONE_FOLDER = "Done"
    box.put(*mails(3))
    assert poll_mailbox() == Round(taken=3)
    assert (box.count(), box.count(folder="Done")) == (0, 3)


def test_without_move_they_are_copied_and_deleted(box: Dovecot, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.IMAP_DONE_FOLDER = "Done"
    box.put(*mails(2))
    monkeypatch.setattr(mailbox, "_can_move", lambda _box: False)
    assert poll_mailbox() == Round(taken=2)
    assert (box.count("UNDELETED"), box.count(folder="Done")) == (0, 2)
    assert poll_mailbox() == Round()


def test_a_mail_is_marked_only_after_it_was_stored(box: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    box.put(*mails(1))
    seen = []

    def store(raw: bytes, is_head: bool) -> None:
        seen.append(box.count("UNKEYWORD MainstayDone"))
        handle_mail(raw, via="imap", is_head=is_head)

    mailbox.poll(store)
    assert seen == [1]
    assert box.count("UNKEYWORD MainstayDone") == 0


def test_a_crash_between_storing_and_marking_takes_it_in_once(box: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    box.put(*mails(1))
    with monkeypatch.context() as patch:
        patch.setattr(mailbox, "_mark", _raise(OSError("cut")))
        with pytest.raises(MailboxError):
            poll_mailbox()
    assert box.count("UNKEYWORD MainstayDone") == 1
    assert poll_mailbox() == Round(taken=1)
    assert Incident.objects.count() == InboundEmail.objects.count() == 1


def test_a_poisoned_mail_does_not_hold_up_those_behind_it(
    box: Dovecot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    poison, *good = mails(4)
    box.put(poison, *good)
    handle = handle_mail

    def stumble(raw: bytes, **values: Any) -> Any:
        if raw == poison:
            raise RuntimeError("poison")
        return handle(raw, **values)

    with monkeypatch.context() as patch:
        patch.setattr(polling, "handle_mail", stumble)
        assert poll_mailbox() == Round(taken=3, failed=1)
        assert poll_mailbox() == Round(failed=1)
    assert "could not be taken in" in caplog.text
    assert poll_mailbox() == Round(taken=1)
    assert InboundEmail.objects.count() == 4


def test_a_connection_that_breaks_is_made_anew(box: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    box.put(*mails(5))
    fetch, calls = mailbox._fetch, []

    def break_once(connected: Any, uid: bytes) -> tuple[bytes, bool]:
        calls.append(uid)
        if len(calls) == 3:
            connected.sock.shutdown(socket.SHUT_RDWR)
        return fetch(connected, uid)

    monkeypatch.setattr(mailbox, "_fetch", break_once)
    assert poll_mailbox().taken == 5
    assert InboundEmail.objects.count() == 5


def test_a_restarted_server_and_a_changed_uidvalidity_lose_and_repeat_nothing(box: Dovecot) -> None:
    box.put(*mails(3))
    before = box.validity()
    assert poll_mailbox().taken == 3
    box.stop()
    with pytest.raises(MailboxError):
        poll_mailbox()
    box.drop_mails()
    box.launch()
    box.put(*mails(3), make_mail(identity="<new@shop.example>"))
    assert box.validity() != before
    assert poll_mailbox().taken == 4
    assert InboundEmail.objects.count() == Incident.objects.count() == 4


def test_of_a_huge_mail_only_the_head_is_fetched(box: Dovecot, settings: Any) -> None:
    settings.MAIL_LARGEST = 5000
    box.put(make_mail("x" * 10_000), make_mail(identity="<2@shop.example>"))
    assert poll_mailbox() == Round(taken=2)
    large, small = InboundEmail.objects.order_by("pk")
    assert (large.status, large.reason, large.subject) == (MailStatus.QUARANTINED, "too_large", "Payments fail")
    assert len(large.raw) < 1000
    assert small.status == MailStatus.ACCEPTED


def test_hundreds_are_taken_in_rounds(box: Dovecot) -> None:
    box.put(*mails(7))
    assert [mailbox.poll(polling._take, limit=3).taken for _ in range(4)] == [3, 3, 1, 0]


def test_starttls(box: Dovecot, settings: Any) -> None:
    settings.IMAP_SECURITY, settings.IMAP_PORT = "starttls", box.port
    box.put(*mails(1))
    assert poll_mailbox().taken == 1


def test_an_untrusted_certificate_is_refused(box: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    box.put(*mails(1))
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(MailboxError, match="SSLCertVerificationError"):
        poll_mailbox()


def test_a_wrong_password_and_a_missing_folder_are_said(box: Dovecot, settings: Any) -> None:
    settings.IMAP_PASSWORD = "wrong"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("poll_mailbox")
    settings.IMAP_PASSWORD, settings.IMAP_FOLDER = PASSWORD, 'No "such" folder'
    with pytest.raises(MailboxError):
        poll_mailbox()


@pytest.mark.django_db(transaction=True)
def test_two_pollers_at_once_open_each_incident_once(box: Dovecot) -> None:
    box.put(*mails(6))
    errors: list[BaseException] = []

    def run() -> None:
        try:
            poll_mailbox()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Incident.objects.count() == InboundEmail.objects.count() == 6
    assert box.count("UNKEYWORD MainstayDone") == 0


def test_without_a_mailbox_nothing_happens(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "_connect", _raise(AssertionError("it must not connect")))
    tasks.poll_mailbox()
    with pytest.raises(CommandError, match="MAINSTAY_IMAP_HOST"):
        call_command("poll_mailbox")


def test_a_silent_server_is_given_up(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        settings.IMAP_HOST, settings.IMAP_PORT = "127.0.0.1", listener.getsockname()[1]
        settings.IMAP_SECURITY = "off"
        monkeypatch.setattr(mailbox, "TIMEOUT", 0.3)
        with pytest.raises(MailboxError, match="imeout"):
            poll_mailbox()
    settings.IMAP_PORT = free_port()
    with pytest.raises(MailboxError, match="ConnectionRefused"):
        poll_mailbox()


def _raise(error: BaseException) -> Any:
    def fail(*_arguments: Any) -> Any:
        raise error

    return fail
