"""Notes to six chat programs, against stand-ins that check what the real ones check; and hostile text in each."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog.sealing import seal
from notifications.channels.base import ChannelError, ChatAddress
from notifications.channels.chat import write_to
from notifications.channels.chats import PROGRAMS, Note
from notifications.channels.chats.dingtalk import sign as dingtalk_sign
from notifications.channels.chats.feishu import sign as feishu_sign
from notifications.fake_carrier.records import Modes
from notifications.fake_carrier.server import FakeCarrier
from outbound import Answer

SIGNING = ("feishu", "dingtalk")
NOTE = Note(
    "[L1][INC-7] Payment fails", "Being handled.\nService: Checkout", "https://x.example/incidents/7/", "Open INC-7"
)
HOSTILE = (
    "<!channel> <!here|x> <@U123> <https://evil.example|click> @all @channel @here [click](javascript:alert(1)) "
    '<at user_id="all">all</at> <at id=all></at> <@wangwei> **bold** `code` ![x](http://evil.example/x.png) <b>&amp;'
)


@pytest.fixture(scope="module")
def carrier() -> Iterator[FakeCarrier]:
    with FakeCarrier(account_sid="AC1", auth_token="t") as running:
        yield running


@pytest.fixture(autouse=True)
def _allowed(settings: Any, carrier: FakeCarrier) -> Iterator[None]:
    settings.OUTBOUND_ALLOW = [carrier.url.removeprefix("http://")]
    carrier.reset()
    yield
    carrier.assert_nothing_unexpected()


def address(kind: str, url: str, secret: str = "", now: datetime | None = None) -> ChatAddress:
    return ChatAddress(kind, seal(url), seal(secret), now or datetime.now(UTC))


def secret_of(kind: str) -> str:
    return "SEC of the group" if kind in SIGNING else ""


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_group_gets_the_note_with_its_link(carrier: FakeCarrier, kind: str) -> None:
    group = carrier.group(kind, "ops", secret=secret_of(kind))
    write_to(address(kind, group.url, secret_of(kind)), NOTE)
    line = group.expect_message("[L1][INC-7] Payment fails", "Being handled.", "Service: Checkout")
    assert line.links == ("https://x.example/incidents/7/",)
    assert line.mentions == ()


@pytest.mark.parametrize("kind", PROGRAMS)
def test_text_of_strangers_mentions_nobody_and_makes_no_link(carrier: FakeCarrier, kind: str) -> None:
    group = carrier.group(kind, "ops")
    write_to(address(kind, group.url), Note(HOSTILE, HOSTILE))
    line = group.expect_message("javascript:alert(1)", "**bold**" if kind != "mattermost" else "bold")
    assert line.mentions == ()
    assert not [link for link in line.links if not link.startswith("http")]


@pytest.mark.parametrize("kind", SIGNING)
@pytest.mark.parametrize("trouble", ["no secret", "wrong secret", "stale"])
def test_a_wrong_signature_is_refused_for_good(carrier: FakeCarrier, kind: str, trouble: str) -> None:
    group = carrier.group(kind, "ops", secret="right")
    secret = {"no secret": "", "wrong secret": "wrong", "stale": "right"}[trouble]
    moment = datetime.now(UTC) - timedelta(hours=2 if trouble == "stale" else 0)
    with pytest.raises(ChannelError) as caught:
        write_to(address(kind, group.url, secret, moment), NOTE)
    assert caught.value.permanent
    assert caught.value.code == {"feishu": "19021", "dingtalk": "310000"}[kind]


def test_the_signatures_are_those_that_openssl_computes() -> None:
    """Worked out beside the product: ``openssl dgst -sha256`` over the two documented recipes."""
    assert feishu_sign("demo", "1599360473") == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="
    assert dingtalk_sign("demo", "1599360473000") == "eblRZvilBzXa6Ce18IeBM4pMy1rYNWKicaCg6VMwQe0="


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_webhook_that_is_gone_is_not_tried_again(carrier: FakeCarrier, kind: str) -> None:
    with pytest.raises(ChannelError, match="is the address still valid") as caught:
        write_to(address(kind, f"{carrier.chats_url}/{kind}/gone"), NOTE)
    assert caught.value.permanent


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_program_that_wants_rest_gets_it(carrier: FakeCarrier, kind: str) -> None:
    carrier.change_modes(Modes(chat_refusal="429"))
    with pytest.raises(ChannelError) as caught:
        write_to(address(kind, carrier.group(kind, "ops").url), NOTE)
    assert (caught.value.permanent, caught.value.retry_after) == (False, timedelta(seconds=7))


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_server_error_is_tried_again(carrier: FakeCarrier, kind: str) -> None:
    carrier.change_modes(Modes(chat_refusal="500"))
    with pytest.raises(ChannelError) as caught:
        write_to(address(kind, carrier.group(kind, "ops").url), NOTE)
    assert (caught.value.permanent, caught.value.retry_after) == (False, None)


@pytest.mark.parametrize("kind", ["slack", "feishu", "dingtalk", "wecom"])
def test_a_page_of_somebody_else_is_no_success(carrier: FakeCarrier, kind: str) -> None:
    carrier.change_modes(Modes(chat_refusal="garbled"))
    with pytest.raises(ChannelError):
        write_to(address(kind, carrier.group(kind, "ops").url), NOTE)


@pytest.mark.parametrize(
    ("kind", "body", "is_permanent"),
    [
        ("feishu", b'{"code": 11232, "msg": "frequency limited"}', False),
        ("feishu", b'{"code": 19024, "msg": "Key Words Not Found"}', True),
        ("feishu", b'{"code": 99999}', False),
        ("dingtalk", b'{"errcode": 130101, "errmsg": "send too fast"}', False),
        ("dingtalk", b'{"errcode": 400102, "errmsg": "stopped"}', True),
        ("dingtalk", b'{"errcode": -1, "errmsg": "busy"}', False),
        ("wecom", b'{"errcode": 45009, "errmsg": "api freq out of limit"}', False),
        ("wecom", b'{"errcode": 93000, "errmsg": "invalid webhook url"}', True),
        ("wecom", b'{"errcode": true}', False),
        ("slack", b"invalid_token", True),
    ],
)
def test_programs_that_answer_200_whatever_happened_are_read_closely(
    kind: str, body: bytes, is_permanent: bool
) -> None:
    error = PROGRAMS[kind].judge(Answer(200, {}, body))
    assert error is not None
    assert error.permanent is is_permanent
    assert "freq" not in str(error), "what somebody else's server says is not repeated"


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_redirect_is_a_refusal(kind: str) -> None:
    error = PROGRAMS[kind].judge(Answer(302, {"location": "http://127.0.0.1/"}, b""))
    assert error is not None


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_long_note_is_cut_and_keeps_its_link(carrier: FakeCarrier, kind: str) -> None:
    group = carrier.group(kind, "ops")
    write_to(address(kind, group.url), Note("标题" * 300, "很长的描述。" * 5000, NOTE.link, "打开", "zh-hans"))
    assert NOTE.link in group.expect_message("标题").links


def test_an_internal_address_is_refused_when_it_is_sent(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = []
    for url in ("http://169.254.169.254/latest/", "http://127.0.0.1:6379/", "http://[::ffff:10.0.0.1]/", "file:///etc"):
        with pytest.raises(ChannelError) as caught:
            write_to(address("slack", url), NOTE)
        assert caught.value.permanent
        assert url not in str(caught.value)


def test_a_secret_that_no_key_opens_is_told_as_such() -> None:
    with pytest.raises(ChannelError, match="enter it anew") as caught:
        write_to(ChatAddress("slack", "not sealed at all", "", datetime.now(UTC)), NOTE)
    assert caught.value.permanent


def test_an_address_never_shows_its_secrets() -> None:
    assert "hooks.example" not in repr(address("slack", "https://hooks.example/very-secret", "s"))
