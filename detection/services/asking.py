"""The debugger of routing: what would become of a body, and why. Nothing is stored."""

from dataclasses import dataclass

from detection.intake import Meaning, Signal, signals_of
from detection.intake.reading import read
from detection.matching import Matcher, fails_at
from detection.models import Alert, CorrelationRule, Integration, MaintenanceWindow
from detection.services.applying import Incoming, draft
from detection.services.planning import Plan, Planner
from detection.services.routing import Answer, Router
from lifecycle import clock

MOST_SHOWN = 20


@dataclass(frozen=True)
class Fate:
    """What would become of one signal. ``correlation``: each rule with the condition that fails, up to the first that
    applies."""

    signal: Signal
    alert: Alert
    routes: list[Answer]
    window: MaintenanceWindow | None
    correlation: list[tuple[CorrelationRule, Matcher | None]]
    plan: Plan
    facts: dict[str, list[str]]

    @property
    def opens(self) -> bool:
        return self.signal.meaning == Meaning.OPEN


def ask_fate(integration: Integration, raw: bytes) -> list[Fate]:
    """One for each alert of the body. Raises NotAnAlert, NotUnderstood."""
    body, _is_sanitised = read(raw)
    signals = signals_of(integration.kind, body, integration.mapping)
    planner = Planner()
    router = Router(planner)
    return [_fate(integration, signal, planner, router) for signal in signals[:MOST_SHOWN]]


def _fate(integration: Integration, signal: Signal, planner: Planner, router: Router) -> Fate:
    alert = draft(Incoming(integration, signal, clock.now()))
    routes = router.ask(alert)
    router.send(alert, integration)
    facts = planner.facts(alert)
    correlation: list[tuple[CorrelationRule, Matcher | None]] = []
    for rule in planner.rules:
        correlation.append((rule, fails_at(rule.conditions, facts)))
        if correlation[-1][1] is None:
            break
    return Fate(signal, alert, routes, planner.window_for(alert), correlation, planner.plan(alert), facts)
