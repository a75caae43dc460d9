"""The inspections that a new installation starts with: those that need nothing but the catalogue and the tables."""

from typing import Any

from django.utils.translation import gettext_noop

from detection.models import Inspection, Risk
from lifecycle import clock

SHIPPED: tuple[tuple[str, str, dict[str, Any], str, int], ...] = (
    (gettext_noop("Services whose owner has left"), "service_owner", {}, Risk.HIGH, 7),
    (gettext_noop("Services whose R&D leader has left"), "service_leader", {}, Risk.HIGH, 7),
    (gettext_noop("Services without an emergency plan"), "service_plan", {}, Risk.MEDIUM, 30),
    (gettext_noop("Problems over their target date"), "problem_overdue", {"days": 0}, Risk.MEDIUM, 7),
    (gettext_noop("Action items that are overdue"), "action_overdue", {"days": 0}, Risk.MEDIUM, 7),
    (gettext_noop("Certificates and dates that end soon"), "expiry", {"kind": "", "days": 30}, Risk.HIGH, 14),
    (gettext_noop("Capacities that fill up"), "capacity", {"percent": 80.0}, Risk.HIGH, 14),
)
"""(name, kind, parameters, risk, days until due); daily at 07:00 UTC."""


def install(*rows: tuple[str, str, dict[str, Any], str, int]) -> None:
    """Add inspections, each of a kind that no inspection has yet."""
    taken = set(Inspection.objects.values_list("kind", flat=True))
    for name, kind, parameters, risk, days in rows:
        if kind in taken or Inspection.objects.filter(name=name).exists():
            continue
        made = Inspection(name=name, kind=kind, parameters=parameters, risk=risk, days_until_due=days)
        made.next_run_at = made.next_after(clock.now())
        made.save()


def install_inspections(**_signal: Any) -> None:
    """Called after every migration."""
    install(*SHIPPED)
