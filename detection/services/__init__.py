"""Everything that can be done to metrics, rules and alerts."""

from detection.services.evaluating import evaluate_due
from detection.services.metrics import add_metric, drop_expired_frames, edit_metric, store_frame
from detection.services.rules import add_rule, disable_rule, edit_rule, enable_rule

__all__ = [
    "add_metric",
    "add_rule",
    "disable_rule",
    "drop_expired_frames",
    "edit_metric",
    "edit_rule",
    "enable_rule",
    "evaluate_due",
    "store_frame",
]
