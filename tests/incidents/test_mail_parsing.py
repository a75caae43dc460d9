"""Raw mails as values: recorded ones, broken ones, hostile ones. Nothing raises, nothing unpacks."""

import base64
import json
import random
import time
import zipfile
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.intake.bodies import LARGEST_FILE, MOST_PARTS
from incidents.intake.charsets import decode_header
from incidents.intake.html_text import text_of_html
from incidents.intake.parsing import ParsedMail, parse
from tests.incidents.mails import RECORDED, make_mail, recorded, recorded_path
from tests.servers import PROJECT

SEEN_BY_PYTHON = PROJECT.parent / "shared" / "data" / "truth" / "emails_python_stdlib_view.json"
TRUTH: dict[str, Any] = json.loads(SEEN_BY_PYTHON.read_text("utf-8")) if SEEN_BY_PYTHON.is_file() else {}
MAILS = sorted(str(path.relative_to(RECORDED)) for path in RECORDED.rglob("*") if path.suffix in (".txt", ".eml"))


def is_keepable(mail: ParsedMail) -> bool:
    texts = [mail.subject, mail.text, mail.reply, mail.sender.name, mail.sender.address, mail.message_id]
    texts += [
        *mail.recipients,
        *(file.name for file in mail.attachments),
        *(file.content_type for file in mail.attachments),
    ]
    return all("\0" not in text and text.encode("utf-8") is not None for text in texts)


def words(text: str | None) -> str:
    return " ".join((text or "").split())


@pytest.mark.parametrize("name", TRUTH)
def test_recorded_mails_read_as_the_standard_library_reads_them(name: str) -> None:
    mail, truth = parse(recorded(name)), TRUTH[name]
    assert words(mail.subject) == words(truth["subject"])
    assert mail.sender.address in (truth["from_"] or "").lower()
    assert mail.message_id == (truth["message_id"] or "")
    assert mail.in_reply_to == (truth["in_reply_to"] or "")
    if truth["body_start"] is not None:
        assert words(mail.text).startswith(words(truth["body_start"]))
    named = [file.name for file in mail.attachments if not file.name.startswith("part-")]
    assert {name for name in truth["attachments"] if name} <= set(named)


def test_the_recordings_are_here_or_skipped() -> None:
    recorded_path()
    assert len(TRUTH) > 60


def test_a_plain_mail() -> None:
    mail = parse(make_mail(extra="In-Reply-To: <a@b>\nReferences: <x@b>\n <a@b>\nCc: Bob <bob@shop.example>\n"))
    assert (mail.subject, mail.sender.name, mail.sender.address) == (
        "Payments fail",
        "Rita Reporter",
        "rita@shop.example",
    )
    assert mail.recipients == ("incidents@example.com", "bob@shop.example")
    assert (mail.message_id, mail.in_reply_to, mail.references) == ("<1@shop.example>", "<a@b>", ("<x@b>", "<a@b>"))
    assert mail.date is not None
    assert mail.date.isoformat() == "2026-11-21T08:00:00+00:00"
    assert (mail.text, mail.is_sanitised, mail.defects) == ("Nobody can pay.", False, ())


@pytest.mark.parametrize(
    ("text", "label", "codec"),
    [
        ("支付失败", "gb2312", "gb18030"),
        ("𠮷野家的支付", "gbk", "gb18030"),
        ("付款失敗", "big5", "big5"),
        ("支払いに失敗しました", "iso-2022-jp", "iso-2022-jp"),
        ("支払い①㈱", "shift_jis", "cp932"),
        ("支払い", "euc-jp", "euc-jp"),
        ("결제가 실패했습니다", "euc-kr", "euc-kr"),
        ("결제 똠방각하", "ks_c_5601-1987", "cp949"),
        ("Zahlung fällt aus – dringend", "windows-1252", "cp1252"),
        ("Оплата не проходит", "koi8-r", "koi8-r"),
        ("支付失败 🔥", "utf-8", "utf-8"),
        ("支付失败", "x-no-such-charset", "utf-8"),
        ("支付失败", "us-ascii", "utf-8"),
        ("支払いに失敗", "us-ascii", "iso-2022-jp"),
        ("支付 fails", "utf-16", "utf-16"),
    ],
)
def test_charsets_by_body_and_by_header(text: str, label: str, codec: str) -> None:
    data = text.encode(codec)
    encoded = base64.b64encode(data).decode()
    head = f"From: =?{label}?B?{encoded}?= <a@b.example>\r\nSubject: =?{label}?b?{encoded}?=\r\n"
    body = f"Content-Type: text/plain; charset={label}\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n"
    mail = parse((head + body).encode())
    assert (mail.subject, mail.text, mail.sender.name) == (text, text, text)
    assert not mail.is_sanitised


