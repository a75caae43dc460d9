"""Verbs of metrics: define one, put a frame in, drop what has expired."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from detection import frames, permissions
from detection.models import MINUTE, Counts, Metric, Precision, Series
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event

MAX_DIMENSIONS = 8
MAX_LABEL = 100
MAX_SERIES = 1_000_000
Labels = Mapping[str, str]


@transaction.atomic
def add_metric(
    *,
    name: str,
    slug: str,
    dimensions: Sequence[str] = (),
    interval: timedelta = MINUTE,
    lateness: timedelta = timedelta(0),
    precision: str = Precision.FLOAT32,
    retention: timedelta = timedelta(days=35),
    service: Service | None = None,
    speed: float = 1,
    counts: str = Counts.NOTHING,
    detail: Metric | None = None,
    actor: Person | None = None,
    via: str = Via.SYSTEM,
) -> Metric:
    """Define a metric. Raises InputRefused by field, NotPermitted."""
    _require_editor(actor)
    metric = Metric(
        name=name,
        slug=slug,
        dimensions=_checked_dimensions(dimensions),
        interval=interval,
        lateness=lateness,
        precision=precision,
        retention=retention,
        service=service,
        speed=speed,
        counts=counts,
        detail=detail,
    )
    _check(metric)
    metric.save()
    record_event(metric, "define", actor=actor, via=via)
    return metric


@transaction.atomic
def edit_metric(metric: Metric, *, actor: Person | None, via: str, **changes: Any) -> Metric:
    """Change its name, lateness, retention, service, what it counts, or where that is counted in more detail.

    What frames depend on stays as it was defined.
    """
    _require_editor(actor)
    lock(metric)
    for name in changes:
        if name not in {"name", "lateness", "retention", "service", "counts", "detail"}:
            raise InputRefused(**{name: _("This cannot be changed any more.")})
        setattr(metric, name, changes[name])
    _check(metric)
    metric.save(update_fields=list(changes))
    record_event(metric, "edit", actor=actor, via=via, data={"changed": sorted(changes)})
    return metric


def store_frame(
    metric: Metric,
    *,
    at: datetime,
    values: Iterable[tuple[Labels, float | None]],
    actor: Person | None = None,
) -> int:
    """Put the values of one minute in: (labels, value), None for a gap. Returns how many there were.

    A frame may come late or again: what it names is overwritten, the rest stays. New labels become new series.
    Raises InputRefused with the row that cannot be used, and then nothing was stored; NotPermitted.
    """
    _require_editor(actor)
    now = clock.now()
    if at > now + metric.interval:
        raise InputRefused(at=_("This minute lies in the future."))
    if at < now - metric.retention:
        raise InputRefused(at=_("This minute is older than the metric keeps."))
    given = _checked_rows(metric, values)
    with transaction.atomic():
        positions = positions_of(metric, {key: labels for key, (labels, _value) in given.items()})
        places = {positions[key]: value for key, (_labels, value) in given.items()}
        frames.append_frame(metric, metric.align(at), places, width=max(positions.values(), default=-1) + 1)
    return len(given)


def drop_expired_frames() -> int:
    """Delete what every metric no longer wants to keep, with the verdicts on it. Returns how many frames went."""
    return frames.drop_expired()


def _checked_rows(metric: Metric, values: Iterable[tuple[Labels, float | None]]) -> dict[str, tuple[Labels, float]]:
    """By key: (labels, value). Raises InputRefused that names the row, counted from 1."""
    given: dict[str, tuple[Labels, float]] = {}
    for number, (labels, value) in enumerate(values, start=1):
        try:
            key, checked = label_key(metric, labels), _checked_value(metric, value)
            if key in given:
                raise InputRefused(labels=_("The frame has these labels twice."))
        except InputRefused as refused:
            words = {"row": number}
            named = {name: _("Row %(row)d:") % words + " " + text for name, text in refused.errors.items()}
            raise InputRefused(**named) from refused
        given[key] = (labels, checked)
    return given


def label_key(metric: Metric, labels: Labels) -> str:
    """The labels as text in the order of the dimensions. Raises InputRefused where they do not fit the metric."""
    if set(labels) != set(metric.dimensions):
        expected = ", ".join(metric.dimensions) or _("none")
        raise InputRefused(labels=_("The labels must be exactly these: %(names)s.") % {"names": expected})
    texts = [labels[name] for name in metric.dimensions]
    if not all(isinstance(text, str) and 0 < len(text) <= MAX_LABEL and text.isprintable() for text in texts):
        raise InputRefused(labels=_("A label is a printable text of at most %(count)d letters.") % {"count": MAX_LABEL})
    key = json.dumps(texts, ensure_ascii=False)
    if len(key) > 500:
        raise InputRefused(labels=_("The labels are too long together."))
    return key


def positions_of(metric: Metric, wanted: Mapping[str, Labels]) -> dict[str, int]:
    """Key -> position; unknown keys get the next positions under the metric's lock."""
    known = _known_positions(metric, wanted)
    if len(known) == len(wanted):
        return known
    lock(metric)
    known = _known_positions(metric, wanted)
    last = metric.series.aggregate(last=Max("position"))["last"]
    place = -1 if last is None else last
    fresh = []
    for key in wanted:
        if key not in known:
            place += 1
            known[key] = place
            labels = {name: wanted[key][name] for name in metric.dimensions}
            fresh.append(Series(metric=metric, labels=labels, key=key, position=place))
    if place >= MAX_SERIES:
        raise InputRefused(labels=_("A metric holds at most %(count)d series.") % {"count": MAX_SERIES})
    Series.objects.bulk_create(fresh, batch_size=5000)
    return known


