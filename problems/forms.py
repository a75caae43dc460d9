"""What each verb asks for. The API accepts the same."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.models import Role, Service
from incidents.forms import IncidentReference, PersonChoice, Text
from problems.models import Cause, ChangeLink, Factor, LinkKind, Problem, Why
from problems.models.status import CHOOSABLE

WORKING = (Role.OPERATIONS, Role.DEVELOPER, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)


class Day(forms.DateField):
    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**options)


class ProblemReference(forms.CharField):
    """A problem by its running number: "PRB-12" or "12"."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 30)
        options.setdefault("help_text", _("Its number, such as PRB-12."))
        super().__init__(**options)

    def clean(self, value: Any) -> Problem | None:
        text = super().clean(str(value) if isinstance(value, int) else value)
        if not text:
            return None
        number = re.fullmatch(r"(?:PRB-)?(\d{1,15})", text, re.IGNORECASE)
        problem = Problem.objects.filter(pk=int(number[1])).first() if number else None
        if problem is None:
            raise ValidationError(_("There is no such problem."), code="invalid")
        return problem


class RaiseForm(forms.Form):
    """A problem; raised from an incident, what is left empty comes from there."""

    title = forms.CharField(label=_("Title"), max_length=300, help_text=_("The cause that is sought, in one line."))
    description = Text(label=_("What is known"), rows=6, required=False)
    service = forms.ModelChoiceField(Service.objects.filter(is_active=True), label=_("Service"), to_field_name="slug")
    owner = PersonChoice(*WORKING, label=_("Owner"), required=False)
    due_on = Day(label=_("Target date"), required=False)
    incident = IncidentReference(label=_("Raised from the incident"), required=False)


class ApiRaiseForm(RaiseForm):
    """As RaiseForm; a program that raises from an incident may leave title and service to it."""

    title = forms.CharField(label=_("Title"), max_length=300, required=False)
    service = forms.ModelChoiceField(
        Service.objects.filter(is_active=True), label=_("Service"), to_field_name="slug", required=False
    )


class LinkForm(forms.Form):
    problem = ProblemReference(label=_("Problem"))


class NoteForm(forms.Form):
    note = Text(label=_("Note"), required=False)


class ReasonForm(forms.Form):
    reason = Text(label=_("Reason"))


class KnownErrorForm(forms.Form):
    symptom = Text(label=_("Symptom: how one recognises it"), required=False)
    cause = Text(label=_("Root cause"))
    workaround = Text(label=_("Workaround"), help_text=_("It is shown inside every open incident that is linked."))
    affected_version = forms.CharField(label=_("Affected version"), max_length=100, required=False)


class PlanForm(forms.Form):
    fix = Text(label=_("What will be changed"))
    due_on = Day(label=_("Target date"), required=False)


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[(outcome.value, outcome.label) for outcome in CHOOSABLE])
    outcome_reference = forms.CharField(
        label=_("Which one"),
        max_length=60,
        required=False,
        help_text=_("The number of the rule, inspection or plan, where it is kept in Mainstay; such as 12."),
    )
    outcome_text = Text(
        label=_("What exactly"),
        help_text=_("The rule, inspection or plan by its name; for a waiver, why the risk is borne."),
    )
    waiver_ends_on = Day(
        label=_("The waiver holds until"),
        required=False,
        help_text=_("Of a waiver only. The day after, its owner is asked to decide again; empty: without end."),
    )


class AssignForm(forms.Form):
    owner = PersonChoice(*WORKING, label=_("Owner"))


class IncidentForm(forms.Form):
    incident = IncidentReference(label=_("Incident"))


class UnlinkForm(IncidentForm):
    reason = Text(label=_("Reason"), rows=2)


class WhyForm(forms.Form):
    text = Text(label=_("Because"), help_text=_("Ask why again until the answer is something that can be changed."))
    parent = forms.ModelChoiceField(
        Why.objects.all(), label=_("Why was this so"), required=False, empty_label=_("the problem itself")
    )
    cause = forms.ModelChoiceField(
        Cause.objects.filter(is_active=True).select_related("parent"),
        label=_("Cause"),
        to_field_name="slug",
        required=False,
        empty_label=_("not classed"),
    )
    is_root = forms.BooleanField(label=_("This is a root cause"), required=False)


class RemoveWhyForm(forms.Form):
    why = forms.ModelChoiceField(Why.objects.all(), label=_("Answer"))


class FactorForm(forms.Form):
    cause = forms.ModelChoiceField(
        Cause.objects.filter(is_active=True).select_related("parent"), label=_("Cause"), to_field_name="slug"
    )
    text = Text(label=_("How it contributed"))


class RemoveFactorForm(forms.Form):
    factor = forms.ModelChoiceField(Factor.objects.all(), label=_("Contributing factor"))


class ChangeForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=LinkKind.choices)
    url = forms.CharField(label=_("Address"), max_length=500, help_text="https://…")
    title = forms.CharField(label=_("Title"), max_length=200, required=False)


class UnlinkChangeForm(forms.Form):
    change = forms.ModelChoiceField(ChangeLink.objects.all(), label=_("Change"))
