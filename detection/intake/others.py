"""Bodies that are no alerts: handshakes, what people click in a chat, news of objects in an inventory. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from detection.intake.fields import bare
from detection.intake.words import ACK

HANDSHAKES = {"subscriptionconfirmation", "unsubscribeconfirmation", "urlverification", "endpointurlvalidation"}
CHANGES = {"created", "updated", "deleted", "create", "update", "delete", "edited", "removed", "added", "renamed"}
ACTIONS = ACK | {"close", "unack", "open", "shelve", "unshelve", "blackout", "assign", "silence", "note", "watch"}
WATCHES = {"severity", "alert", "alerts", "alarm", "incident", "monitor", "trigger", "triggered", "issue", "problem"}
CHATTING = (
    {"updateid", "callbackquery"},
    {"updateid", "message"},
    {"callbackid", "actions"},
    {"responseurl", "user", "channel"},
    {"command", "responseurl"},
    {"command", "teamid"},
    {"teamid", "event", "apiappid"},
    {"serviceurl", "conversation"},
    {"channelid", "conversation", "from"},
)


def kind_of(body: Mapping[str, Any]) -> str:
    """ "handshake", "chat command", "not an alert"; "" for what may be an alert."""
    top = {bare(str(name)): value for name, value in body.items()}
    if _is_handshake(top):
        return "handshake"
    if any(needed <= top.keys() for needed in CHATTING) or _is_click(top):
        return "chat command"
    return "not an alert" if _is_change(body, top) else ""


def _is_handshake(top: Mapping[str, Any]) -> bool:
    kind = bare(str(top.get("type", "")))
    if kind in HANDSHAKES or {"subscribeurl", "token"} <= top.keys():
        return True
    if "zen" in top and "hook" in top:
        return True
    return bool(top.keys() & {"challenge", "validationtoken", "validationcode"}) and len(top) <= 5


def _is_click(top: Mapping[str, Any]) -> bool:
    """A few scalars: do this to that alert."""
    action = top.get("action") or top.get("command")
    if not isinstance(action, str) or bare(action.split(" ")[0]) not in ACTIONS or len(top) > 6:
        return False
    is_flat = not any(isinstance(value, Mapping | list) for value in top.values())
    return is_flat and bool(top.keys() & {"alertid", "alert", "id"}) and not top.keys() & {"title", "name", "severity"}


def _is_change(body: Mapping[str, Any], top: Mapping[str, Any]) -> bool:
    """Something was made, changed or deleted, and nothing in it watches anything."""
    verbs = {bare(str(top.get(name, ""))) for name in ("event", "action", "eventtype", "operation", "changetype")}
    if not verbs & CHANGES and not top.keys() & {"pusher", "snapshots", "commits"}:
        return False
    return not set(_names(body)) & WATCHES


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield bare(str(name))
            yield from _names(entry)
    elif isinstance(value, list):
        for entry in value[:20]:
            yield from _names(entry)