def _known_positions(metric: Metric, wanted: Iterable[str]) -> dict[str, int]:
    return dict(metric.series.filter(key__in=list(wanted)).values_list("key", "position"))


def _checked_value(metric: Metric, value: Any) -> float:
    """NaN for None. Raises InputRefused for what is no finite number, or too large for the metric's precision."""
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputRefused(value=_("A value is a number, or null for a gap."))
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or abs(number) > float(np.finfo(metric.precision).max):
        raise InputRefused(value=_("A value must be finite and within what the metric can hold."))
    if number < 0 and metric.counts:
        raise InputRefused(value=_("What is counted cannot be less than nothing."))
    return number


def _checked_dimensions(dimensions: Sequence[str]) -> list[str]:
    names = list(dimensions)
    if len(names) > MAX_DIMENSIONS or len(set(names)) != len(names):
        raise InputRefused(
            dimensions=_("At most %(count)d dimensions, each with its own name.") % {"count": MAX_DIMENSIONS}
        )
    if not all(isinstance(name, str) and name.isidentifier() and len(name) <= 40 for name in names):
        raise InputRefused(dimensions=_("A dimension is named by letters, digits and underscores."))
    return names


def _check(metric: Metric) -> None:
    if not timedelta(milliseconds=1) <= metric.interval <= timedelta(days=1):
        raise InputRefused(interval=_("The interval must lie between a millisecond and a day."))
    if not timedelta(0) <= metric.lateness <= timedelta(days=1):
        raise InputRefused(lateness=_("The lateness must lie between nothing and a day."))
    if not timedelta(hours=1) <= metric.retention <= timedelta(days=3660):
        raise InputRefused(retention=_("Frames must be kept for an hour at least and ten years at most."))
    if refusal := _error_of_detail(metric):
        raise InputRefused(detail=refusal)
    try:
        metric.full_clean(exclude=["dimensions"])
    except ValidationError as error:
        raise InputRefused(**{name: " ".join(texts) for name, texts in error.message_dict.items()}) from error


def _error_of_detail(metric: Metric) -> str:
    detail = metric.detail
    if detail is None:
        return ""
    if detail.pk == metric.pk or detail.interval != metric.interval or detail.speed != metric.speed:
        return _("It must be another metric of the same interval.")
    if not set(metric.dimensions) <= set(detail.dimensions):
        return _("It must have all dimensions of this metric.")
    return ""


def _require_editor(actor: Person | None) -> None:
    if actor is not None and not permissions.edits_rules(actor):
        raise NotPermitted("edit")
