"""Reads the parameters of a rule, whatever was typed or posted, into values that the kind can trust."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from detection.rules.words import ParametersRefused, Sentence, gettext_noop, plain

_ = gettext_noop
LARGEST = 1e15


@dataclass(frozen=True)
class Choice:
    """One of a few words. ``options``: (code, sentence for people)."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    help: str = ""
    required: bool = True
    default: Any = None

    def read(self, given: Any) -> str:
        """The code; raises ValueError with a Sentence."""
        for code, _label in self.options:
            if given == code:
                return code
        raise ValueError(Sentence(_("Choose one of the list.")))


@dataclass(frozen=True)
class Number:
    """A finite number between two bounds, ``is_whole`` or not; None where it may be left out."""

    name: str
    label: str
    minimum: float = -LARGEST
    maximum: float = LARGEST
    is_whole: bool = False
    help: str = ""
    required: bool = True
    default: Any = None

    def read(self, given: Any) -> float | int:
        """The number; raises ValueError with a Sentence."""
        number = self._parse(given)
        if not self.minimum <= number <= self.maximum:
            bounds = {"minimum": plain(self.minimum), "maximum": plain(self.maximum)}
            raise ValueError(Sentence(_("Enter a number from %(minimum)s to %(maximum)s."), bounds))
        if self.is_whole:
            if number != int(number):
                raise ValueError(Sentence(_("Enter a whole number.")))
            return int(number)
        return number

    def _parse(self, given: Any) -> float:
        if isinstance(given, bool) or not isinstance(given, int | float | str):
            raise ValueError(Sentence(_("Enter a number.")))
        try:
            number = float(given)
        except (ValueError, OverflowError):
            raise ValueError(Sentence(_("Enter a number."))) from None
        if not math.isfinite(number):
            raise ValueError(Sentence(_("Enter a finite number.")))
        return number


Field = Choice | Number


def read_fields(fields: tuple[Field, ...], raw: Any) -> dict[str, Any]:
    """Every field's value by name. Raises ParametersRefused with one sentence for each field that cannot be used."""
    if not isinstance(raw, Mapping):
        raise ParametersRefused({"parameters": Sentence(_("The parameters must be an object of names and values."))})
    known = {field.name for field in fields}
    errors: dict[str, Sentence] = {}
    values: dict[str, Any] = {}
    if strange := [str(name)[:40] for name in raw if name not in known]:
        errors["parameters"] = Sentence(_("There is no parameter “%(name)s”."), {"name": strange[0]})
    for field in fields:
        try:
            values[field.name] = _read(field, raw.get(field.name))
        except ValueError as error:
            errors[field.name] = error.args[0]
    if errors:
        raise ParametersRefused(errors)
    return values


def _read(field: Field, given: Any) -> Any:
    if given is None or given == "":
        if field.required:
            raise ValueError(Sentence(_("This is needed.")))
        return field.default
    return field.read(given)
