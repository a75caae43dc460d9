"""Verbs of the rules that are asked in order: routes of alerts and correlation rules. ``actor`` None: the product."""

from datetime import timedelta
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from catalog.models import Person
from detection import permissions
from detection.matching import MatcherRefused, read_matchers
from detection.models import AlertGroup, CorrelationRule, Route
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event

Ordered = TypeVar("Ordered", Route, CorrelationRule)
MOST_GROUP_BY = 6
LONGEST_WINDOW = timedelta(days=30)
FIELDS = {
    Route: ("name", "matchers", "service", "service_label", "level", "is_active"),
    CorrelationRule: (
        *("name", "matchers", "group_by", "window", "max_window", "threshold", "level", "title", "recover_on"),
        "is_active",
    ),
}


@transaction.atomic
def add_route(*, actor: Person | None = None, via: str = Via.SYSTEM, **fields: Any) -> Route:
    """Add it behind the others. ``matchers`` is text, a condition a line. Raises InputRefused, NotPermitted."""
    return _add(Route, fields, actor, via)


@transaction.atomic
def add_correlation_rule(*, actor: Person | None = None, via: str = Via.SYSTEM, **fields: Any) -> CorrelationRule:
    """Add it behind the others. ``matchers`` is text, a condition a line. Raises InputRefused, NotPermitted."""
    return _add(CorrelationRule, fields, actor, via)


@transaction.atomic
def edit_ordered(record: Ordered, *, actor: Person | None, via: str, **changes: Any) -> Ordered:
    """Change fields of a route or a correlation rule. Raises InputRefused by field, NotPermitted."""
    require_editor(actor)
    lock(record)
    before = record.conditions_text
    _set(record, changes)
    _check(record)
    record.save(update_fields=list(changes))
    data = {"changed": sorted(changes), **({"before": before} if "matchers" in changes else {})}
    record_event(record, "edit", actor=actor, via=via, data=data)
    return record


@transaction.atomic
def move_ordered(record: Ordered, *, by: int, actor: Person | None, via: str) -> Ordered:
    """Ask it earlier (by=-1) or later (by=1)."""
    require_editor(actor)
    rows = list(type(record).objects.select_for_update().order_by("position", "pk"))
    place = next(number for number, row in enumerate(rows) if row.pk == record.pk)
    target = min(max(place + by, 0), len(rows) - 1)
    rows.insert(target, rows.pop(place))
    for number, row in enumerate(rows):
        row.position = number
    type(record).objects.bulk_update(rows, ["position"])
    if target != place:
        record_event(record, "move", actor=actor, via=via, data={"from": place, "to": target})
    return record


@transaction.atomic
def remove_ordered(record: Ordered, *, actor: Person | None, via: str) -> None:
    """Alerts are judged without it from now on. A correlation rule that has made groups is switched off and kept."""
    require_editor(actor)
    lock(record)
    record_event(record, "remove", actor=actor, via=via, data={"name": record.name, "matchers": record.matchers})
    if isinstance(record, CorrelationRule) and record.groups.exists():
        AlertGroup.objects.filter(correlation=record, locked_at=None).update(locked_at=clock.now())
        record.is_active = False
        record.save(update_fields=["is_active"])
        return
    record.delete()


def _add(model: type[Ordered], fields: dict[str, Any], actor: Person | None, via: str) -> Ordered:
    require_editor(actor)
    record = model()
    _set(record, fields)
    _check(record)
    last = model.objects.aggregate(last=Max("position"))["last"]
    record.position = 0 if last is None else last + 1
    record.save()
    record_event(record, "add", actor=actor, via=via, data={"name": record.name})
    return record


def _set(record: Any, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if name not in FIELDS[type(record)]:
            raise InputRefused(**{name: _("This cannot be changed.")})
        setattr(record, name, stored_matchers(value) if name == "matchers" else value)


def _check(record: Route | CorrelationRule) -> None:
    errors: dict[str, str] = {}
    try:
        record.full_clean(exclude=["matchers"], validate_constraints=False)
    except ValidationError as error:
        errors = {name: " ".join(texts) for name, texts in error.message_dict.items()}
    if isinstance(record, Route) and not (record.service or record.service_label or record.level):
        errors["service"] = _("Say where it leads: to a service, to one named by a label, or to a level.")
    if isinstance(record, CorrelationRule):
        errors |= _errors_of_times(record)
    if errors:
        raise InputRefused(**errors)


def _errors_of_times(rule: CorrelationRule) -> dict[str, str]:
    errors = {}
    if not timedelta(0) < rule.window <= LONGEST_WINDOW:
        errors["window"] = _("Enter a time of at most 30 days.")
    if not rule.window <= rule.max_window <= LONGEST_WINDOW:
        errors["max_window"] = _("It is at least the window and at most 30 days.")
    if not 1 <= rule.threshold <= 100_000:
        errors["threshold"] = _("Enter a number from 1 to 100000.")
    if len(rule.group_by) > MOST_GROUP_BY:
        errors["group_by"] = _("Name at most %(count)d labels.") % {"count": MOST_GROUP_BY}
    return errors


def stored_matchers(text: str) -> list[list[str]]:
    """Conditions as they are kept. Raises InputRefused with the line that is none."""
    try:
        return [matcher.stored for matcher in read_matchers(text)]
    except MatcherRefused as refused:
        line = refused.line[:60]
        words = _("“%(line)s” is no condition. Write it like severity = critical, or host =~ web-[0-9]+.") % {
            "line": line
        }
        if refused.reason:
            words = _("“%(line)s”: %(reason)s.") % {"line": line, "reason": refused.reason}
        raise InputRefused(matchers=words) from refused


def require_editor(actor: Person | None) -> None:
    if actor is not None and not permissions.edits_rules(actor):
        raise NotPermitted("edit")
