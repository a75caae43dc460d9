"""Verbs of the chats that are told of incidents. Addresses are judged when they are saved and when they are called."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import Person, Team
from catalog.sealing import seal
from incidents.models import Level
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from notifications.channels.base import ChannelError, ChatAddress
from notifications.channels.chat import write_to
from notifications.channels.chats import Note
from notifications.models import ChatHook, PagingSettings
from notifications.models.chat import ChatKind
from notifications.services.scheduling import may_schedule
from notifications.warrooms import ROOMS
from outbound import OutboundError, check_url

SIGNED = (ChatKind.FEISHU, ChatKind.DINGTALK)
"""Programs that sign with a secret."""


@dataclass(frozen=True)
class TestResult:
    """All that is told of a test: nothing of what the other server said."""

    is_success: bool
    milliseconds: int
    error: str = ""


def may_change_chats(person: Person) -> bool:
    return may_schedule(person)


def save_chat(
    chat: ChatHook | None,
    *,
    actor: Person,
    via: str,
    name: str,
    kind: str,
    team: Team | None,
    levels: Sequence[int],
    language: str,
    is_active: bool,
    url: str = "",
    secret: str = "",
    forget_secret: bool = False,
) -> ChatHook:
    """Add a chat, or change one. An empty ``url`` or ``secret`` leaves what is there."""
    if not may_change_chats(actor):
        raise NotPermitted("save_chat")
    _refuse_odd_levels(levels)
    if chat is None and not url:
        raise InputRefused(url=_("Enter the address of the webhook."))
    if url:
        _check_address(url, actor=actor, via=via, chat=chat)
    facts = {"name": name, "kind": kind, "team": team, "levels": sorted(set(levels)), "language": language}
    sealed = {"sealed_url": seal(url)} if url else {}
    if secret or forget_secret or kind not in SIGNED:
        sealed["sealed_secret"] = seal(secret) if kind in SIGNED else ""
    return _write(chat, actor, via, {**facts, "is_active": is_active}, sealed)


@transaction.atomic
def _write(
    chat: ChatHook | None, actor: Person, via: str, facts: dict[str, object], sealed: dict[str, str]
) -> ChatHook:
    kept = chat or ChatHook()
    if chat is not None:
        lock(chat)
    if ChatHook.objects.filter(name=facts["name"]).exclude(pk=kept.pk).exists():
        raise InputRefused(name=_("A chat of this name is there already."))
    changed = [name for name, value in facts.items() if getattr(kept, name, None) != value]
    for name, value in {**facts, **sealed}.items():
        setattr(kept, name, value)
    kept.save()
    # Of the secrets only that they were changed: neither is ever shown again.
    data = {"changed": [*changed, *(name.removeprefix("sealed_") for name in sealed)]}
    record_event(kept, "edit_chat" if chat else "add_chat", actor=actor, via=via, data=data)
    return kept


def try_chat(chat: ChatHook, *, actor: Person, via: str) -> TestResult:
    """Write a test message to the chat at once, and say whether it took it and how long that took."""
    if not may_change_chats(actor):
        raise NotPermitted("try_chat")
    address = ChatAddress(chat.kind, chat.sealed_url, chat.sealed_secret, clock.now())
    begun = time.monotonic()
    try:
        write_to(address, _test_note(chat, actor))
        error = None
    except ChannelError as failure:
        error = failure
    milliseconds = round((time.monotonic() - begun) * 1000)
    data = {"is_success": error is None, "code": error.code if error else "", "milliseconds": milliseconds}
    record_event(chat, "try_chat", actor=actor, via=via, data=data)
    return TestResult(error is None, milliseconds, str(error) if error else "")


def _test_note(chat: ChatHook, actor: Person) -> Note:
    with translation.override(chat.language):
        text = _("%(person)s tests whether this chat can be written to. Nothing is wrong.") % {"person": actor.name}
        return Note(_("Test message of Mainstay"), text, language=chat.language)


def _check_address(url: str, *, actor: Person, via: str, chat: ChatHook | None) -> None:
    """A refusal is written down: somebody may be looking for a way into the network."""
    try:
        check_url(url)
    except OutboundError as error:
        data = {"reason": error.code, "chat": chat.name if chat else ""}
        record_event(actor, "refuse_address", actor=actor, via=via, data=data)
        raise InputRefused(url=str(error)) from error


def _refuse_odd_levels(levels: Sequence[int]) -> None:
    if set(levels) - set(Level.objects.values_list("pk", flat=True)):
        raise InputRefused(levels=_("There is no such level."))


@transaction.atomic
def set_war_rooms(*, actor: Person, via: str, levels: Sequence[int], kind: str) -> PagingSettings:
    """For which levels a chat group is made by itself, and in which program (empty: the one that is set up)."""
    if not may_change_chats(actor):
        raise NotPermitted("set_war_rooms")
    _refuse_odd_levels(levels)
    if kind and kind not in ROOMS:
        raise InputRefused(kind=_("No groups can be made in this program."))
    chosen = PagingSettings.objects.get(pk=1)
    lock(chosen)
    chosen.war_room_levels, chosen.war_room_kind = sorted(set(levels)), kind
    chosen.save(update_fields=["war_room_levels", "war_room_kind"])
    record_event(chosen, "set_war_rooms", actor=actor, via=via, data={"levels": chosen.war_room_levels, "kind": kind})
    return chosen
