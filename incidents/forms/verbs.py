"""What each verb asks for. The API's serializers are made from these forms, so that both accept the same."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Person, Role, Team
from incidents.forms.fields import (
    BIGGEST_BIG_INTEGER,
    BIGGEST_INTEGER,
    DEVELOPING,
    HANDLING,
    IncidentReference,
    LevelChoice,
    Moment,
    PersonChoice,
    Text,
)
from incidents.models import CauseClass, WaitingFor


class EmptyForm(forms.Form):
    """For verbs that ask for nothing."""


class NoteForm(forms.Form):
    note = Text(label=_("Note"), required=False)


class ConfirmForm(forms.Form):
    note = Text(
        label=_("How and when the reporter confirmed"),
        required=False,
        help_text=_("Required unless you are the reporter."),
    )


class ReasonForm(forms.Form):
    reason = Text(label=_("Reason"))


class HoldForm(forms.Form):
    reason = Text(label=_("Reason"))
    waiting_for = forms.ChoiceField(
        label=_("Waiting for"),
        choices=[("", _("not said")), *WaitingFor.choices],
        required=False,
        help_text=_("The reporter's answer ends the waiting by itself."),
    )


class RecoverForm(forms.Form):
    workaround = Text(
        label=_("Workaround"), required=False, help_text=_("What brought the service back, if it was a workaround.")
    )
    recovered_at = Moment(label=_("Recovered at"), required=False, help_text=_("Now, if you leave it empty."))


class TransferForm(forms.Form):
    team = forms.ModelChoiceField(
        Team.objects.filter(services_developed__isnull=False).distinct(), label=_("To the team"), to_field_name="slug"
    )
    hand_over = Text(label=_("Hand-over: what is known, what was tried, where the evidence is"), rows=4)


class ResolveForm(forms.Form):
    resolution = Text(label=_("What was done about the cause"))
    cause_class = forms.ChoiceField(label=_("What is known of the cause"), choices=CauseClass.choices)


class ReopenForm(forms.Form):
    reason = Text(label=_("Reason"))
    is_down = forms.BooleanField(label=_("The service is broken again"), required=False)


class MergeForm(forms.Form):
    target = IncidentReference(label=_("Duplicate of"))


class SnoozeForm(forms.Form):
    until = Moment(label=_("Until"))
    reason = Text(label=_("Reason"), rows=2)


class ParentForm(forms.Form):
    parent = IncidentReference(
        label=_("Parent"),
        required=False,
        help_text=_("Its number, such as INC-12; empty takes it away from its parent."),
    )


class ChangeLevelForm(forms.Form):
    level = LevelChoice(label=_("Level"))
    reason = Text(label=_("Reason"))


class AssignForm(forms.Form):
    owner = PersonChoice(*HANDLING, label=_("Owner (first accountability)"), required=False)
    handler = PersonChoice(*HANDLING, *DEVELOPING, label=_("Handler"), required=False)
    manager = PersonChoice(Role.INCIDENT_MANAGER, label=_("Incident manager"), required=False)
    communications_lead = PersonChoice(
        *HANDLING,
        *DEVELOPING,
        Role.SERVICE_OWNER,
        label=_("Communications lead"),
        required=False,
        help_text=_("Keeps customers and leaders informed."),
    )


class RestrictForm(forms.Form):
    is_restricted = forms.BooleanField(
        label=_("Restricted"),
        required=False,
        help_text=_("Only those who have to do with it, incident managers and its participants see it."),
    )
    participants = forms.ModelMultipleChoiceField(
        Person.objects.filter(is_active=True), to_field_name="username", label=_("Add participants"), required=False
    )
    removed = forms.ModelMultipleChoiceField(
        Person.objects.all(),
        to_field_name="username",
        label=_("Take participants out"),
        required=False,
        help_text=_("All others stay, also when every colleague sees it again."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Only who takes part can be taken out, where the ``initial`` values say who that is."""
        super().__init__(*args, **options)
        present = self.initial.pop("present", None)
        if present:
            self.fields["removed"].queryset = present  # type: ignore[attr-defined]
        elif present is not None:
            del self.fields["removed"]


class ImpactForm(forms.Form):
    affected_users = forms.IntegerField(
        label=_("Affected users"), min_value=0, max_value=BIGGEST_INTEGER, required=False
    )
    affected_page_views = forms.IntegerField(
        label=_("Affected page views"), min_value=0, max_value=BIGGEST_BIG_INTEGER, required=False
    )
    started_at = Moment(label=_("From"), required=False, help_text=_("The occurrence, if you leave it empty."))
    ended_at = Moment(label=_("To"), required=False, help_text=_("The recovery, if you leave it empty."))
    is_down = forms.BooleanField(label=_("The service did not work at all"), required=False)
    is_estimate = forms.BooleanField(label=_("This is an estimate"), required=False)

    def clean_affected_users(self) -> int:
        return self.cleaned_data["affected_users"] or 0

    def clean_affected_page_views(self) -> int:
        return self.cleaned_data["affected_page_views"] or 0


class ProposeForm(forms.Form):
    text = Text(label=_("Solution"))
    risk = Text(label=_("Risk"), required=False, rows=2)
    rollback = Text(label=_("Way back"), required=False, rows=2)
