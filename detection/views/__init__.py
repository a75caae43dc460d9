from detection.views.metrics import export_metric, metric_list, metric_page
from detection.views.rules import edit_rule_page, new_rule, rule_list, rule_page, switch_rule

__all__ = [
    "edit_rule_page",
    "export_metric",
    "metric_list",
    "metric_page",
    "new_rule",
    "rule_list",
    "rule_page",
    "switch_rule",
]