def test_a_character_cut_in_two_between_encoded_words_is_whole_again() -> None:
    data = "支払い".encode()
    cut = [base64.b64encode(piece).decode() for piece in (data[:4], data[4:])]
    assert decode_header(f"Re: =?utf-8?b?{cut[0]}?=\r\n =?UTF-8?B?{cut[1]}?= end")[0] == "Re: 支払い end"


def test_raw_bytes_in_headers_and_bodies() -> None:
    mail = parse("Subject: Zahlung fällt aus\r\nFrom: Jörg <j@b.example>\r\n\r\nfällt aus".encode())
    assert (mail.subject, mail.sender.name, mail.text) == ("Zahlung fällt aus", "Jörg", "fällt aus")
    mail = parse(b"Subject: \xff\xfe broken \x00 here\r\nFrom: a@b.example\r\n\r\n\xc3\x28 and \x00 NUL")
    assert "\ufffd" in mail.subject
    assert mail.text == "\ufffd( and \ufffd NUL"
    assert mail.is_sanitised


def test_what_cannot_be_kept_is_replaced_and_said() -> None:
    """S12"""
    text = "a\x00b \ud800 \x1b[31mred \u202eevil \u200b 🔥 Z\u0351\u0310"
    raw = base64.b64encode(text.encode("utf-8", "surrogatepass"))
    mail = parse(
        b"From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + raw
    )
    assert mail.is_sanitised
    assert "a\ufffdb" in mail.text
    assert "\x1b" not in mail.text
    assert "\u202eevil \u200b 🔥 Z\u0351\u0310" in mail.text


def test_a_mail_of_html_alone_becomes_plain_text() -> None:
    html = (
        "<html><head><title>no</title><style>p{color:red}</style></head><body><p>Hi &amp; <b>bye</b><br>next</p>"
        "<script>alert(1)</script><img src=x onerror=alert(1)><div>last</div>"
        "<blockquote>On 1 Nov 2026 x@y.example wrote: earlier</blockquote></body></html>"
    )
    mail = parse(make_mail(html, extra="Content-Type: text/html; charset=utf-8\n"))
    assert mail.text.startswith("Hi & bye\nnext")
    assert "alert" not in mail.text
    assert "no" not in mail.text.split()
    assert mail.reply == "Hi & bye\nnext\n\nlast"


