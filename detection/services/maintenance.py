"""Verbs of maintenance windows, and what becomes of the alerts that waited for their end."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import BusinessLine, Person, Service
from detection.models import Alert, MaintenanceWindow, Origin, Repeats
from detection.recurrence import PERIODS, Repeat
from detection.services.alerts import words_of_rule
from detection.services.applying import words_of
from detection.services.correlating import Words, place
from detection.services.ordering import require_editor, stored_matchers
from detection.services.planning import Planner
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, TransitionRefused, lock, record_event

LONGEST = timedelta(days=31)


@transaction.atomic
def plan_maintenance(
    *,
    name: str,
    starts_at: datetime,
    ends_at: datetime,
    services: Iterable[Service] = (),
    business_lines: Iterable[BusinessLine] = (),
    matchers: str = "",
    reason: str = "",
    repeats: str = Repeats.NEVER,
    repeats_until: datetime | None = None,
    actor: Person | None = None,
    via: str = Via.SYSTEM,
) -> MaintenanceWindow:
    """Alerts of these services, of those under these lines and with these labels call nobody meanwhile.

    Raises InputRefused by field, NotPermitted.
    """
    require_editor(actor)
    services, business_lines = list(services), list(business_lines)
    window = MaintenanceWindow(
        name=name.strip(),
        reason=reason,
        starts_at=starts_at,
        ends_at=ends_at,
        repeats=repeats,
        repeats_until=repeats_until,
        matchers=stored_matchers(matchers),
        made_by=actor,
    )
    _check(window, has_scope=bool(services or business_lines or window.matchers))
    window.save()
    window.services.set(services)
    window.business_lines.set(business_lines)
    data = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(), "repeats": str(repeats)}
    record_event(window, "plan", actor=actor, via=via, note=reason, data=data)
    return window


@transaction.atomic
def extend_maintenance(
    window: MaintenanceWindow, *, ends_at: datetime, actor: Person | None, via: str
) -> MaintenanceWindow:
    """It ends at another time (of its first occurrence, where it repeats). Raises InputRefused, TransitionRefused."""
    require_editor(actor)
    lock(window)
    _refuse_ended(window)
    before, window.ends_at = window.ends_at, ends_at
    _check(window, has_scope=True, is_new=False)
    window.version += 1
    window.save(update_fields=["ends_at", "version"])
    data = {"from": before.isoformat(), "to": ends_at.isoformat()}
    record_event(window, "extend", actor=actor, via=via, data=data)
    return window


@transaction.atomic
def end_maintenance(window: MaintenanceWindow, *, actor: Person | None, via: str) -> MaintenanceWindow:
    """It is over now and for good; what fires still opens its incident within seconds."""
    require_editor(actor)
    lock(window)
    _refuse_ended(window)
    window.ended_at = clock.now()
    window.version += 1
    window.save(update_fields=["ended_at", "version"])
    record_event(window, "end", actor=actor, via=via)
    return window


def release_suppressed(*, limit: int = 500) -> int:
    """What still fires when its maintenance is over opens an incident. Returns how many alerts that were."""
    now = clock.now()
    held = MaintenanceWindow.objects.filter(alerts__ended_at=None, alerts__incident=None, alerts__group=None).distinct()
    over = [window.pk for window in held if window.occurrence(now) is None]
    return _release(over, limit) if over else 0


@transaction.atomic
def _release(windows: list[int], limit: int) -> int:
    waiting = Alert.objects.open().filter(suppressed_by__in=windows, incident=None, group=None)
    locked = waiting.select_for_update(skip_locked=True, of=("self",))
    related = ("rule__metric", "rule__service", "rule__level", "series", "integration", "heartbeat")
    alerts = list(locked.select_related(*related, "service__business_line", "level").order_by("pk")[:limit])
    planner = Planner()
    loud = []
    for alert in alerts:
        alert.suppressed_by = planner.window_for(alert) or None
        if alert.suppressed_by is None:
            loud.append(alert)
    place([(alert, planner.plan(alert)) for alert in loud], _words)
    Alert.objects.bulk_update(alerts, ["suppressed_by", "group", "incident"], batch_size=500)
    return len(loud)


def _words(alerts: list[Alert]) -> Words:
    """As when they opened; alerts of several origins as those from elsewhere are."""
    rules = {alert.rule for alert in alerts}
    if all(alert.origin == Origin.RULE for alert in alerts) and len(rules) == 1:
        rule = rules.pop()
        if rule is not None:
            return words_of_rule(rule, alerts)
    return words_of(alerts)


def _refuse_ended(window: MaintenanceWindow) -> None:
    if window.ended_at is not None:
        raise TransitionRefused(status="ended", verb="end", reason=_("It has ended already."), allowed=[])


def _check(window: MaintenanceWindow, *, has_scope: bool, is_new: bool = True) -> None:
    errors: dict[str, str] = {}
    if not window.name or len(window.name) > 100:
        errors["name"] = _("Give it a name of at most 100 letters.")
    if window.ends_at <= window.starts_at:
        errors["ends_at"] = _("It cannot end before it starts.")
    elif window.ends_at - window.starts_at > LONGEST:
        errors["ends_at"] = _("A window is at most %(count)d days long.") % {"count": LONGEST.days}
    elif window.ends_at <= clock.now() and (is_new or window.repeats == Repeats.NEVER):
        errors["ends_at"] = _("That is over already.")
    if window.repeats not in Repeats.values:
        errors["repeats"] = _("There is no such repetition.")
    elif window.repeats != Repeats.NEVER and window.ends_at - window.starts_at > timedelta(
        days=PERIODS[Repeat(window.repeats)]
    ):
        errors["repeats"] = _("It would begin again before it has ended.")
    if not has_scope:
        errors["services"] = _("Say for what: services, business lines, or labels.")
    if errors:
        raise InputRefused(**errors)


def windows_of(service: Service, now: datetime) -> list[MaintenanceWindow]:
    """The windows that hold now and name the service or a line above it."""
    lines = [int(number) for number in service.business_line.path.split("/") if number.isdigit()]
    named: Any = MaintenanceWindow.objects.filter(ended_at=None, starts_at__lte=now)
    found = named.filter(services=service) | named.filter(business_lines__in=lines)
    return [window for window in found.distinct() if window.occurrence(now) is not None]
