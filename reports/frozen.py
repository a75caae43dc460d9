"""Freezing figures: one way of writing them, their hash, and what has changed since. Values in, values out."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Frozen:
    """What signing writes down: the figures, how they came about, and the sentences written from them."""

    numbers: dict[str, Any]
    made_by: dict[str, Any]
    sentences: dict[str, dict[str, str]]

    @property
    def digest(self) -> str:
        return digest_of(self.numbers)


@dataclass(frozen=True)
class Difference:
    """A figure that is not what it was; None where it is absent on one side."""

    path: str
    frozen: Any
    now: Any


def canonical(numbers: dict[str, Any]) -> bytes:
    """The same figures always give the same bytes: keys sorted, no blanks, UTF-8."""
    return json.dumps(numbers, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def digest_of(numbers: dict[str, Any]) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(numbers)).hexdigest()


def differences(frozen: dict[str, Any], now: dict[str, Any]) -> list[Difference]:
    """Every figure that differs, by its path ("durations recover 1 median").

    Entries of a list are matched by their ``key``, ``slug`` or ``id``: a service that is new, or an order that has
    changed, does not make every later entry differ. Of a report that was signed before a figure existed, that figure
    is not compared.
    """
    old = dict(_leaves(frozen))
    new = dict(_leaves({name: part for name, part in now.items() if name in frozen}))
    paths = sorted(old.keys() | new.keys())
    return [Difference(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)]


def _name(entry: Any, number: int) -> Any:
    if not isinstance(entry, dict):
        return number
    if "key" in entry:
        return "/".join(entry["key"])
    return entry.get("slug", entry.get("id", number))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    items: Any
    if isinstance(value, dict):
        items = ((key, entry) for key, entry in value.items() if key != "key")
    elif isinstance(value, list):
        items = ((_name(entry, number), entry) for number, entry in enumerate(value, start=1))
    else:
        yield path, value
        return
    for key, entry in items:
        yield from _leaves(entry, f"{path} {key}".strip())
