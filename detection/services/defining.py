"""Definitions out of a document: what would change, and the change; and the document of what there is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from detection.models import Collection, Metric, Rule, Source
from detection.services.collections import FIELDS, collect_metric
from detection.services.metrics import add_metric, edit_metric
from detection.services.rules import add_rule, edit_rule
from detection.services.sources import add_source, edit_source
from detection.sources import KINDS
from incidents.models import Level
from lifecycle.models import Via
from lifecycle.transitions import InputRefused

SOURCE_FIELDS = ("name", "kind", "options", "secret_env", "timeout", "row_cap")
METRIC_FIELDS = ("name", "dimensions", "interval", "lateness", "precision", "retention", "service")
RULE_FIELDS = (
    *("name", "metric", "kind", "parameters", "selector", "service", "level", "fire_for", "fire_of", "clear_after"),
    *("title", "group", "is_shadow"),
)
COLLECTION_FIELDS = tuple(name for name in FIELDS if name != "is_active")
Plain = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """``fields``: name -> (before, after); all of them new where there was nothing."""

    what: str
    name: str
    is_new: bool
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """As a diff."""
        head = f"{'+' if self.is_new else '~'} {self.what} {self.name}"
        if self.is_new:
            return [head, *(f"    + {name}: {after!r}" for name, (_before, after) in self.fields.items())]
        rows = [
            (f"    - {name}: {before!r}", f"    + {name}: {after!r}") for name, (before, after) in self.fields.items()
        ]
        return [head, *(line for pair in rows for line in pair)]


class _TakenBack(Exception):  # noqa: N818
    """A dry run is over."""


def apply_document(
    document: Mapping[str, Any], *, dry_run: bool = False, actor: Person | None = None, via: str = Via.SYSTEM
) -> list[Change]:
    """Make what there is as the document says; what it does not name stays. All of it or nothing.

    Applying the same again changes nothing. Returns what changed, or with ``dry_run`` what would. Raises InputRefused,
    whose field names tell where (``metrics.payments.interval``); NotPermitted.
    """
    changes: list[Change] = []
    try:
        with transaction.atomic():
            for slug, given in document["sources"].items():
                changes += _told(f"sources.{slug}", _apply_source, slug, given, actor, via)
            for slug, given in document["metrics"].items():
                changes += _told(f"metrics.{slug}", _apply_metric, slug, given, actor, via)
            for given in document["rules"]:
                changes += _told(f"rules.{given.get('name', '?')}", _apply_rule, given, actor, via)
            if dry_run:
                raise _TakenBack
    except _TakenBack:
        pass
    return changes


def export_document() -> Plain:
    """Everything there is, as ``apply_document`` takes it. Passwords are not in it, only the names of variables."""
    return {
        "sources": {source.slug: plain_source(source) for source in Source.objects.all()},
        "metrics": {metric.slug: _with_collection(metric) for metric in Metric.objects.select_related("service")},
        "rules": [plain_rule(rule) for rule in Rule.objects.select_related("metric", "service")],
    }


def plain_source(source: Source) -> Plain:
    return {**_plain(source, SOURCE_FIELDS), "options": dict(source.options)}


def plain_metric(metric: Metric) -> Plain:
    return {**_plain(metric, METRIC_FIELDS), "service": metric.service.slug if metric.service else None}


def plain_collection(collection: Collection) -> Plain:
    return {**_plain(collection, COLLECTION_FIELDS), "source": collection.source.slug}


def plain_rule(rule: Rule) -> Plain:
    found = {**_plain(rule, RULE_FIELDS), "metric": rule.metric.slug, "service": rule.service.slug}
    return {**found, "level": rule.level_id}


def _apply_source(slug: str, given: Plain, actor: Person | None, via: str) -> list[Change]:
    _refuse_unknown(given, SOURCE_FIELDS, secret=_("Passwords do not belong into files: name a variable (secret_env)."))
    wanted = _with_durations(given, "timeout")
    source = Source.objects.filter(slug=slug).first()
    if source is None:
        add_source(slug=slug, actor=actor, via=via, **_complete(wanted, "name", "kind", "options"))
        return [_added("source", slug, given)]
    given = {**given, "options": _normal(source.kind, given["options"])} if "options" in given else given
    changed = _differences(plain_source(source), given)
    if changed:
        edit_source(source, actor=actor, via=via, **{name: wanted[name] for name in changed})
    return _changed("source", slug, changed)


def _apply_metric(slug: str, given: Plain, actor: Person | None, via: str) -> list[Change]:
    collection = given.get("collection")
    given = {name: value for name, value in given.items() if name != "collection"}
    _refuse_unknown(given, METRIC_FIELDS)
    wanted = _with_durations(given, "interval", "lateness", "retention")
    if not isinstance(wanted.get("dimensions", []), list):
        raise InputRefused(dimensions=_("It must be a list of names."))
    if "service" in wanted:
        wanted["service"] = _service(wanted["service"])
    metric = Metric.objects.select_related("service").filter(slug=slug).first()
    if metric is None:
        metric = add_metric(slug=slug, actor=actor, via=via, **_complete(wanted, "name"))
        changes = [_added("metric", slug, given)]
    else:
        changed = _differences(plain_metric(metric), given)
        if changed:
            edit_metric(metric, actor=actor, via=via, **{name: wanted[name] for name in changed})
        changes = _changed("metric", slug, changed)
    return changes + (_apply_collection(metric, collection, actor, via) if collection is not None else [])


def _apply_collection(metric: Metric, given: Any, actor: Person | None, via: str) -> list[Change]:
    if not isinstance(given, dict):
        raise InputRefused(collection=_("It must be an object."))
    _refuse_unknown(given, COLLECTION_FIELDS)
    wanted = _complete(_with_durations(given, "delay"), "source")
    source = Source.objects.filter(slug=str(wanted.pop("source"))).first()
    if source is None:
        raise InputRefused(source=_("There is no source “%(name)s”.") % {"name": given["source"]})
    collection = Collection.objects.select_related("source").filter(metric=metric).first()
    changed = _differences(plain_collection(collection), given) if collection else {}
    if collection is None or changed:
        collect_metric(metric, source=source, actor=actor, via=via, **wanted)
    if collection is None:
        return [_added("collection", metric.slug, given)]
    return _changed("collection", metric.slug, changed)


def _apply_rule(given: Plain, actor: Person | None, via: str) -> list[Change]:
    """A rule is known by its metric and its name."""
    _refuse_unknown(given, RULE_FIELDS)
    wanted = _complete(given, "name", "metric", "kind", "parameters", "service", "level", "title")
    metric = Metric.objects.filter(slug=str(wanted["metric"])).first()
    level = Level.objects.filter(pk=wanted["level"]).first() if isinstance(wanted["level"], int) else None
    if metric is None:
        raise InputRefused(metric=_("There is no metric “%(name)s”.") % {"name": wanted["metric"]})
    if level is None:
        raise InputRefused(level=_("There is no such level."))
    wanted |= {"metric": metric, "level": level, "service": _service(wanted["service"])}
    rule = Rule.objects.select_related("metric", "service").filter(metric=metric, name=wanted["name"]).first()
    if rule is None:
        add_rule(actor=actor, via=via, **wanted)
        return [_added("rule", f"{metric.slug} · {wanted['name']}", given)]
    changed = _differences(plain_rule(rule), given)
    changed.pop("is_shadow", None)  # going live is somebody's decision, not a file's
    if changed:
        edit_rule(rule, actor=actor, via=via, **{name: wanted[name] for name in changed})
    return _changed("rule", f"{metric.slug} · {rule.name}", changed)


def _told(place: str, apply: Callable[..., list[Change]], *arguments: Any) -> list[Change]:
    try:
        return apply(*arguments)
    except InputRefused as refused:
        raise InputRefused(**{f"{place}.{name}": sentence for name, sentence in refused.errors.items()}) from refused
    except (TypeError, ValueError, AttributeError) as error:  # a list where a text belongs, and the like
        raise InputRefused(**{place: _("Something here is of the wrong type.")}) from error


def _plain(record: Any, names: tuple[str, ...]) -> Plain:
    found = {name: getattr(record, name) for name in names}
    return {name: _seconds(value) if isinstance(value, timedelta) else value for name, value in found.items()}


def _seconds(duration: timedelta) -> int | float:
    seconds = duration.total_seconds()
    return int(seconds) if seconds.is_integer() else seconds


def _with_durations(given: Plain, *names: str) -> Plain:
    wanted = dict(given)
    for name in names:
        if name in wanted:
            number = wanted[name]
            if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 10**9:
                raise InputRefused(**{name: _("Enter a number of seconds.")})
            wanted[name] = timedelta(seconds=number)
    return wanted


def _differences(before: Plain, given: Plain) -> dict[str, tuple[Any, Any]]:
    return {name: (before[name], value) for name, value in given.items() if before[name] != value}


def _normal(kind: str, options: Any) -> Plain:
    """With the defaults that are kept with the rest."""
    known = options if isinstance(options, dict) else {}
    found = {option.name: known.get(option.name, option.default) for option in KINDS[kind].options} | known
    return {name: value for name, value in found.items() if value not in ("", None)}


def _complete(wanted: Plain, *needed: str) -> Plain:
    if missing := [name for name in needed if name not in wanted]:
        raise InputRefused(**{name: _("This is needed.") for name in missing})
    return dict(wanted)


def _refuse_unknown(given: Plain, known: tuple[str, ...], **more: str) -> None:
    if unknown := [str(name) for name in given if name not in known]:
        raise InputRefused(**{name: more.get(name, _("There is no such field here.")) for name in unknown})


def _service(slug: Any) -> Service | None:
    if slug is None:
        return None
    service = Service.objects.filter(slug=str(slug)).first()
    if service is None:
        raise InputRefused(service=_("There is no service “%(name)s”.") % {"name": slug})
    return service


def _with_collection(metric: Metric) -> Plain:
    collection = Collection.objects.select_related("source").filter(metric=metric).first()
    return {**plain_metric(metric), **({"collection": plain_collection(collection)} if collection else {})}


def _added(what: str, name: str, given: Plain) -> Change:
    return Change(what, name, True, {key: (None, value) for key, value in given.items()})


def _changed(what: str, name: str, fields: Mapping[str, tuple[Any, Any]]) -> list[Change]:
    return [Change(what, name, False, fields)] if fields else []
