"""Draws the declared transitions, so that the documentation cannot disagree with the code."""

from collections import defaultdict
from typing import Any

from django.apps import apps
from django.utils.translation import override

from lifecycle.models import StatefulRecord
from lifecycle.transitions import declared


def stateful_models() -> list[type[StatefulRecord]]:
    """Every model with a declared status, in the order of the apps."""
    return [model for model in apps.get_models() if issubclass(model, StatefulRecord)]


def draw(model: type[StatefulRecord]) -> str:
    """A Mermaid state diagram: one arrow a pair of statuses, labelled with its verbs."""
    arrows: dict[tuple[str, str], set[str]] = defaultdict(set)
    for transition in declared(model):
        for target in _targets(transition.target):
            arrows[str(transition.source), target].add(transition.name)
    meta: Any = model._meta
    field = meta.get_field("status")
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {field.default}"]
    lines += [
        f"    {source} --> {target}: {', '.join(sorted(verbs))}" for (source, target), verbs in sorted(arrows.items())
    ]
    return "\n".join([*lines, "```"])


def page() -> str:
    """docs/states.md."""
    with override("en"):
        parts = [f"## {model._meta.verbose_name}\n\n{draw(model)}\n" for model in stateful_models()]
    source = "Generated from the declared transitions by `manage.py draw_states`; a test fails when it is stale."
    head = f"# States\n\n{source}\n"
    return "\n".join([head, *parts])


def _targets(target: Any) -> list[str]:
    """A fixed status, or those that the transition may choose from."""
    allowed = getattr(target, "allowed_states", None)
    return [str(status) for status in allowed] if allowed else [str(target)]
