"""The routing tree: add, change, delete a route."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle.models import Via
from lifecycle.patterns import PatternRefused, read_pattern
from lifecycle.text import one_line, sanitise
from lifecycle.transitions import InputRefused, lock
from notifications.models import EscalationPolicy, Route
from notifications.services.editing.writing import Facts, record_change, require_editor

MOST_ROUTES = 500
DEEPEST = 8
LABELS = ("level", "service", "team", "business_line", "category", "source", "is_major", "is_drill")
ADDED_LABEL = re.compile(r"(tag|custom)_.{1,80}")
LONGEST_VALUE = 200


@dataclass(frozen=True)
class RouteValues:
    """``policy`` None: the parent's. ``match``: label -> exact value; ``match_re``: label -> pattern."""

    match: Mapping[str, str] = field(default_factory=dict)
    match_re: Mapping[str, str] = field(default_factory=dict)
    policy: EscalationPolicy | None = None
    goes_on: bool = False
    note: str = ""
    position: int = 0


@transaction.atomic
def add_route(parent: Route, values: RouteValues, *, actor: Person | None, via: str = Via.WEB) -> Route:
    """A child of ``parent``; the root is there from the beginning."""
    require_editor(actor)
    _lock_tree()
    if Route.objects.count() >= MOST_ROUTES:
        raise InputRefused(match=_("More than %(number)d routes are too many.") % {"number": MOST_ROUTES})
    if _depth(parent) >= DEEPEST:
        raise InputRefused(match=_("Deeper than %(number)d routes nobody finds the way.") % {"number": DEEPEST})
    route = Route(parent=parent)
    _write(route, values)
    record_change(route, "add_route", {}, _facts(route), actor=actor, via=via)
    return route


@transaction.atomic
def change_route(route: Route, values: RouteValues, *, actor: Person | None, via: str = Via.WEB) -> Route:
    require_editor(actor)
    _lock_tree()
    lock(route)
    before = _facts(route)
    _write(route, values)
    record_change(route, "change_route", before, _facts(route), actor=actor, via=via)
    return route


@transaction.atomic
def delete_route(route: Route, *, actor: Person | None, via: str = Via.WEB) -> None:
    """With everything below it. The root stays."""
    require_editor(actor)
    _lock_tree()
    lock(route)
    if route.parent_id is None:
        raise InputRefused(route=_("The first route is for every incident and stays."))
    below = route.children.count()
    record_change(route, "delete_route", {**_facts(route), "children": below}, {}, actor=actor, via=via)
    route.delete()


def _lock_tree() -> None:
    """Two people who edit the tree at once come one after the other."""
    list(Route.objects.select_for_update().filter(parent=None))


def _depth(route: Route) -> int:
    depth, above = 1, route.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    return depth


def _write(route: Route, values: RouteValues) -> None:
    match = {label.strip(): sanitise(value).strip() for label, value in values.match.items()}
    match_re = {label.strip(): sanitise(value).strip() for label, value in values.match_re.items()}
    if route.parent_id is None and (match or match_re or values.goes_on):
        raise InputRefused(match=_("The first route is for every incident: it has no conditions."))
    if route.parent_id is not None and not match and not match_re:
        raise InputRefused(match=_("Give at least one condition: without one no route after it is ever reached."))
    for label, value in (*match.items(), *match_re.items()):
        _refuse_label(label, value)
    for pattern in match_re.values():
        _refuse_pattern(pattern)
    route.match, route.match_re, route.policy = match, match_re, values.policy
    route.goes_on, route.note, route.position = values.goes_on, one_line(sanitise(values.note))[:200], values.position
    route.save()


def _refuse_label(label: str, value: str) -> None:
    if label not in LABELS and not ADDED_LABEL.fullmatch(label):
        names = ", ".join([*LABELS, "tag_…", "custom_…"])
        raise InputRefused(match=_("“%(label)s” is no label. There are: %(names)s.") % {"label": label, "names": names})
    if len(value) > LONGEST_VALUE:
        raise InputRefused(match=_("The value of “%(label)s” is too long.") % {"label": label})


def _refuse_pattern(pattern: str) -> None:
    try:
        read_pattern(pattern)
    except PatternRefused as refused:
        words = {"pattern": pattern, "why": refused}
        raise InputRefused(match=_("“%(pattern)s” cannot be used as a pattern: %(why)s.") % words) from refused


def _facts(route: Route) -> Facts:
    return {
        "match": route.match,
        "match_re": route.match_re,
        "policy": route.policy.name if route.policy else None,
        "goes_on": route.goes_on,
        "note": route.note,
        "position": route.position,
    }
