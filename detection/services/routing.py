"""Where an alert from elsewhere belongs: the first route whose conditions hold names its service and level."""

from dataclasses import dataclass, field

from catalog.models import Service
from detection.matching import Matcher, fails_at
from detection.models import Alert, Integration, Route, Severity
from detection.services.planning import Planner
from incidents.models import Level

STEPS_DOWN = {Severity.WARNING: 1, Severity.INFO: 2}
"""How many levels below the integration's a milder alert is, where no route says its level."""


@dataclass(frozen=True)
class Answer:
    """What a route says of an alert: it applies, or the condition that fails, or the service that is not there."""

    route: Route
    fails: Matcher | None = None
    missing: str = ""

    @property
    def applies(self) -> bool:
        return self.fails is None and not self.missing


@dataclass
class Router:
    """The routes as they are now, read once for a batch of alerts."""

    planner: Planner
    routes: list[Route] = field(
        default_factory=lambda: list(
            Route.objects.filter(is_active=True).select_related("service__business_line", "level")
        )
    )
    levels: dict[int, Level] = field(default_factory=lambda: {level.number: level for level in Level.objects.all()})
    services: dict[str, Service] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(route.service_label for route in self.routes):
            found = Service.objects.filter(is_active=True).select_related("business_line")
            self.services = {service.slug: service for service in found}

    def send(self, alert: Alert, integration: Integration) -> None:
        """Give the alert its service and level."""
        route = next((answer.route for answer in self.ask(alert, until_applies=True) if answer.applies), None)
        if route is not None:
            alert.service = self._service_of(route, alert) or alert.service
        alert.level = (route and route.level) or self._level_of(alert.severity, integration.level)

    def ask(self, alert: Alert, *, until_applies: bool = False) -> list[Answer]:
        """What each route says of it, in order."""
        facts = self.planner.facts(alert)
        answers = []
        for route in self.routes:
            fails = fails_at(route.conditions, facts)
            missing = "" if fails or not route.service_label or self._service_of(route, alert) else route.service_label
            answers.append(Answer(route, fails, missing))
            if until_applies and answers[-1].applies:
                break
        return answers

    def _service_of(self, route: Route, alert: Alert) -> Service | None:
        if not route.service_label:
            return route.service
        return self.services.get(str(alert.labels.get(route.service_label, ""))) or route.service

    def _level_of(self, severity: str, level: Level) -> Level:
        lower = level.number + STEPS_DOWN.get(Severity(severity), 0)
        return self.levels.get(min(lower, max(self.levels)), level)
