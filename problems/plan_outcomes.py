"""Lets a problem's outcome name an emergency plan that is published."""

import re

from problems import outcomes
from problems.models import Plan


@outcomes.register("plan")
def find_plan(reference: str) -> outcomes.Target | None:
    """A plan by its number: "12" or "PLAN-12"."""
    number = re.fullmatch(r"(?:PLAN-)?([0-9]{1,15})", reference, re.IGNORECASE)
    plan = Plan.objects.usable().filter(pk=int(number[1])).first() if number else None
    return outcomes.Target(f"PLAN-{plan.pk}", plan.name, plan.get_absolute_url()) if plan else None
