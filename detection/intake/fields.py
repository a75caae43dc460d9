"""A body as a flat list of its fields: where each stands and what it is called, whatever way it is written. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_FIELDS = 2000
MOST_LABELS, LONGEST_LABEL, LONGEST_NAME = 64, 200, 80
MOST_LINKS, LONGEST_LINK = 8, 500
BEFORE = re.compile(r"^(previous|prev|old|last(?!updated|seen|occur)|former|prechange|postchange|snapshot)")
"""How the names of fields begin that speak of another time."""
_URL = re.compile(r"^https?://[^\s<>\"']+$")


@dataclass(frozen=True)
class Field:
    """``name`` and ``parent`` are bare: ``current_state`` and ``CurrentState`` are both "currentstate"."""

    path: tuple[str, ...]
    name: str
    parent: str
    value: Any

    @property
    def depth(self) -> int:
        return len(self.path)

    @property
    def names(self) -> tuple[str, ...]:
        """Alone and with its parent: ``monitor: {name}`` is a "monitorname" too."""
        return (self.parent + self.name, self.name) if self.parent else (self.name,)


def bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def as_text(value: Any) -> str:
    """A scalar as people write it; anything else is ""."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else ""


def fields_of(body: Any) -> list[Field]:
    """Every scalar with a value, nearest to the top first. What speaks of another time is left out."""
    found: list[Field] = []
    for field in _walk(body, ()):
        found.append(field)
        if len(found) >= MOST_FIELDS:
            break
    return sorted(found, key=lambda field: field.depth)


def _walk(value: Any, path: tuple[str, ...]) -> Iterator[Field]:
    if isinstance(value, Mapping):
        for name, entry in value.items():
            if not BEFORE.match(bare(str(name))):
                yield from _walk(entry, (*path, str(name)))
    elif isinstance(value, list):
        for number, entry in enumerate(value[:20]):
            yield from _walk(entry, (*path, str(number)))
    elif path and value not in (None, ""):
        words = [bare(part) for part in path if not part.isdigit()]
        yield Field(path, words[-1] if words else "", words[-2] if len(words) > 1 else "", value)


def unwrapped(body: Any) -> Any:
    """A body whose message is JSON written as a text (Amazon's SNS, queues) is that JSON, within what is around it."""
    if not isinstance(body, Mapping):
        return body
    for name, value in body.items():
        if bare(str(name)) in ("message", "payload", "body", "detail") and _looks_like_json(value):
            try:
                inner = json.loads(value)
            except (ValueError, RecursionError):
                continue
            if isinstance(inner, Mapping):
                return inner
    return body


def _looks_like_json(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip().startswith("{") and value.count("{") < 1000


def flat_labels(value: Any) -> dict[str, str]:
    """Every short scalar by its dotted path; ``tags: ["env:prod"]`` and ``[{name, value}]`` as pairs."""
    labels: dict[str, str] = {}
    for name, text in _pairs(value, ""):
        if len(labels) >= MOST_LABELS:
            break
        if text and len(text) <= LONGEST_LABEL and 0 < len(name) <= LONGEST_NAME:
            labels.setdefault(name, text)
    return labels


def _pairs(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        if isinstance(name := value.get("name") or value.get("key"), str) and as_text(value.get("value")):
            yield name, as_text(value["value"])
            return
        later = []
        for name, entry in value.items():
            if isinstance(entry, Mapping | list):
                later.append((f"{path}{name}", entry))
            elif not BEFORE.match(bare(str(name))):
                yield f"{path}{name}", as_text(entry)
        for name, entry in later:
            is_labels = bare(name.rpartition(".")[2]) in ("labels", "tags", "dimensions", "customdetails")
            yield from _pairs(entry, "" if is_labels else f"{name}.")
    elif isinstance(value, list):
        for entry in value[:20]:
            if isinstance(entry, str) and ":" in entry and not path:
                name, _colon, text = entry.partition(":")
                yield name.strip(), text.strip()
            elif isinstance(entry, Mapping):
                yield from _pairs(entry, path)


def links_in(body: Any) -> Sequence[str]:
    """Addresses of web pages, nothing but http and https."""
    texts = (field.value for field in fields_of(body) if isinstance(field.value, str))
    good = [text for text in texts if len(text) <= LONGEST_LINK and _URL.match(text)]
    return list(dict.fromkeys(good))[:MOST_LINKS]
