"""Lets a problem's outcome name an inspection that runs."""

import re

from detection.models import Inspection
from problems import outcomes


@outcomes.register("inspection")
def find_inspection(reference: str) -> outcomes.Target | None:
    """An inspection by its number, "12" or "INSP-12"; one that is disabled prevents nothing."""
    number = re.fullmatch(r"(?:INSP-)?([0-9]{1,15})", reference, re.IGNORECASE)
    found = Inspection.objects.filter(pk=int(number[1]), is_active=True).first() if number else None
    return outcomes.Target(found.reference, found.name, found.get_absolute_url()) if found else None
