"""Which escalation policies an incident gets: by the routing tree, or by its level where the tree says nothing."""

import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from catalog.models import BusinessLine
from incidents.models import Category, Incident
from notifications.models import EscalationPolicy
from notifications.models import Route as RouteRow
from notifications.routing import Labels, Route, RouteRefused

logger = logging.getLogger(__name__)
Paths = list[tuple[Route, ...]]


def policies_of(incident: Incident) -> list[EscalationPolicy]:
    """Every policy that the routes lead to, each once; the policy of the level where a way leads to none."""
    tree = load_tree()
    numbers = [path[-1].receiver for path in paths_of(tree, labels_of(incident))] if tree else [None]
    return policies_at_the_end(numbers, level=incident.level_id)


def policies_at_the_end(numbers: list[int | None], *, level: int) -> list[EscalationPolicy]:
    policies = EscalationPolicy.objects.prefetch_related("steps__people")
    found = {policy.pk: policy for policy in policies.filter(pk__in=[pk for pk in numbers if pk])}
    ends = [found.get(pk) if pk else policies.filter(levels__contains=[level]).first() for pk in dict.fromkeys(numbers)]
    return list({policy.pk: policy for policy in ends if policy is not None}.values())


def load_tree(rows: "list[RouteRow] | None" = None) -> Route | None:
    """The tree as the pure code knows it; ``key`` is the row's number. None where it is only a root that says nothing,
    or where what lies in the database is no tree (the services let nothing of that kind in)."""
    rows = list(RouteRow.objects.all()) if rows is None else rows
    children: defaultdict[int | None, list[RouteRow]] = defaultdict(list)
    for row in rows:
        children[row.parent_id].append(row)
    if not children[None] or (len(rows) == 1 and rows[0].policy_id is None):
        return None
    try:
        return Route.load(_data(children[None][0], children))
    except RouteRefused:
        logger.exception("The routing tree cannot be read; the policies of the levels are used")
        return None


def _data(row: RouteRow, children: dict[int | None, list[RouteRow]]) -> dict[str, Any]:
    return {
        "key": row.pk,
        "receiver": row.policy_id,
        "match": row.match,
        "match_re": row.match_re,
        "continue": row.goes_on,
        "routes": [_data(child, children) for child in children[row.pk]],
    }


def paths_of(tree: Route, labels: Labels) -> Paths:
    """The ways through the tree. The root is for every incident, whatever it says."""
    return tree.paths(labels) or [(tree,)]


def labels_of(incident: Incident) -> dict[str, str | tuple[str, ...]]:
    """What a route can ask about: see docs/escalation.md."""
    service = incident.service
    return {
        "level": str(incident.level_id),
        "service": service.slug,
        "team": service.operations_team.slug,
        "business_line": _line_and_above(service.business_line_id),
        "category": _category_and_above(incident.category),
        "source": incident.source,
        "is_major": "true" if incident.is_major else "false",
        "is_drill": "true" if incident.is_drill else "false",
        **{f"tag_{tag}": "true" for tag in incident.tags},
        **{f"custom_{key}": _text(value) for key, value in incident.custom.items()},
    }


def _line_and_above(pk: int) -> tuple[str, ...]:
    numbers = BusinessLine.objects.get(pk=pk).path.strip("/").split("/")
    return tuple(BusinessLine.objects.filter(pk__in=[*filter(None, numbers), pk]).values_list("slug", flat=True))


def _category_and_above(category: Category | None) -> tuple[str, ...]:
    if category is None:
        return ()
    numbers = category.path.strip("/").split("/")
    return tuple(Category.objects.filter(pk__in=[*filter(None, numbers), category.pk]).values_list("slug", flat=True))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Answer:
    """One end of the ways through the tree: the rows on the way, and the policy there."""

    way: list[RouteRow]
    policy: EscalationPolicy | None
    is_by_level: bool


def explain(labels: Labels) -> list[Answer]:
    """For the debugger: which policies these labels lead to, and by which routes."""
    rows = {row.pk: row for row in RouteRow.objects.select_related("policy")}
    tree = load_tree(list(rows.values()))
    level = str(labels.get("level", ""))
    number = int(level) if level.isascii() and level.isdigit() and len(level) < 5 else 0
    if tree is None:
        return [_answer([row for row in rows.values() if row.parent_id is None], None, number)]
    return [_answer([rows[route.key] for route in path], path[-1].receiver, number) for path in paths_of(tree, labels)]


def _answer(way: list[RouteRow], receiver: int | None, level: int) -> Answer:
    policy = next(iter(policies_at_the_end([receiver], level=level)), None)
    return Answer(way, policy, is_by_level=receiver is None)
