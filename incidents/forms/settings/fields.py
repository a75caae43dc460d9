"""Fields that read what administrators type: durations, percents, opening hours, lists by line."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from incidents.durations import read_duration
from incidents.presentation.durations import typed_words
from lifecycle.text import sanitise

LONG = 5000
DASHES = re.compile(r"\s*(?:-|–|—|~|～|至|到|\bto\b)\s*")
COMMAS = re.compile(r"[,，、;；]")
MOST_WARNINGS = 10


def _typed(value: Any) -> str:
    """What came from the form, as text."""
    return "" if value is None else sanitise(str(value)).strip()


class Span(forms.CharField):
    """A duration: "10 min", "2 h", "7 d", or ISO 8601."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 60)
        options.setdefault("help_text", _("Such as 10 min, 1 h 30 min or 7 d."))
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        text = _typed(value)
        if not text:
            return None
        try:
            return read_duration(text)
        except ValueError as error:
            sentence = _("“%(text)s” is no duration. Write a number and a unit, such as 10 min, 2 h or 7 d.")
            raise ValidationError(sentence, params={"text": text}) from error

    def run_validators(self, value: Any) -> None:
        """Those of CharField are about letters; there is nothing left to say of a duration."""

    def prepare_value(self, value: Any) -> Any:
        return typed_words(value) if isinstance(value, timedelta) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class Percents(forms.CharField):
    """ "75, 90": percents below 100, the smallest first."""

    def to_python(self, value: Any) -> Any:
        parts = [part.strip().rstrip("%％") for part in COMMAS.split(_typed(value)) if part.strip()]
        if not all(re.fullmatch(r"\d{1,2}", part, re.ASCII) and int(part) for part in parts):
            raise ValidationError(_("Write percents from 1 to 99 with commas between them, such as 75, 90."))
        if len(parts) > MOST_WARNINGS:
            raise ValidationError(_("At most %(number)d warnings."), params={"number": MOST_WARNINGS})
        return sorted({int(part) for part in parts})

    def run_validators(self, value: Any) -> None:
        """to_python has said everything."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value


class OpeningHours(forms.CharField):
    """ "09:00-12:00, 13:00-18:00" as [["09:00", "12:00"], ["13:00", "18:00"]]; blank: closed all day."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=200, **options)

    def to_python(self, value: Any) -> Any:
        text = _typed(value).replace("：", ":").lower()
        return [self._range(part) for part in COMMAS.split(text) if part.strip()]

    def run_validators(self, value: Any) -> None:
        """to_python has said everything."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return ", ".join("-".join(pair) for pair in value)
        return value

    def _range(self, text: str) -> list[str]:
        times = [_time_of_day(part) for part in DASHES.split(text.strip())]
        if len(times) != 2 or not times[0] < times[1]:
            sentence = _("“%(text)s” are no opening hours. Write them as 09:00-18:00, until 24:00 at the latest.")
            raise ValidationError(sentence, params={"text": text.strip()})
        return times


def _time_of_day(text: str) -> str:
    """As "HH:MM"; empty for what is none, which is before every time."""
    found = re.fullmatch(r"(\d{1,2})(?::([0-5]\d))?", text, re.ASCII)
    if found is None or int(found[1]) * 60 + int(found[2] or 0) > 24 * 60:
        return ""
    return f"{int(found[1]):02}:{found[2] or '00'}"


class Lines(forms.CharField):
    """Several lines as a list of texts, blank ones left out; ``read`` makes one of each or raises ValueError."""

    def __init__(self, *, read: Callable[[str], str] = str, fault: Any = "", **options: Any) -> None:
        options.setdefault("widget", forms.Textarea({"rows": 4}))
        super().__init__(required=False, max_length=LONG, **options)
        self.read, self.fault = read, fault

    def to_python(self, value: Any) -> Any:
        text = _typed(value)
        if len(text) > LONG:
            raise ValidationError(_("At most %(number)d letters."), params={"number": LONG})
        return [self._line(line.strip()) for line in text.splitlines() if line.strip()]

    def run_validators(self, value: Any) -> None:
        """to_python has said everything."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def _line(self, text: str) -> str:
        try:
            return self.read(text)
        except ValueError as error:
            raise ValidationError(self.fault, params={"text": text[:60]}) from error
