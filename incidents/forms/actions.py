"""What action items ask for, on pages and in the API."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Role
from incidents.forms.fields import IncidentReference, PersonChoice, Text
from incidents.models.action import ActionType

COLLEAGUES = tuple(role for role in Role if role != Role.REPORTER)


class Day(forms.DateField):
    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**options)


class OpenActionForm(forms.Form):
    """A new item. ``origin`` and ``origin_id`` name the record above incidents that it comes out of."""

    title = forms.CharField(label=_("Action"), max_length=300)
    type = forms.ChoiceField(label=_("Type"), choices=ActionType.choices)
    owner = PersonChoice(*COLLEAGUES, label=_("Owner"), empty_label=_("Choose somebody"))
    due_on = Day(label=_("Due on"))
    remind_on = Day(
        label=_("Remind on"), required=False, help_text=_("Beside the reminders that come anyway before the due date.")
    )
    incident = IncidentReference(label=_("Incident"), required=False)
    origin = forms.CharField(label=_("Comes from"), max_length=30, required=False, widget=forms.HiddenInput)
    origin_id = forms.IntegerField(
        label=_("Its number"), required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput
    )


class CompleteForm(forms.Form):
    """One of the two at least."""

    proof = Text(label=_("By what it can be seen that this is done"), rows=2, required=False)
    proof_url = forms.URLField(label=_("Link to the proof"), required=False, max_length=500, assume_scheme="https")


class ChangeDueForm(forms.Form):
    due_on = Day(label=_("New due date"))
    reason = Text(label=_("Reason"), rows=2)


class ReassignForm(forms.Form):
    owner = PersonChoice(*COLLEAGUES, label=_("New owner"), empty_label=_("Choose somebody"))
    reason = Text(label=_("Reason"), rows=2)


class RemindForm(forms.Form):
    on = Day(label=_("Remind on"), required=False, help_text=_("Leave it empty to take the reminder back."))
