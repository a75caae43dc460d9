"""Whose word about the sender is believed, and what counts as automatic mail (S10)."""

import pytest

from incidents.intake.authentication import is_authentic
from incidents.intake.automatic import why_automatic
from incidents.intake.parsing import parse
from tests.incidents.mails import INBOX, SERVER, make_mail, recorded, stamp

OURS = f"Authentication-Results: {SERVER};"


def judged(head: str, extra: str = "", sender: str = "rita@shop.example") -> bool:
    return is_authentic(parse(make_mail(sender=sender, head=head, extra=extra)), trusted=[SERVER])


@pytest.mark.parametrize(
    "head",
    [
        stamp(),
        f"{OURS} dmarc=pass (p=reject dis=none) header.from=shop.example\n",
        f"{OURS}\n\tdkim=pass header.d=other.example;\n\tdmarc=pass header.from=SHOP.example\n",
        "Authentication-Results: MX.Example.COM 1; dmarc = pass header.from = shop.example\n",
        f"{OURS} spf=pass smtp.mailfrom=rita@shop.example; dkim=pass header.d=shop.example\n",
        f"{OURS} spf=pass smtp.mailfrom=bounces.shop.example; dkim=pass header.d=shop.example; dmarc=none\n",
        f"{OURS} dkim=fail header.d=x.example; dkim=pass header.d=shop.example; spf=pass smtp.mailfrom=shop.example\n",
    ],
)
def test_what_our_server_vouches_for_is_authentic(head: str) -> None:
    assert judged(head)


@pytest.mark.parametrize(
    "head",
    [
        "",
        f"{OURS} none\n",
        f"{OURS} dmarc=fail header.from=shop.example\n",
        f"{OURS} dmarc=pass\n",
        f"{OURS} dmarc=pass header.from=bad.example\n",
        f"{OURS} dmarc=pass header.from=shop.example; dmarc=fail header.from=shop.example\n",
        f"{OURS} dmarc=fail header.from=shop.example; spf=pass smtp.mailfrom=shop.example; dkim=pass "
        "header.d=shop.example\n",
        f"{OURS} spf=pass smtp.mailfrom=shop.example\n",
        f"{OURS} dkim=pass header.d=shop.example\n",
        f"{OURS} spf=pass smtp.mailfrom=bad.example; dkim=pass header.d=shop.example\n",
        f"{OURS} spf=pass smtp.mailfrom=notshop.example; dkim=pass header.d=notshop.example\n",
        f"{OURS} spf=pass smtp.mailfrom=example; dkim=pass header.d=example\n",
        # A foreign server's word, and ours forged below it or above nothing of ours.
        stamp(server="mx.bad.example"),
        stamp(server="mx.bad.example") + stamp(),
        stamp(verdict="fail") + stamp(),
        f"{OURS} spf=fail smtp.mailfrom=x\n" + stamp(),
        stamp(server="mx.example.com.bad.example"),
        stamp(server="x mx.example.com"),
        # What the sender chose and the server repeats: comments, quotations, what never ends.
        f"{OURS} spf=fail (; dmarc=pass header.from=shop.example) smtp.mailfrom=x\n",
        f"{OURS} spf=fail (a (; dmarc=pass header.from=shop.example;) b) smtp.mailfrom=x\n",
        f'{OURS} spf=fail smtp.mailfrom="a; dmarc=pass header.from=shop.example;"@bad.example\n',
        f'{OURS} spf=fail smtp.mailfrom="a\\"; dmarc=pass header.from=shop.example; \\""@bad.example\n',
        f"{OURS} spf=fail (\\); dmarc=pass header.from=shop.example\n",
        f'{OURS} spf=fail smtp.mailfrom="a; dmarc=pass header.from=shop.example\n',
        f"{OURS} rubbish; dmarc=pass header.from=shop.example\n",
        f"{OURS} dmarc=pass header.from=bad.example header.from=shop.example\n",
        f"X-{OURS} dmarc=pass header.from=shop.example\n",
        f"ARC-{OURS} dmarc=pass header.from=shop.example\n",
    ],
)
def test_everything_else_is_not(head: str) -> None:
    assert not judged(head)


def test_two_senders_are_none() -> None:
    assert not judged(stamp(), extra="From: boss@bank.example\n")
    two = make_mail().replace(b"From: Rita Reporter <rita@shop.example>", b"From: rita@shop.example, boss@bank.example")
    assert not is_authentic(parse(two), trusted=[SERVER])


def test_a_name_that_looks_like_an_address_is_a_name() -> None:
    raw = make_mail(sender="evil@bad.example").replace(b"Rita Reporter", b'"rita@shop.example"')
    mail = parse(raw)
    assert mail.sender.address == "evil@bad.example"
    assert is_authentic(mail, trusted=[SERVER])


def test_without_a_configured_server_nothing_is_authentic() -> None:
    assert not is_authentic(parse(make_mail()), trusted=[])
    assert not is_authentic(parse(make_mail(head="Authentication-Results: ; dmarc=pass\n")), trusted=[])


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ("", ""),
        ("Auto-Submitted: no\n", ""),
        ("Precedence: first-class\n", ""),
        ("Auto-Submitted: auto-replied\n", "auto_submitted"),
        ("Auto-Submitted: auto-generated (by x); y=z\n", "auto_submitted"),
        ("Precedence: BULK\n", "bulk"),
        ("Precedence: junk\n", "bulk"),
        ("Precedence: list\n", "bulk"),
        ("X-Auto-Response-Suppress: All\n", "auto_suppressed"),
        ("X-Autoreply: yes\n", "auto_reply"),
        ("Return-Path: <>\n", "bounce"),
        ("X-Failed-Recipients: a@b.example\n", "bounce"),
        ('Content-Type: multipart/report; report-type=delivery-status; boundary="x"\n', "bounce"),
        ("Content-Type: message/delivery-status\n", "bounce"),
    ],
)
def test_what_no_person_wrote(extra: str, code: str) -> None:
    assert reason(make_mail(extra=extra)) == code


def reason(raw: bytes) -> str:
    return why_automatic(parse(raw), own_addresses=frozenset({INBOX, "mainstay@example.com"}), own_domain="example.com")


def test_our_own_mails_are_known_again() -> None:
    assert reason(make_mail(sender="mainstay@example.com")) == "own_mail"
    assert reason(make_mail(sender="incidents+12-abc@example.com")) == "own_mail"
    assert reason(make_mail(identity="<AbCdEfGhIjKlMnOpQrStUvWxYz_-0123@example.com>")) == "own_mail"
    assert reason(make_mail(sender="colleague@example.com", identity="<CAFx9@example.com>")) == ""


@pytest.mark.parametrize("name", ["msg_16.txt", "msg_25.txt", "msg_42.txt", "msg_43.txt"])
def test_recorded_bounces_are_bounces(name: str) -> None:
    raw = recorded(f"cpython_test_email/{name}")
    assert (reason(raw) == "bounce") == (name != "msg_42.txt")  # of which only the name of its sender says so
