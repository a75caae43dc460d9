"""The words that go out: short, in the reader's language, and nobody's instructions to a phone or a mail program."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.models import Service
from incidents.models import Incident, Level
from incidents.models.status import Status
from lifecycle.models import Event
from notifications.models import Channel, Purpose
from notifications.segments import count_segments
from notifications.speech import MOST_SECONDS, seconds
from notifications.wording import Words, compose, menu

TOLD = (Purpose.PAGE, Purpose.INITIAL, Purpose.PROGRESS, Purpose.RECTIFIED, Purpose.OVERDUE)
LANGUAGES = ("en", "zh-hans")
REPORTED_AT = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
WORDS = st.text(max_size=300) | st.text(
    alphabet=f"支付接口不可用تعطل الدفع{FAMILY}\r\n\x1b<>&'\"{{}}%… aé€", max_size=10_000
)


def words(channel: str, *, purpose: str = Purpose.PAGE, language: str = "en", **more: Any) -> Words:
    """What is said of a Level 1 incident that was never stored."""
    incident = Incident(
        pk=more.get("number", 1234),
        title=more.get("title", "Payment API down"),
        service=Service(name=more.get("service", "Card payments")),
        level=Level(number=1),
        status=Status.REPORTED,
        reported_at=REPORTED_AT,
        description=more.get("description", ""),
    )
    cause = more.get("cause")
    zone = more.get("zone", "")
    return compose(incident=incident, language=language, channel=channel, purpose=purpose, cause=cause, zone=zone)


def sms(**more: Any) -> str:
    return words(Channel.SMS, **more).body


def spoken(**more: Any) -> str:
    return words(Channel.VOICE, **more).body


def test_a_page_by_sms_has_level_and_number_first_and_the_reply_code_last() -> None:
    assert sms() == "[L1] INC-1234 Card payments - Payment API down - reply 4 1234"
    assert count_segments(sms()) == 1


def test_a_page_by_sms_in_chinese() -> None:
    text = sms(language="zh-hans", title="支付接口不可用", service="银行卡收单")
    assert text.startswith("[L1] INC-1234 银行卡收单 · 支付接口不可用 · ")
    assert text.endswith("4 1234")
    assert count_segments(text) == 1


def test_a_title_of_any_length_leaves_room_for_the_reply_code() -> None:
    text = sms(language="zh-hans", title="支付接口不可用" * 40)
    assert text.endswith("4 1234")
    assert "…" in text
    assert count_segments(text) == 2


def test_a_notice_by_sms_says_what_has_happened() -> None:
    text = sms(purpose=Purpose.INITIAL, title="支付接口不可用" * 40)
    assert "An incident was reported. Status: Reported." in text
    assert count_segments(text) == 2


def test_a_call_says_number_and_level_first_and_the_number_digit_by_digit() -> None:
    assert spoken() == "Incident 1 2 3 4, level 1, Card payments. Payment API down."


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_call_with_its_menu_takes_twenty_seconds(language: str) -> None:
    for title in ("Payment API down " * 600, "支付接口不可用" * 1400, "0123456789" * 1000):
        told = f"{spoken(title=title, language=language)} {menu(language)}"
        assert 15 < seconds(told) <= MOST_SECONDS


def test_moments_are_told_in_the_readers_zone() -> None:
    cause = Event(verb="warn", data={"percent": 80, "clock": "recovery", "due_at": REPORTED_AT.isoformat()})
    text = sms(purpose=Purpose.WARNING, cause=cause, zone="Asia/Shanghai")
    assert "11-22 03:02 (UTC+08)" in text
    assert "11-21 19:02 (UTC+00)" in sms(purpose=Purpose.WARNING, cause=cause)
    assert "11-22 00:32 (UTC+05:30)" in sms(purpose=Purpose.WARNING, cause=cause, zone="Asia/Kolkata")


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE, Channel.EMAIL])
@pytest.mark.parametrize("title", ["{{ 7*7 }}", "{% include 'x' %}", "%(secret)s %d %%", "{0.__class__}", "${7*7}"])
def test_s3_templates_in_a_title_are_text(channel: str, title: str) -> None:
    said = words(channel, title=title, service=title)
    assert "49" not in f"{said.subject}{said.body}"
    if channel != Channel.VOICE:
        assert title in f"{said.subject}{said.body}"


@pytest.mark.parametrize("title", ["a\r\nBcc: eve@example.com", "a\nb", "a\x1b[31mb", "a\u2028b", "a\u202eb"])
def test_s13_a_title_stays_on_one_line(title: str) -> None:
    mail = words(Channel.EMAIL, title=title, description="one\ntwo\x1b[2J\x07")
    for line in (mail.subject, sms(title=title), spoken(title=title)):
        assert len(line.splitlines()) == 1
        assert not set("\x1b\u202e") & set(line)
    assert "\r" not in mail.body
    assert "\x1b" not in mail.body
    assert "one\ntwo" in mail.body


def test_the_subject_of_a_mail_is_the_same_for_every_purpose() -> None:
    subjects = {words(Channel.EMAIL, purpose=purpose).subject for purpose in TOLD}
    assert subjects == {"[L1][INC-1234] Payment API down"}


@given(title=WORDS, service=WORDS, language=st.sampled_from(LANGUAGES), number=st.integers(1, 10**9))
@example(title=FAMILY * 50, service=FAMILY * 50, language="zh-hans", number=10**9)
def test_any_page_by_sms_is_one_line_of_two_parts_with_the_code_last(
    title: str, service: str, language: str, number: int
) -> None:
    text = sms(title=title, service=service, language=language, number=number)
    assert text.startswith(f"[L1] INC-{number}")
    assert text.endswith(f"4 {number}")
    assert text.splitlines() == [text]
    assert count_segments(text) <= 2


@given(title=WORDS, service=WORDS, language=st.sampled_from(LANGUAGES), purpose=st.sampled_from(TOLD))
def test_any_notice_by_sms_is_one_line_of_two_parts(title: str, service: str, language: str, purpose: str) -> None:
    text = sms(title=title, service=service, language=language, purpose=purpose)
    assert text.splitlines() == [text]
    assert count_segments(text) <= 2


@given(title=WORDS, service=WORDS, language=st.sampled_from(LANGUAGES), purpose=st.sampled_from(TOLD))
@example(title="<speak><break time='60s'/></speak>", service="&lt;", language="en", purpose=Purpose.PAGE)
def test_s14_any_call_is_short_and_carries_no_markup(title: str, service: str, language: str, purpose: str) -> None:
    text = spoken(title=title, service=service, language=language, purpose=purpose)
    assert not set("<>&\n\x1b") & set(text)
    keys = menu(language) if purpose == Purpose.PAGE else ""
    assert seconds(f"{text} {keys}") <= MOST_SECONDS
