"""How an alert is to be grouped: by the first correlation rule that matches it, else as its origin does."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from catalog.models import BusinessLine, Service
from detection.matching import Facts, fails_at
from detection.models import Alert, AlertGroup, CorrelationRule, MaintenanceWindow, Origin, RecoverOn
from incidents.models import Level
from lifecycle import clock

FLAP_WITHIN = timedelta(minutes=30)
WINDOW, MAX_WINDOW = timedelta(hours=1), timedelta(days=1)
MOST_SEPARATE, STORM_WITHIN = 4, timedelta(minutes=5)
"""Services that may have incidents of their own within the time; of a storm over more, the rest shares one."""
STORM = "storm"


@dataclass(frozen=True)
class Plan:
    """``key``: alerts of one key share a group. ``level`` None: the worst of the alerts."""

    key: str
    threshold: int = 1
    window: timedelta | None = None
    max_window: timedelta | None = None
    recover_on: str = RecoverOn.ALL
    flap_within: timedelta = FLAP_WITHIN
    level: Level | None = None
    title: str = ""
    rule: CorrelationRule | None = None
    is_storm: bool = False


@dataclass
class Planner:
    """The rules as they are now, read once for a batch of alerts."""

    rules: list[CorrelationRule] = field(
        default_factory=lambda: list(CorrelationRule.objects.filter(is_active=True).select_related("level"))
    )
    windows: list[MaintenanceWindow] = field(default_factory=lambda: windows_now())
    lines: dict[int, str] = field(default_factory=lambda: dict(BusinessLine.objects.values_list("pk", "slug")))
    separate: set[str] | None = None

    def facts(self, alert: Alert) -> dict[str, list[str]]:
        """Every label of the alert that conditions may ask for, its own first."""
        facts = {name: [str(value)] for name, value in alert.labels.items()}
        ours: dict[str, list[str]] = {
            "origin": [alert.origin],
            "title": [alert.title],
            "severity": [alert.severity],
            "rule": [alert.rule.name] if alert.rule else [],
            "integration": [alert.integration.name] if alert.integration else [],
            "heartbeat": [alert.heartbeat.name] if alert.heartbeat else [],
            "service": [alert.service.slug] if alert.service else [],
            "line": self.lines_of(alert.service),
        }
        for name, values in ours.items():
            facts[name] = [*values, *facts.get(name, [])]
        return facts

    def lines_of(self, service: Service | None) -> list[str]:
        """The service's business line and all above it."""
        numbers = service.business_line.path.split("/") if service else []
        return [self.lines[int(number)] for number in numbers if number.isdigit() and int(number) in self.lines]

    def window_for(self, alert: Alert) -> MaintenanceWindow | None:
        """The maintenance that covers the alert now."""
        facts = self.facts(alert)
        return next((window for window in self.windows if self._covers(window, alert, facts)), None)

    def _covers(self, window: MaintenanceWindow, alert: Alert, facts: Facts) -> bool:
        services = {service.pk for service in window.services.all()}
        lines = {line.slug for line in window.business_lines.all()}
        is_there = alert.service_id in services or bool(lines & set(facts["line"]))
        return (is_there or not (services or lines)) and fails_at(window.conditions, facts) is None

    def plan(self, alert: Alert) -> Plan:
        facts = self.facts(alert)
        for rule in self.rules:
            if fails_at(rule.conditions, facts) is None:
                return plan_of(rule, facts)
        return self._by_origin(alert)

    def _by_origin(self, alert: Alert) -> Plan:
        if alert.origin == Origin.RULE and alert.rule:
            rule = alert.rule
            return Plan(rule.dedup_key, recover_on=rule.recover_on, flap_within=FLAP_WITHIN / rule.metric.speed)
        if alert.origin == Origin.HEARTBEAT:
            return Plan(f"heartbeat:{alert.heartbeat_id}")
        policy = alert.integration.recover_on if alert.integration else RecoverOn.ALL
        plan = Plan(f"service:{alert.service_id}", window=WINDOW, max_window=MAX_WINDOW, recover_on=policy)
        return plan if self._may_stand_alone(plan.key) else replace(plan, key=STORM, is_storm=True)

    def _may_stand_alone(self, key: str) -> bool:
        """Few enough services have opened incidents lately; whoever has one goes on with it."""
        if self.separate is None:
            lately = AlertGroup.objects.filter(incident_at__gte=clock.now() - STORM_WITHIN, key__startswith="service:")
            open_now = AlertGroup.objects.filter(locked_at=None, key__startswith="service:")
            self.separate = set(lately.values_list("key", flat=True))
            self._known = self.separate | set(open_now.values_list("key", flat=True))
        if key in self._known:
            return True
        if len(self.separate) >= MOST_SEPARATE:
            return False
        self.separate.add(key)
        self._known.add(key)
        return True


def plan_of(rule: CorrelationRule, facts: Facts) -> Plan:
    values = "|".join(f"{name}={(facts.get(name) or [''])[0]}" for name in rule.group_by)
    if len(values) > 200:
        values = hashlib.sha256(values.encode()).hexdigest()
    return Plan(
        f"correlation:{rule.pk}:{values}",
        threshold=rule.threshold,
        window=rule.window,
        max_window=rule.max_window,
        recover_on=rule.recover_on,
        level=rule.level,
        title=rule.title,
        rule=rule,
    )


def windows_now() -> list[MaintenanceWindow]:
    """Those that hold at this moment."""
    now = clock.now()
    candidates = MaintenanceWindow.objects.filter(starts_at__lte=now, ended_at=None)
    prefetched: Iterable[MaintenanceWindow] = candidates.prefetch_related("services", "business_lines")
    return [window for window in prefetched if window.occurrence(now) is not None]
