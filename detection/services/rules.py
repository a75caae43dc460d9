"""Verbs of rules: add, edit, restore. ``actor`` is None where the product itself acts."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from detection import permissions, titles
from detection.evaluation import LONGEST_MEMORY
from detection.models import Metric, QuietWhen, RecoverOn, Rule
from detection.rules import KINDS, needs_other
from detection.rules.words import ParametersRefused
from detection.services.versions import fields_of, keep_version
from incidents.models import Calendar, Level
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import (
    InputRefused,
    NotPermitted,
    VersionConflict,
    lock,
    record_event,
)

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
    "other_metric",
    "quiet_calendar",
    "quiet_when",
    "recover_on",
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
    other_metric: Metric | None = None,
    quiet_calendar: Calendar | None = None,
    quiet_when: str = QuietWhen.CLOSED,
    recover_on: str = RecoverOn.ALL,
    is_shadow: bool = False,
    note: str = "",
    evaluate_from: datetime | None = None,
    actor: Person | None = None,
    via: str = Via.SYSTEM,
) -> Rule:
    """Add an active rule; it judges the frames after ``evaluate_from`` (now by default).

    ``is_shadow``: on trial, no incident comes of it until it goes live. Raises InputRefused by field, NotPermitted.
    """
    require_editor(actor)
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
        other_metric=other_metric,
        quiet_calendar=quiet_calendar,
        quiet_when=quiet_when,
        recover_on=recover_on,
        is_shadow=is_shadow,
        evaluated_to=evaluate_from or clock.now(),
    )
    _check(rule)
    rule.save()
    data = {"parameters": rule.parameters, "mode": rule.mode.value}
    record_event(rule, "add", actor=actor, via=via, note=note, data=data)
    keep_version(rule, EDITABLE, actor=actor, via=via, note=note)
    return rule


@transaction.atomic
def edit_rule(
    rule: Rule,
    *,
    actor: Person | None,
    via: str,
    expected_version: int | None = None,
    note: str = "",
    restored_from: int | None = None,
    **changes: Any,
) -> Rule:
    """Change any of EDITABLE; what it was before stays as a version, ``note`` says why.

    Raises InputRefused by field, NotPermitted, VersionConflict.
    """
    require_editor(actor)
    lock_rule(rule, expected_version)
    before = {name: getattr(rule, name) for name in ("parameters", "selector")}
    for name, value in changes.items():
        if name not in EDITABLE:
            raise InputRefused(**{name: _("This cannot be changed.")})
        setattr(rule, name, value)
    _check(rule)
    rule.version += 1
    rule.save(update_fields=[*changes, "parameters", "version"])
    data = {"changed": sorted(changes), "before": before}
    record_event(rule, "edit", actor=actor, via=via, note=note, data=data)
    keep_version(rule, EDITABLE, actor=actor, via=via, note=note, restored_from=restored_from)
    return rule


def draft_rule(rule: Rule | None = None, *, check: bool = True, **fields: Any) -> Rule:
    """A rule as it would be with ``fields``, after ``rule`` where there is one; for looking at, never saved.

    ``check``: False for a definition that was good once. Raises InputRefused by field.
    """
    held = {} if rule is None else {name.attname: getattr(rule, name.attname) for name in Rule._meta.concrete_fields}
    draft = Rule(**held)
    draft._state.adding = rule is None
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.evaluated_to = draft.evaluated_to or clock.now()
    if check:
        _check(draft)
    return draft


@transaction.atomic
def restore_version(
    rule: Rule, *, number: int, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Rule:
    """Make the rule what it was at version ``number``; that is an edit as any other. Raises as ``edit_rule``."""
    require_editor(actor)
    version = rule.versions.filter(number=number).first()
    if version is None:
        raise InputRefused(number=_("There is no such version."))
    fields = fields_of(version.definition)
    return edit_rule(
        rule, actor=actor, via=via, expected_version=expected_version, note=note, restored_from=number, **fields
    )


def lock_rule(rule: Rule, expected_version: int | None) -> None:
    """Lock its row. Raises VersionConflict where it is not the version that the asker has read."""
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
    if refusal := _error_of_other(rule):
        errors["other_metric"] = refusal
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


def _error_of_other(rule: Rule) -> str:
    other = rule.other_metric
    if needs_other(KINDS[rule.kind]):
        if other is None:
            return _("This kind compares with a second metric: choose it.")
        if other.interval != rule.metric.interval or other.speed != rule.metric.speed:
            return _("Both metrics must have the same interval.")
        return ""
    return _("This kind looks at one metric only.") if other is not None else ""


def require_editor(actor: Person | None) -> None:
    """Raises NotPermitted; None is the product itself."""
    if actor is not None and not permissions.edits_rules(actor):
        raise NotPermitted("edit")
