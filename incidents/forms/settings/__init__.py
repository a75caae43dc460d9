"""The forms of the incident settings."""

from incidents.forms.settings.calendars import CalendarForm
from incidents.forms.settings.classification import CategoryForm, CellForm, CriterionForm
from incidents.forms.settings.levels import LevelForm, TargetForm
from incidents.forms.settings.policy import ActionPolicyForm, PolicyForm
from incidents.forms.settings.reporting import CustomFieldForm, NewCustomFieldForm, TemplateForm

__all__ = [
    "ActionPolicyForm",
    "CalendarForm",
    "CategoryForm",
    "CellForm",
    "CriterionForm",
    "CustomFieldForm",
    "LevelForm",
    "NewCustomFieldForm",
    "PolicyForm",
    "TargetForm",
    "TemplateForm",
]
