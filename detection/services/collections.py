"""Verbs of collections: say out of which table a metric is counted, pause and resume it, look at its first rows."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from detection import permissions
from detection.believing import Believed, believe
from detection.models import Aggregate, Collection, Metric, Source
from detection.services.reading import bounds_of, query_of
from detection.services.sources import access_of
from detection.sources import KINDS, SourceError, reader_of
from detection.sources.times import is_known, is_zone
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event

FIELDS = (
    *("source", "table", "time_column", "time_format", "time_zone", "aggregate", "value_column", "labels", "filters"),
    *("statement", "delay", "zero_when_missing", "lowest", "highest", "is_active"),
)
PREVIEW_BACK = 60
"""Intervals that a preview looks back for one with rows."""


@transaction.atomic
def collect_metric(
    metric: Metric,
    *,
    source: Source,
    collect_from: datetime | None = None,
    actor: Person | None = None,
    via: str = Via.SYSTEM,
    **fields: Any,
) -> Collection:
    """Have workers read the metric out of a source, from ``collect_from`` on (now by default).

    For a metric that is collected already its definition is replaced, and what was collected stays. Raises
    InputRefused by field, NotPermitted.
    """
    _require_editor(actor)
    lock(metric)
    collection = Collection.objects.filter(metric=metric).first()
    is_new = collection is None
    if collection is None:
        begin = metric.align(collect_from or clock.now())
        collection = Collection(metric=metric, collected_to=begin, due_at=begin)
    collection.source = source
    _fill(collection, fields)
    _check(collection)
    collection.due_at = clock.now()
    collection.failures, collection.last_error = 0, ""
    collection.save()
    verb = "collect" if is_new else "collect_otherwise"
    record_event(metric, verb, actor=actor, via=via, data={"source": source.slug})
    return collection


@transaction.atomic
def pause_collection(metric: Metric, *, actor: Person | None, via: str) -> None:
    """Stop reading; frames stay, and rules come to say unknown."""
    _switch(metric, is_active=False, verb="pause", actor=actor, via=via)


@transaction.atomic
def resume_collection(metric: Metric, *, actor: Person | None, via: str) -> None:
    """Read on from where it stopped, as far as the metric keeps."""
    _switch(metric, is_active=True, verb="resume", actor=actor, via=via)


def preview(collection: Collection, *, actor: Person | None) -> tuple[datetime, Believed]:
    """The newest interval that has rows, as it would be believed; the newest one where none has.

    Raises SourceError, InputRefused, NotPermitted.
    """
    _require_editor(actor)
    _check(collection)
    metric, now = collection.metric, clock.now()
    newest = metric.align(now - collection.delay) - metric.interval
    with reader_of(collection.source.kind, access_of(collection.source)) as reader:
        rows = reader.read(query_of(collection), newest, newest + metric.interval)
        if rows:
            return newest, believe(rows, len(metric.dimensions), bounds_of(collection))
        start = newest - PREVIEW_BACK * metric.interval
        rows = reader.read(query_of(collection), start, newest)
    return start, believe(rows, len(metric.dimensions), bounds_of(collection))


def _switch(metric: Metric, *, is_active: bool, verb: str, actor: Person | None, via: str) -> None:
    _require_editor(actor)
    lock(metric)
    changed = Collection.objects.filter(metric=metric).exclude(is_active=is_active)
    if changed.update(is_active=is_active, due_at=clock.now(), failures=0, last_error=""):
        record_event(metric, verb, actor=actor, via=via)


def _fill(collection: Collection, fields: Mapping[str, Any]) -> None:
    for name in FIELDS[1:]:
        if name in fields:
            setattr(collection, name, fields[name])
    if unknown := set(fields) - set(FIELDS):
        raise InputRefused(**{name: _("There is no such field here.") for name in unknown})
    if "zero_when_missing" not in fields and collection.pk is None:
        collection.zero_when_missing = collection.aggregate == Aggregate.COUNT


def _check(collection: Collection) -> None:
    errors: dict[str, str] = {}
    try:
        collection.full_clean(exclude=["labels", "filters", "metric", "source"], validate_constraints=False)
    except ValidationError as error:
        errors = {name: " ".join(texts) for name, texts in error.message_dict.items()}
    errors |= _errors_of_columns(collection) | _errors_of_times(collection)
    bounds = [collection.lowest, collection.highest]
    if not errors.keys() & {"lowest", "highest"} and None not in bounds and bounds != sorted(bounds):  # type: ignore[type-var]
        errors["highest"] = _("It lies below the lowest value.")
    if collection.metric.speed != 1:
        errors["source"] = _("A replay is fed by its recording.")
    if errors:
        raise InputRefused(**errors)


def _errors_of_columns(collection: Collection) -> dict[str, str]:
    errors: dict[str, str] = {}
    dimensions = collection.metric.dimensions
    kind = KINDS[collection.source.kind]
    if not isinstance(collection.filters, dict) or not all(
        isinstance(value, str | int | float | bool) for value in collection.filters.values()
    ):
        errors["filters"] = _("It must be an object of columns and values.")
    if collection.statement:
        return errors | _errors_of_statement(collection)
    if not collection.table and kind.needs_time:
        errors["table"] = _("This is needed.")
    if not collection.time_column and kind.needs_time:
        errors["time_column"] = _("This is needed.")
    if not kind.needs_time and not collection.table:
        errors["statement"] = _("This is needed.")
    if not isinstance(collection.labels, dict) or set(collection.labels) != set(dimensions):
        errors["labels"] = _("Name a column for each of these: %(names)s.") % {"names": ", ".join(dimensions) or "–"}
    if collection.aggregate != Aggregate.COUNT and not collection.value_column and kind.needs_time:
        errors["value_column"] = _("This is needed.")
    return errors


def _errors_of_statement(collection: Collection) -> dict[str, str]:
    kind = collection.source.kind
    if not KINDS[kind].has_statement:
        return {"statement": _("This kind of source takes no query of your own.")}
    from detection.sources.dialects import check_statement

    try:
        check_statement(kind, collection.statement)
    except SourceError as error:
        return {"statement": str(error)}
    return {}


def _errors_of_times(collection: Collection) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not is_known(collection.time_format):
        errors["time_format"] = _("Enter timestamp, epoch, epoch_ms, or a pattern such as %s.") % "%Y-%m-%d %H:%M:%S"
    if not is_zone(collection.time_zone):
        errors["time_zone"] = _("There is no such time zone.")
    if not timedelta(0) <= collection.delay <= timedelta(days=2):
        errors["delay"] = _("The delay must lie between nothing and two days.")
    return errors


def _require_editor(actor: Person | None) -> None:
    if actor is not None and not permissions.edits_sources(actor):
        raise NotPermitted("edit")