@pytest.mark.parametrize(
    "html",
    ["<![if x]><p>a", "<!DOCTYPE [<!x", "&#xD800;a"]
    + [
        piece * (300_000 // len(piece))
        for piece in ("<", "<a ", "<!--", '<a "', "<a 'x", "<!", "</", "<td>", "&#", "<ul>", "<script>")
    ],
)
def test_broken_html_is_read_somehow_and_soon(html: str) -> None:
    started = time.monotonic()
    text_of_html(html)
    assert time.monotonic() - started < 2


def test_files_are_kept_as_files_and_never_unpacked() -> None:
    """S10: a zip bomb and a winmail.dat are files like any other."""
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50 * 1024 * 1024))
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content("See the files.")
    message.add_attachment(bomb.getvalue(), maintype="application", subtype="zip", filename="../../etc/bomb.zip")
    message.add_attachment(b"x\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="请求\u202efdp.exe")
    mail = parse(message.as_bytes())
    assert mail.text == "See the files."
    assert [file.name for file in mail.attachments] == ["bomb.zip", "winmail.dat", "请求fdp.exe"]
    assert mail.attachments[0].content == bomb.getvalue()


def test_a_file_that_is_too_large_is_named_and_not_kept() -> None:
    message = EmailMessage()
    message.set_content("Big.")
    message.add_attachment(bytes(LARGEST_FILE + 1), maintype="application", subtype="x-core", filename="core")
    mail = parse(message.as_bytes())
    assert [(file.name, file.is_too_large, file.content) for file in mail.attachments] == [("core", True, b"")]
    assert "file_too_large" in mail.defects


@pytest.mark.parametrize("depth", [5, 40, 500, 20_000])
def test_nested_parts_are_not_followed_for_ever(depth: int) -> None:
    """S10: fifty nested parts, and many more."""
    started = time.monotonic()
    head = "From: a@b.example\r\nSubject: deep\r\n"
    opened = "".join(
        f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n' for level in range(depth)
    )
    mail = parse((head + opened + "Content-Type: text/plain\r\n\r\nat the bottom\r\n").encode())
    assert mail.subject == "deep"
    assert mail.sender.address == "a@b.example"
    assert (depth > 4 * MOST_PARTS) == ("too_many_parts" in mail.defects)
    assert time.monotonic() - started < 10


def test_more_parts_than_a_mail_needs_are_said() -> None:
    message = EmailMessage()
    message.set_content("Many.")
    for number in range(MOST_PARTS + 5):
        message.add_attachment(b"x", maintype="image", subtype="png", filename=f"{number}.png")
    mail = parse(message.as_bytes())
    assert "too_many_parts" in mail.defects
    assert len(mail.attachments) < MOST_PARTS + 1


def test_a_very_long_text_is_cut_and_that_is_said() -> None:
    mail = parse(make_mail("long " * 100_000))
    assert len(mail.text) == 64 * 1024
    assert "cut" in mail.defects


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("Rita <rita@shop.example>", "rita@shop.example"),
        ("rita@shop.example (Rita, the reporter)", "rita@shop.example"),
        ('"Boss, The" <RITA@Shop.Example>', "rita@shop.example"),
        ("=?utf-8?b?Ym9zc0BzaG9wLmV4YW1wbGU=?= <evil@bad.example>", "evil@bad.example"),
        ("Rita rita@shop.example", "rita@shop.example"),
        ("<rita@shop.example", "rita@shop.example"),
        ("undisclosed-recipients:;", ""),
        ("", ""),
    ],
)
def test_who_wrote(header: str, address: str) -> None:
    assert parse(f"From: {header}\r\n\r\nx".encode()).sender.address == address


def test_the_digest_is_the_same_by_every_way_and_another_for_another_mail() -> None:
    one = make_mail()
    other_way = b"Received: from a by b; today\r\nDelivered-To: x@y.example\r\n" + one
    assert parse(one).digest == parse(other_way).digest
    assert len({parse(raw).digest for raw in (one, make_mail("Other."), make_mail(identity="<2@x>"))}) == 3


@pytest.mark.parametrize("name", MAILS)
def test_mutated_recordings_never_raise(name: str) -> None:
    raw, dice = recorded(name)[:20_000], random.Random(name)
    for _ in range(25):
        mutant = bytearray(raw)
        for _ in range(dice.randint(1, 12)):
            at = dice.randrange(len(mutant) + 1)
            mutant[at : at + dice.choice((0, 1, 40))] = dice.choice(
                (
                    b"",
                    b"\0",
                    b"\r\n",
                    b"\xff",
                    b"\r\n\r\n",
                    b"=?x?b?",
                    b"boundary=",
                    b'"',
                    b"\r\nFrom: ",
                    dice.randbytes(3),
                )
            )
        assert is_keepable(parse(bytes(mutant)))


@given(st.binary(max_size=2000))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(raw: bytes) -> None:
    assert is_keepable(parse(raw))


HEADERS = st.sampled_from(["From", "To", "Subject", "Content-Type", "Content-Disposition", "Date", "Message-ID", "X"])
PIECES = st.sampled_from(
    ["=?", "?=", "?q?", "?b?", "utf-8", "<", ">", "@", '"', "(", ")", ";", "boundary=", "multipart/mixed",
     "filename*0*=", "filename=", "charset=", "\\", "a", "\x00", "é", "\ud800", ",", ":", "%FF", "''",
     "message/rfc822", "text/html"]
)  # fmt: skip


@given(st.lists(st.tuples(HEADERS, st.lists(PIECES, max_size=12)), max_size=8), st.lists(PIECES, max_size=30))
@settings(max_examples=400, deadline=None)
def test_no_headers_raise(headers: list[tuple[str, list[str]]], body: list[str]) -> None:
    lines = [f"{name}: {''.join(pieces)}" for name, pieces in headers]
    raw = "\r\n".join([*lines, "", "\r\n".join(body)]).encode("utf-8", "surrogatepass")
    assert is_keepable(parse(raw))
