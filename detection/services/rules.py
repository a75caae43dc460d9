"""Verbs of rules: add, edit, enable, disable. ``actor`` is None where the product itself acts."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from detection import permissions, titles
from detection.evaluation import LONGEST_MEMORY
from detection.models import Metric, Rule, RuleStatus
from detection.rules import KINDS
from detection.rules.words import ParametersRefused
from incidents.models import Level
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, VersionConflict, lock, record_event

EDITABLE = (
    "name",
    "parameters",
    "selector",
    "service",
    "level",
    "fire_for",
    "fire_of",
    "clear_after",
    "title",
    "group",
)


@transaction.atomic
def add_rule(
    *,
    name: str,
    metric: Metric,
    kind: str,
    parameters: dict[str, Any],
    service: Service,
    level: Level,
    title: str,
    selector: dict[str, str] | None = None,
    fire_for: int = 1,
    fire_of: int = 1,
    clear_after: int = 5,
    group: str = "",
    evaluate_from: datetime | None = None,
    actor: Person | None = None,
    via: str = Via.SYSTEM,
) -> Rule:
    """Add an active rule; it judges the frames after ``evaluate_from`` (now by default).

    Raises InputRefused by field, NotPermitted.
    """
    _require_editor(actor)
    rule = Rule(
        name=name,
        metric=metric,
        kind=kind,
        parameters=parameters,
        selector={} if selector is None else selector,
        service=service,
        level=level,
        fire_for=fire_for,
        fire_of=fire_of,
        clear_after=clear_after,
        title=title,
        group=group,
        evaluated_to=evaluate_from or clock.now(),
    )
    _check(rule)
    rule.save()
    record_event(rule, "add", actor=actor, via=via, data={"parameters": rule.parameters})
    return rule


@transaction.atomic
def edit_rule(
    rule: Rule, *, actor: Person | None, via: str, expected_version: int | None = None, **changes: Any
) -> Rule:
    """Change any of EDITABLE. Raises InputRefused by field, NotPermitted, VersionConflict."""
    _require_editor(actor)
    _lock(rule, expected_version)
    before = {name: getattr(rule, name) for name in ("parameters", "selector")}
    for name, value in changes.items():
        if name not in EDITABLE:
            raise InputRefused(**{name: _("This cannot be changed.")})
        setattr(rule, name, value)
    _check(rule)
    rule.version += 1
    rule.save(update_fields=[*changes, "parameters", "version"])
    record_event(rule, "edit", actor=actor, via=via, data={"changed": sorted(changes), "before": before})
    return rule


@transaction.atomic
def enable_rule(rule: Rule, *, actor: Person | None, via: str, expected_version: int | None = None) -> Rule:
    """Judge frames again, from now on: what came while it was disabled is never judged."""
    _require_editor(actor)
    _lock(rule, expected_version)
    if not rule.is_active:
        rule.is_active, rule.memory = True, b""
        rule.evaluated_to = max(clock.now(), rule.evaluated_to)
        _save_switch(rule)
        record_event(rule, "enable", actor=actor, via=via)
    return rule


@transaction.atomic
def disable_rule(rule: Rule, *, actor: Person | None, via: str, expected_version: int | None = None) -> Rule:
    """Stop judging. Its alerts end, but an incident that came of them stays open: nobody has seen it recover."""
    _require_editor(actor)
    _lock(rule, expected_version)
    if rule.is_active:
        rule.is_active = False
        _save_switch(rule)
        rule.alerts.open().update(ended_at=clock.now())
        record_event(rule, "disable", actor=actor, via=via)
    return rule


def _save_switch(rule: Rule) -> None:
    rule.version += 1
    rule.last_error = ""
    rule.status = RuleStatus.NEVER
    rule.evaluated_at = None
    rule.save(update_fields=["is_active", "memory", "evaluated_to", "evaluated_at", "version", "last_error", "status"])


def _lock(rule: Rule, expected_version: int | None) -> None:
    lock(rule)
    if expected_version is not None and rule.version != expected_version:
        reason = _("Somebody else changed this in the meantime. Look at it again, then repeat.")
        raise VersionConflict(status=rule.status, verb="edit", reason=reason, allowed=["edit"])


def _check(rule: Rule) -> None:
    """Every field in its own words; parameters come back as the kind understood them."""
    errors = _errors_of_fields(rule)
    if rule.kind not in KINDS:
        raise InputRefused(**errors, kind=_("There is no such kind of rule."))
    try:
        KINDS[rule.kind].read(rule.parameters)
    except ParametersRefused as refused:
        errors |= {name: _(error.text) % error.values for name, error in refused.errors.items()}
    if errors:
        raise InputRefused(**errors)


def _errors_of_fields(rule: Rule) -> dict[str, str]:
    errors: dict[str, str] = {}
    try:
        rule.full_clean(exclude=["kind", "parameters", "selector", "memory"], validate_constraints=False)
    except ValidationError as error:
        errors = {name: " ".join(texts) for name, texts in error.message_dict.items()}
    if not (errors.keys() & {"fire_for", "fire_of"}) and not 1 <= rule.fire_for <= rule.fire_of <= LONGEST_MEMORY:
        errors["fire_for"] = _("Enter m of n with 1 ≤ m ≤ n ≤ %(most)d.") % {"most": LONGEST_MEMORY}
    if "clear_after" not in errors and not 1 <= rule.clear_after <= 10_000:
        errors["clear_after"] = _("Enter a number from 1 to 10000.")
    if slips := titles.unknown_places(rule.title):
        errors["title"] = _("%(slip)s means nothing here; there are {series}, {value}, {expected} and {rule}.") % {
            "slip": slips[0]
        }
    if refusal := _error_of_selector(rule):
        errors["selector"] = refusal
    return errors


def _error_of_selector(rule: Rule) -> str:
    selector = rule.selector
    if not isinstance(selector, dict) or not all(isinstance(value, str) for value in selector.values()):
        return _("It must be an object of labels and texts.")
    if not all(value.isprintable() and len(value) <= 100 for value in selector.values()):
        return _("A label is a printable text of at most %(count)d letters.") % {"count": 100}
    unknown = [name for name in selector if name not in rule.metric.dimensions]
    if unknown:
        return _("The metric has no dimension “%(name)s”.") % {"name": unknown[0][:40]}
    return ""


def _require_editor(actor: Person | None) -> None:
    if actor is not None and not permissions.edits_rules(actor):
        raise NotPermitted("edit")
