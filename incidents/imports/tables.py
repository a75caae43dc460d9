"""A TOML table that is read key by key and gathers everything that is wrong with it. Pure."""

from collections.abc import Mapping
from typing import Any

MISSING = object()


class Table:
    """A table of the TOML file that notes which keys were asked for and what is wrong with them."""

    def __init__(self, entries: Any, path: str, faults: list[str]) -> None:
        self.path, self.faults = path, faults
        if not isinstance(entries, Mapping):
            self.complain("", "must be a table")
            entries = {}
        self.entries: Mapping[str, Any] = entries
        self.asked: dict[str, Table | None] = {}

    def complain(self, key: str, what: str) -> None:
        place = ".".join(part for part in (self.path, key) if part)
        self.faults.append(f"{place}: {what}")

    def take(self, key: str, kind: type | tuple[type, ...], words: str, default: Any) -> Any:
        self.asked.setdefault(key, None)
        value = self.entries.get(key, default)
        if value is MISSING:
            self.complain(key, "is missing")
        elif value is not default and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            self.complain(key, f"must be {words}")
        else:
            return value
        return None

    def text(self, key: str, default: Any = "") -> str:
        return self.take(key, str, "a text", default) or ""

    def flag(self, key: str) -> bool:
        return bool(self.take(key, bool, "true or false", False))

    def texts(self, key: str, default: Any = ()) -> tuple[str, ...]:
        """A list of texts; one text counts as a list of one."""
        value = self.take(key, (str, list, tuple), "a text or a list of texts", default)
        listed = (value,) if isinstance(value, str) else tuple(value or ())
        if not all(isinstance(entry, str) for entry in listed):
            self.complain(key, "must be a text or a list of texts")
            return ()
        return listed

    def table(self, key: str) -> "Table":
        found = self.asked.get(key) or Table(self.entries.get(key, {}), f"{self.path}.{key}".strip("."), self.faults)
        self.asked[key] = found
        return found

    def numbers(self, key: str, lowest: int, highest: int) -> dict[str, int]:
        """A table whose values are whole numbers of this range."""
        found = self.table(key)
        numbers = {}
        for word in found.entries:
            number = found.take(word, int, "a whole number", 0)
            if number is not None and not lowest <= number <= highest:
                found.complain(word, f"must lie between {lowest} and {highest}")
            elif number is not None:
                numbers[word] = number
        return numbers

    def columns(self, key: str) -> dict[str, str]:
        """A table of our name -> column."""
        found = self.table(key)
        return {name: found.text(name) for name in found.entries}

    def refuse_the_rest(self) -> None:
        """A key that nobody asked for is a slip of the pen."""
        for key in self.entries.keys() - self.asked.keys():
            known = ", ".join(sorted(self.asked))
            self.complain(key, f"is not known here (known: {known})")
        for inner in self.asked.values():
            if inner is not None:
                inner.refuse_the_rest()
