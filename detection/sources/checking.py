"""Whether the options of a source can be used: known names, plain texts, addresses that may be called."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from detection.sources import KINDS, Option
from detection.sources.asking import Access
from detection.sources.errors import SourceError
from detection.sources.hosts import address_of
from lifecycle.transitions import InputRefused
from outbound import OutboundError, check_url

LONGEST = 500


def checked_options(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the kind asks for, each as its type. Raises InputRefused by name."""
    known = {option.name: option for option in KINDS[kind].options}
    errors = {name: _("This kind of source has no such option.") for name in given if name not in known}
    values: dict[str, Any] = {}
    for name, option in known.items():
        try:
            value = _read(option, given.get(name))
        except ValueError as error:
            errors[name] = str(error)
        else:
            if value not in ("", None):
                values[name] = value
    if not errors:
        errors |= _place_errors(kind, values)
    if errors:
        raise InputRefused(**errors)
    return values


def _read(option: Option, value: Any) -> Any:
    if value in (None, ""):
        if option.required and not option.default:
            raise ValueError(_("This is needed."))
        return option.default
    if option.kind == "flag":
        return value in (True, "on", "true", "True", "yes", 1, "1")
    if option.kind == "number":
        if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit() or len(str(value)) > 9:
            raise ValueError(_("Enter a whole number."))
        return int(value)
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > LONGEST or not text.isprintable():
        raise ValueError(_("Enter a printable text of at most %(count)d letters.") % {"count": LONGEST})
    return text


def _place_errors(kind: str, values: dict[str, Any]) -> dict[str, str]:
    """Refused when it is saved, and again whenever it is connected to: names change what they stand for."""
    if "port" in values and not 0 < values["port"] < 65536:
        return {"port": _("Enter a port from 1 to 65535.")}
    if url := values.get("url"):
        try:
            check_url(url)
        except OutboundError as error:
            return {"url": str(error)}
    if "host" in values:
        try:
            address_of(Access(values), values["port"])
        except SourceError as error:
            return {"host": str(error)}
    if kind == "sqlite":
        from detection.sources.sqlite import file_of

        try:
            file_of(Access(values))
        except SourceError as error:
            return {"path": str(error)}
    return {}
