"""Groups of the chat programs that the fake carrier plays, and what a test may expect of them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from notifications.fake_carrier.records import make_sid, now

if TYPE_CHECKING:
    from notifications.fake_carrier.carrier import Carrier

TIMEOUT_SECONDS = 5.0
SHOWN_LINES = 10
PROGRAM_NAMES = {
    "slack": "Slack",
    "teams": "Microsoft Teams",
    "mattermost": "Mattermost",
    "feishu": "飞书 Feishu",
    "dingtalk": "钉钉 DingTalk",
    "wecom": "企业微信 WeCom",
}


@dataclass
class ChatLine:
    """One message as the group's members see it. ``mentions``: whom it would have made look up."""

    text: str
    links: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    is_expected: bool = False
    key: str = ""
    """By which the sender knows a repeat."""
    at: datetime = field(default_factory=now)


@dataclass
class ChatGroup:
    """``key`` is the secret part of its webhook's address, or the id of a group that was made by the API."""

    kind: str
    key: str
    name: str
    secret: str = ""
    topic: str = ""
    members: list[str] = field(default_factory=list)
    is_made_by_us: bool = False
    """Made through the API: the chat group of an incident."""
    is_private: bool = False
    lines: list[ChatLine] = field(default_factory=list)
    sid: str = field(default_factory=lambda: make_sid("CH"))

    @property
    def newest(self) -> list[ChatLine]:
        return self.lines[::-1][:SHOWN_LINES]

    @property
    def program(self) -> str:
        return PROGRAM_NAMES[self.kind]


class Group:
    """A group in a test's hand: `carrier.group("slack", "ops").expect_message("level 1")`."""

    def __init__(self, carrier: "Carrier", group: ChatGroup) -> None:
        self.carrier = carrier
        self.group = group

    @property
    def url(self) -> str:
        """The address of its webhook."""
        return f"{self.carrier.chats_url}/{self.group.kind}/{self.group.key}"

    def expect_message(self, *words: str, timeout: float = TIMEOUT_SECONDS) -> ChatLine:
        def find() -> ChatLine | None:
            fresh = (line for line in self.group.lines if not line.is_expected)
            return next((line for line in fresh if all(word.lower() in line.text.lower() for word in words)), None)

        line = self.carrier.exchange.wait_for(find, timeout=timeout)
        if line is None:
            seen = [each.text for each in self.group.lines]
            raise AssertionError(f"{self.group.name} did not get a message with {words}, only {seen}.")
        line.is_expected = True
        return line

    def expect_nothing(self) -> None:
        if fresh := unexpected_in(self.group):
            raise AssertionError(f"{self.group.name} expected nothing, but got:\n  " + "\n  ".join(fresh))


def unexpected_in(group: ChatGroup) -> list[str]:
    return [f"{group.program} {group.name}: {line.text}" for line in group.lines if not line.is_expected]
