"""What each verb asks for. The API's serializers are made from these forms, so that both accept the same."""

import re
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from catalog.models import Person, Role, Service, Team
from incidents.models import CauseClass, Incident, Level, Source, WaitingFor

LONG = 20_000
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
BIGGEST_INTEGER, BIGGEST_BIG_INTEGER = 2**31 - 1, 2**63 - 1
HANDLING = (Role.OPERATIONS, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)


class Moment(forms.DateTimeField):
    """A date and time in the reader's zone."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
        super().__init__(**options)
        self.validators.append(MinValueValidator(EARLIEST, _("That is too long ago.")))


class Text(forms.CharField):
    """Several lines."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea({"rows": rows}))
        options.setdefault("max_length", LONG)
        super().__init__(**options)


class IncidentReference(forms.CharField):
    """An incident by its running number: "INC-12" or "12"."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 30)
        options.setdefault("help_text", _("Its number, such as INC-12."))
        super().__init__(**options)

    def clean(self, value: Any) -> Incident | None:
        text = super().clean(str(value) if isinstance(value, int) else value)
        if not text:
            return None
        number = re.fullmatch(r"(?:INC-)?(\d{1,15})", text, re.IGNORECASE)
        incident = Incident.objects.filter(pk=int(number[1])).first() if number else None
        if incident is None:
            raise ValidationError(_("There is no such incident."), code="invalid")
        return incident


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, *roles: str, **options: Any) -> None:
        people = Person.objects.with_role(*roles)
        super().__init__(people, to_field_name="username", **options)


class ServiceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self) -> None:
        services = Service.objects.filter(is_active=True)
        super().__init__(services, label=_("Service"), to_field_name="slug", empty_label=_("Choose a service"))


class LevelChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Shows the worded criteria beside each level."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Level.objects.all(), empty_label=None, widget=forms.RadioSelect, **options)

    def label_from_instance(self, level: Level) -> str:
        return f"{level}: {level.localised_criteria}"


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


class ChangeLevelForm(forms.Form):
    level = LevelChoice(label=_("Level"))
    reason = Text(label=_("Reason"))


class AssignForm(forms.Form):
    owner = PersonChoice(*HANDLING, label=_("Owner (first accountability)"))


class TimelineNoteForm(forms.Form):
    text = Text(label=_("Note"), widget=forms.Textarea({"rows": 2, "placeholder": _("What you saw, did or decided")}))
    occurred_at = Moment(label=_("Happened at"), required=False, help_text=_("Now, if you leave it empty."))


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


class ReportForm(forms.Form):
    """What O&M writes down when somebody reports an incident."""

    title = forms.CharField(label=_("Title"), max_length=300, help_text=_("What customers notice, in one line."))
    description = Text(label=_("Features and details"), rows=5)
    service = ServiceChoice()
    level = LevelChoice(label=_("Level"))
    occurred_at = Moment(label=_("Occurred at"), help_text=_("When customers began to notice it."))
    reported_at = Moment(label=_("Reported at"), required=False, help_text=_("Now, if you leave it empty."))
    source = forms.ChoiceField(
        label=_("It came by"), choices=[choice for choice in Source.choices if choice[0] in ("web", "hotline", "email")]
    )
    reporter_name = forms.CharField(label=_("Reporter"), max_length=100)
    reporter_contact = forms.CharField(label=_("Reporter's contact"), max_length=200)


class OwnReportForm(forms.Form):
    """What a reporter is asked: the effect in their words; O&M judges the level."""

    REACHES = (("3", _("It is a question, or it annoys me but works")), ("2", _("Something does not work")))

    title = forms.CharField(label=_("Title"), max_length=300, help_text=_("What you notice, in one line."))
    description = Text(label=_("Features and details"), rows=5, help_text=_("What you did and what happened."))
    service = ServiceChoice()
    reach = forms.ChoiceField(label=_("How bad is it?"), choices=REACHES, widget=forms.RadioSelect)
    occurred_at = Moment(label=_("Occurred at"), help_text=_("When you began to notice it."))
    reporter_name = forms.CharField(label=_("Your name"), max_length=100)
    reporter_contact = forms.CharField(label=_("How we reach you"), max_length=200)


class ApiReportForm(ReportForm):
    """As ReportForm; a program that reports need not name a person."""

    field_order = tuple(ReportForm.base_fields)
    description = Text(label=_("Features and details"), required=False)
    occurred_at = Moment(label=_("Occurred at"), required=False)
    source = forms.ChoiceField(
        label=_("It came by"),
        choices=[choice for choice in Source.choices if choice[0] != "detection"],
        required=False,
    )
    reporter_name = forms.CharField(label=_("Reporter"), max_length=100, required=False)
    reporter_contact = forms.CharField(label=_("Reporter's contact"), max_length=200, required=False)
