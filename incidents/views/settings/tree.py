"""Categories in the order in which people read a tree: each below its parent, by position and name."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from incidents.models import Category


def as_tree(categories: Iterable[Category]) -> list[Category]:
    below: dict[int | None, list[Category]] = defaultdict(list)
    for category in categories:
        below[category.parent_id].append(category)
    return list(_walk(below, None))


def _walk(below: dict[int | None, list[Category]], parent: int | None) -> Iterator[Category]:
    for category in sorted(below[parent], key=lambda each: (each.position, each.name)):
        yield category
        yield from _walk(below, category.pk)
