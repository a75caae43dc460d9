"""SMS through a gateway with an HTTP interface of its own, described by the environment (docs/chat.md has examples).

What is filled in never becomes syntax: templates are read first, and only their texts are filled.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.utils import translation

from notifications.channels.base import ChannelError, Fault, Message
from outbound import Answer, OutboundError, request

DEFAULT_BODY = '{"to": "{to}", "text": "{text}", "id": "{id}"}'
CHINA = "+86"
BUSY = timedelta(seconds=60)


@dataclass(frozen=True)
class GatewayChannel:
    provider: str = "gateway"

    def send(self, message: Message) -> str:
        if not settings.SMS_GATEWAY_URL:
            raise ChannelError("No SMS gateway is configured.", code="unconfigured", fault=Fault.SETTING)
        answer = _call(values_of(message))
        _refuse_failure(answer)
        told = pick(answer.json(), settings.SMS_GATEWAY_ID_PATH)
        return str(told)[:64] if isinstance(told, str | int) and told != "" else message.token

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        """A gateway cannot be asked. It gets the same ``{id}`` at every attempt and may know a repeat by it."""
        return None


def values_of(message: Message) -> dict[str, str]:
    """What templates may name. National numbers and a signature in brackets are how mainland gateways want it."""
    number = message.destination
    if settings.SMS_GATEWAY_NUMBERS == "national" and number.startswith(CHINA):
        number = number.removeprefix(CHINA)
    elif settings.SMS_GATEWAY_NUMBERS == "digits":
        number = number.removeprefix("+")
    return {"to": number, "text": f"{settings.SMS_GATEWAY_PREFIX}{message.body}", "id": message.token}


def fill(template: Any, values: dict[str, str]) -> Any:
    """The template with ``{to}``, ``{text}`` and ``{id}`` filled in, in texts only; nothing that was filled in is
    looked at again."""
    if isinstance(template, dict):
        return {name: fill(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, values) for value in template]
    if not isinstance(template, str):
        return template
    filled, rest = "", template
    while rest:
        name = next((name for name in values if rest.startswith(f"{{{name}}}")), "")
        filled += values[name] if name else rest[0]
        rest = rest[len(name) + 2 :] if name else rest[1:]
    return filled


def pick(told: Any, path: str) -> Any:
    """What stands at ``data.0.id``; None where nothing does."""
    for step in path.split(".") if path else []:
        if isinstance(told, dict):
            told = told.get(step)
        elif isinstance(told, list) and step.isdecimal() and int(step) < len(told):
            told = told[int(step)]
        else:
            return None
    return told if path else None


def is_taken(answer: Answer) -> bool:
    """``code=0`` or ``data.result=ok,accepted``: what must stand there besides a good status; empty: the status
    alone."""
    path, equals, wanted = settings.SMS_GATEWAY_SUCCESS.partition("=")
    if not equals:
        return answer.is_success
    found = pick(answer.json(), path)
    return answer.is_success and found is not None and str(found) in wanted.split(",")


def _call(values: dict[str, str]) -> Answer:
    is_form = settings.SMS_GATEWAY_FORMAT == "form"
    body = b"" if settings.SMS_GATEWAY_METHOD == "GET" else _body(values, is_form=is_form)
    kind = "application/x-www-form-urlencoded" if is_form else "application/json"
    headers = {"Content-Type": f"{kind}; charset=utf-8", **settings.SMS_GATEWAY_HEADERS}
    try:
        return request(settings.SMS_GATEWAY_METHOD, _url(values), headers=headers, body=body)
    except OutboundError as error:
        fault = Fault.SETTING if error.permanent else Fault.CARRIER
        with translation.override("en"):
            raise ChannelError(str(error), code=error.code, fault=fault, is_unsure=error.was_sent) from error


def _url(values: dict[str, str]) -> str:
    """Only the query is filled in: whom to call is never up to a message."""
    parts = urlsplit(settings.SMS_GATEWAY_URL)
    query = urlencode([(name, fill(value, values)) for name, value in parse_qsl(parts.query, keep_blank_values=True)])
    return urlunsplit(parts._replace(query=query))


def _body(values: dict[str, str], *, is_form: bool) -> bytes:
    template = settings.SMS_GATEWAY_BODY
    if is_form:
        pairs = parse_qsl(template or "to={to}&text={text}&id={id}", keep_blank_values=True)
        return urlencode([(name, fill(value, values)) for name, value in pairs]).encode()
    return json.dumps(fill(json.loads(template or DEFAULT_BODY), values)).encode()


def _refuse_failure(answer: Answer) -> None:
    """What the gateway said is not repeated; its code is, where it is a number or a short word."""
    if is_taken(answer):
        return
    found = pick(answer.json(), settings.SMS_GATEWAY_SUCCESS.partition("=")[0])
    code = str(found) if isinstance(found, int | str) and str(found).isalnum() else str(answer.status)
    if answer.status == 429:
        wait = BUSY if answer.retry_after is None else timedelta(seconds=answer.retry_after)
        raise ChannelError("The SMS gateway takes no more for a while.", code=code[:20], retry_after=wait)
    if answer.status in (401, 403):
        raise ChannelError("The SMS gateway refuses our account.", code=code[:20], fault=Fault.ACCOUNT)
    permanent = answer.is_success or (400 <= answer.status < 500 and answer.status != 408)
    raise ChannelError("The SMS gateway refuses the message.", code=code[:20], permanent=permanent)
