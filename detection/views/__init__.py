from detection.views.collecting import edit_collection, new_metric, switch_collection
from detection.views.editing import edit_rule_page, new_rule
from detection.views.explaining import explain_minute
from detection.views.metrics import export_metric, metric_list, metric_page
from detection.views.modes import switch_rule
from detection.views.rules import rule_list, rule_page
from detection.views.sightings import sightings
from detection.views.sources import (
    edit_source_page,
    look_at_source,
    new_source,
    remove_source_page,
    source_list,
    source_page,
)
from detection.views.versions import compare_versions, restore_rule_version, version_list

__all__ = [
    "compare_versions",
    "edit_collection",
    "edit_rule_page",
    "edit_source_page",
    "explain_minute",
    "export_metric",
    "look_at_source",
    "metric_list",
    "metric_page",
    "new_metric",
    "new_rule",
    "new_source",
    "remove_source_page",
    "restore_rule_version",
    "rule_list",
    "rule_page",
    "sightings",
    "source_list",
    "source_page",
    "switch_collection",
    "switch_rule",
    "version_list",
]
