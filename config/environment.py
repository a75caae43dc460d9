"""Reads typed settings from environment variables, so that a misspelt value fails at start and by name."""

import json
import os
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The variable, or the default; without either the process refuses to start."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def flag(name: str, default: bool) -> bool:
    """``on``/``off`` (also true/false, yes/no, 1/0)."""
    value = os.environ.get(name)
    if value is None or value == "":
        return default
    if value.lower() in {"on", "true", "yes", "1"}:
        return True
    if value.lower() in {"off", "false", "no", "0"}:
        return False
    raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}.")


def number(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def database(name: str, default: str) -> Any:
    """A database by its address. Several hosts stand as libpq writes them, ``one:5432,two:5432``: they are tried in
    turn, and with ``?target_session_attrs=read-write`` only the one that takes writes is good."""
    url = urlsplit(os.environ.get(name) or default)
    user, at, places = url.netloc.rpartition("@")
    if "," not in places:
        return dj_database_url.parse(url.geturl())
    hosts, ports = zip(*map(_split_port, places.split(",")), strict=True)
    found = dj_database_url.parse(url._replace(netloc=f"{user}{at}{hosts[0]}").geturl())
    return found | {"HOST": ",".join(hosts).replace("[", "").replace("]", ""), "PORT": ",".join(ports)}


def _split_port(place: str) -> tuple[str, str]:
    """``[::1]:5432`` and ``::1`` in brackets too."""
    host, colon, port = place.rpartition(":")
    return (host, port) if colon and not port.endswith("]") else (place, "")


def pairs(name: str) -> dict[str, str]:
    """A JSON object of texts, such as ``{"Authorization": "Bearer abc"}``."""
    try:
        found = json.loads(os.environ.get(name) or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ImproperlyConfigured(f"{name} must be a JSON object of texts.")  # never its value: it may hold a secret
    return found


def prefixed(prefix: str) -> dict[str, str]:
    """Every variable whose name starts so, by the rest of its name."""
    return {name.removeprefix(prefix): value for name, value in os.environ.items() if name.startswith(prefix)}
