"""The kinds of inspection: a small registry. One is a file here, imported below; an upper app registers its own."""

from detection.inspections.kinds import metrics, overdue, queries, registers, rules, services  # noqa: F401
from detection.inspections.kinds.registry import KINDS, Fact, Kind, Look, ParametersForm, Seen, register

__all__ = ["KINDS", "Fact", "Kind", "Look", "ParametersForm", "Seen", "register"]
