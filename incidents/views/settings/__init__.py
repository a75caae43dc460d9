"""The pages under /incidents/settings/: administrators change, other colleagues look, reporters find nothing."""

from incidents.views.settings.calendars import (
    add_calendar_page,
    calendar_page,
    calendars_page,
    delete_calendar_page,
)
from incidents.views.settings.changes import changes_page
from incidents.views.settings.classification import (
    add_category_page,
    add_criterion_page,
    categories_page,
    category_page,
    criteria_page,
    criterion_page,
    matrix_page,
)
from incidents.views.settings.levels import level_page, levels_page
from incidents.views.settings.policy import action_policy_page, policy_page
from incidents.views.settings.reporting import (
    add_field_page,
    add_template_page,
    field_page,
    fields_page,
    template_page,
    templates_page,
)

__all__ = [
    "action_policy_page",
    "add_calendar_page",
    "add_category_page",
    "add_criterion_page",
    "add_field_page",
    "add_template_page",
    "calendar_page",
    "calendars_page",
    "categories_page",
    "category_page",
    "changes_page",
    "criteria_page",
    "criterion_page",
    "delete_calendar_page",
    "field_page",
    "fields_page",
    "level_page",
    "levels_page",
    "matrix_page",
    "policy_page",
    "template_page",
    "templates_page",
]
