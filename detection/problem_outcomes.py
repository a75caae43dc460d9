"""Lets a problem's outcome name a detection rule that is there."""

import re

from detection.models import Rule
from problems import outcomes


@outcomes.register("rule")
def find_rule(reference: str) -> outcomes.Target | None:
    """A rule by its number: "12" or "RULE-12"."""
    number = re.fullmatch(r"(?:RULE-)?([0-9]{1,15})", reference, re.IGNORECASE)
    rule = Rule.objects.filter(pk=int(number[1])).first() if number else None
    return outcomes.Target(f"RULE-{rule.pk}", rule.name, rule.get_absolute_url()) if rule else None
