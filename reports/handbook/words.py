"""How the handbook says figures: to the second, because what is written is what is counted."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle.lists import listed

MOST_NAMES = 12
MINUTE, HOUR, DAY = 60, 3600, 86400


def span(duration: timedelta | None) -> str:
    """Exactly: "10 min", "1 h 30 min", "7 d"; empty for None."""
    if duration is None:
        return ""
    seconds = round(duration.total_seconds())
    parts = [
        (seconds // DAY, _("%(number)d d")),
        (seconds // HOUR % 24, _("%(number)d h")),
        (seconds // MINUTE % 60, _("%(number)d min")),
        (seconds % MINUTE, _("%(number)d s")),
    ]
    return " ".join(text % {"number": number} for number, text in parts if number) or _("at once")


def localised(text: str) -> str:
    """A shipped text in the reader's language, an administrator's own as it was written."""
    return _(text) if text.strip() else ""


def level_names(numbers: Iterable[int]) -> str:
    return listed(_("Level %(number)d") % {"number": number} for number in sorted(numbers))


def names(people: Iterable[Person]) -> str:
    """The first dozen by name, and how many more there are."""
    found = list(people)
    text = listed(person.name for person in found[:MOST_NAMES])
    if len(found) <= MOST_NAMES:
        return text
    return _("%(names)s and %(number)d more") % {"names": text, "number": len(found) - MOST_NAMES}
