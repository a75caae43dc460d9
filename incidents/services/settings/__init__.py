"""What administrators set: levels and their targets, calendars, classification, fields, templates, policy.

All take ``actor`` (None: the product itself, while it is set up) and ``via``, and record one event on the changed row
whose data says what was "before" and "after"; what changes nothing records nothing. All raise NotPermitted,
ValidationError by field or InputRefused, and then nothing has changed.

Nothing here moves a running clock: clocks keep the target and the calendar that were in force when the incident was
reported or its level last changed (``incidents.services.clocks``).
"""

from incidents.services.settings.calendars import add_calendar, change_calendar, delete_calendar
from incidents.services.settings.categories import add_category, change_category
from incidents.services.settings.judging import add_criterion, change_criterion, set_matrix
from incidents.services.settings.levels import TargetValues, set_level
from incidents.services.settings.policy import set_action_policy, set_policy
from incidents.services.settings.reporting import (
    add_custom_field,
    add_template,
    change_custom_field,
    change_template,
)

VERBS = (
    "set_level",
    "add_calendar",
    "change_calendar",
    "delete_calendar",
    "set_matrix_cell",
    "add_criterion",
    "change_criterion",
    "add_category",
    "change_category",
    "add_custom_field",
    "change_custom_field",
    "add_template",
    "change_template",
    "set_policy",
    "set_action_policy",
)
"""The verbs of the events that these leave."""

__all__ = [
    "VERBS",
    "TargetValues",
    "add_calendar",
    "add_category",
    "add_criterion",
    "add_custom_field",
    "add_template",
    "change_calendar",
    "change_category",
    "change_criterion",
    "change_custom_field",
    "change_template",
    "delete_calendar",
    "set_action_policy",
    "set_level",
    "set_matrix",
    "set_policy",
]
