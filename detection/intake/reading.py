"""From bytes to a body. Whatever can be read is read: a letter that cannot be kept is replaced, not refused. Pure."""

import json
import math
import re
from typing import Any
from urllib.parse import parse_qsl

from detection.intake.signal import NotUnderstood
from detection.rules.words import gettext_noop
from lifecycle.text import sanitise_all

_ = gettext_noop

LARGEST = 5 * 1024 * 1024
DEEPEST = 32
MOST_DIGITS = 18
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def text_of(raw: bytes) -> tuple[str, bool]:
    """The text, and whether letters had to be replaced. UTF-8, or UTF-16 where a byte-order mark says so."""
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding), False
    except UnicodeDecodeError:
        return raw.decode(encoding, "replace"), True


def depth_of(text: str) -> int:
    """How deep brackets nest, at most DEEPEST + 1; nothing is built meanwhile."""
    depth = deepest = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        letter = found[0][0]
        if letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEEPEST:
                break
        elif letter in "]}":
            depth -= 1
    return deepest


def read(raw: bytes) -> tuple[Any, bool]:
    """The body as dicts, lists, texts and finite numbers; and whether something had to be replaced in it.

    JSON, or a form (``payload=`` with JSON in it, or plain fields). Raises NotUnderstood.
    """
    text, is_sanitised = text_of(raw)
    body = _of_text(text)
    clean = sanitise_all(body)
    return clean, is_sanitised or clean != body


def _of_text(text: str) -> Any:
    text = text.strip()
    if not text:
        raise NotUnderstood(_("The body is empty."))
    if text[0] not in '{["' and "=" in text:
        return _of_form(text)
    return parse(text)


def _of_form(text: str) -> Any:
    try:
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=1000, errors="replace"))
    except ValueError as error:
        raise NotUnderstood(_("The form has too many fields.")) from error
    inner = fields.get("payload") or fields.get("data") or ""
    return parse(inner) if inner.lstrip().startswith(("{", "[")) else fields


def parse(text: str) -> Any:
    """JSON. Raises NotUnderstood."""
    if depth_of(text) > DEEPEST:
        raise NotUnderstood(_("The body is nested too deeply."), f"> {DEEPEST}")
    try:
        return json.loads(text, parse_constant=lambda _name: None, parse_float=_float, parse_int=_int, strict=False)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(_("The body is no JSON."), str(error)[:200]) from error


def _float(digits: str) -> Any:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _int(digits: str) -> Any:
    return int(digits) if len(digits) <= MOST_DIGITS + 1 else digits[:100]
