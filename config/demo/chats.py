"""The demo company's chats: their programs are played by the fake carrier, which checks their signatures."""

import secrets

from django.conf import settings

from catalog.models import Language, Team
from catalog.sealing import seal
from notifications.models import ChatHook, PagingSettings
from notifications.models.chat import ChatKind


def add_chats(team: Team) -> None:
    """One of the team's own, told of Levels 1 and 2 in Chinese, and one of the whole company, told of Level 1."""
    _add("支付值班群", ChatKind.FEISHU, "payments_oncall", team=team, levels=[1, 2], language=Language.CHINESE)
    PagingSettings.objects.update(war_room_levels=[1])
    _add("#incidents", ChatKind.SLACK, "incidents", team=None, levels=[1], language=Language.ENGLISH)


def _add(name: str, kind: ChatKind, key: str, *, team: Team | None, levels: list[int], language: Language) -> None:
    """Not by ``save_chat``: it would look the address up, and without a fake carrier there is none."""
    ChatHook.objects.create(
        name=name,
        kind=kind,
        sealed_url=seal(f"{settings.FAKE_CARRIER_URL or 'https://chat.invalid'}/chats/{kind}/{key}"),
        sealed_secret=seal(secrets.token_hex(16)) if kind == ChatKind.FEISHU else "",
        team=team,
        levels=levels,
        language=language,
        is_active=bool(settings.FAKE_CARRIER_URL),
    )
