"""Everything that can be done to an emergency plan, and with one at an incident."""

from problems.services.planning.attaching import attach_by_condition, attach_plan, detach_plan
from problems.services.planning.calling import call_step
from problems.services.planning.conditions import set_conditions
from problems.services.planning.drafting import add_plan, discard_draft, restore_version, save_draft
from problems.services.planning.paging import page_step
from problems.services.planning.publishing import publish_version, retire_plan, revive_plan
from problems.services.planning.running import abort_plan, finish_plan, start_plan
from problems.services.planning.ticking import note_step, skip_step, tick_step, undo_step

__all__ = [
    "abort_plan",
    "add_plan",
    "attach_by_condition",
    "attach_plan",
    "call_step",
    "detach_plan",
    "discard_draft",
    "finish_plan",
    "note_step",
    "page_step",
    "publish_version",
    "restore_version",
    "retire_plan",
    "revive_plan",
    "save_draft",
    "set_conditions",
    "skip_step",
    "start_plan",
    "tick_step",
    "undo_step",
]
