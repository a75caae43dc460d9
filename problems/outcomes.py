"""What a problem's outcome refers to: a small registry that upper apps fill.

Where an app has registered how rules, inspections or plans are found, an outcome of that kind names one that exists;
until then its words stand alone. A waiver refers to nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lifecycle.transitions import InputRefused

LONGEST = 60


@dataclass(frozen=True)
class Target:
    """What was found: its reference as it is kept, its name, and its page ("" where it has none)."""

    reference: str
    label: str
    url: str = ""


Finder = Callable[[str], Target | None]
_finders: dict[str, Finder] = {}


def register(outcome: str) -> Callable[[Finder], Finder]:
    """Decorator for a function that finds what people call by a reference ("12", "RULE-12"), or None."""

    def add(finder: Finder) -> Finder:
        _finders[outcome] = finder
        return finder

    return add


def is_known(outcome: str) -> bool:
    """Whether somebody can tell if a reference of that kind is real."""
    return outcome in _finders


def find(outcome: str, reference: str) -> Target | None:
    finder = _finders.get(outcome)
    text = reference.strip()
    return finder(text) if finder and text and len(text) <= LONGEST and "\0" not in text else None


def check(outcome: str, reference: str) -> str:
    """The reference as it is kept. Raises InputRefused where it is missing or not real."""
    if not is_known(outcome):
        if reference.strip():
            raise InputRefused(outcome_reference=_("Nothing of this kind can be looked up; describe it in words."))
        return ""
    if not reference.strip():
        raise InputRefused(outcome_reference=_("Say which one, by its number."))
    target = find(outcome, reference)
    if target is None:
        raise InputRefused(outcome_reference=_("There is none with that number."))
    return target.reference
