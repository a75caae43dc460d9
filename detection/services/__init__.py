"""Everything that can be done to sources, metrics, rules and alerts."""

from detection.services.backtesting import BackTest, back_test
from detection.services.collecting import collect_due, collect_for_a_while
from detection.services.collections import collect_metric, pause_collection, preview, resume_collection
from detection.services.defining import apply_document, export_document
from detection.services.evaluating import evaluate_due
from detection.services.explaining import Explanation, explain
from detection.services.heartbeats import (
    add_heartbeat,
    beat,
    edit_heartbeat,
    judge_heartbeats,
    pause_heartbeat,
    resume_heartbeat,
    rotate_heartbeat_key,
)
from detection.services.intake import drop_old_receipts, process_receipts
from detection.services.integrations import (
    add_integration,
    edit_integration,
    retry_receipt,
    rotate_key,
    switch_integration,
)
from detection.services.keeping import back_test_versions
from detection.services.localising import refresh_localisations
from detection.services.maintenance import end_maintenance, extend_maintenance, plan_maintenance, release_suppressed
from detection.services.metrics import add_metric, drop_expired_frames, edit_metric, store_frame
from detection.services.modes import disable_rule, enable_rule, go_live, return_to_shadow
from detection.services.ordering import (
    add_correlation_rule,
    add_route,
    edit_ordered,
    move_ordered,
    remove_ordered,
)
from detection.services.recovering import calm_flaps
from detection.services.replaying import Sighting, replaying_incident
from detection.services.rules import add_rule, draft_rule, edit_rule, restore_version
from detection.services.sources import add_source, edit_source, look_at, remove_source

__all__ = [
    "BackTest",
    "Explanation",
    "Sighting",
    "add_correlation_rule",
    "add_heartbeat",
    "add_integration",
    "add_metric",
    "add_route",
    "add_rule",
    "add_source",
    "apply_document",
    "back_test",
    "back_test_versions",
    "beat",
    "calm_flaps",
    "collect_due",
    "collect_for_a_while",
    "collect_metric",
    "disable_rule",
    "draft_rule",
    "drop_expired_frames",
    "drop_old_receipts",
    "edit_heartbeat",
    "edit_integration",
    "edit_metric",
    "edit_ordered",
    "edit_rule",
    "edit_source",
    "enable_rule",
    "end_maintenance",
    "evaluate_due",
    "explain",
    "export_document",
    "extend_maintenance",
    "go_live",
    "judge_heartbeats",
    "look_at",
    "move_ordered",
    "pause_collection",
    "pause_heartbeat",
    "plan_maintenance",
    "preview",
    "process_receipts",
    "refresh_localisations",
    "release_suppressed",
    "remove_ordered",
    "remove_source",
    "replaying_incident",
    "restore_version",
    "resume_collection",
    "resume_heartbeat",
    "retry_receipt",
    "return_to_shadow",
    "rotate_heartbeat_key",
    "rotate_key",
    "store_frame",
    "switch_integration",
]
