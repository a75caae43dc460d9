"""What the pages of inspections ask, and what each verb of a finding asks for. The API accepts the same."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Role, Service
from detection.alert_forms import Refusable
from detection.inspections.kinds import Kind
from detection.models import (
    Activity,
    ActivityKind,
    ActivityOutcome,
    Capacity,
    ExpiryDate,
    ExpiryKind,
    FindingStatus,
    Frequency,
    Inspection,
    Risk,
    Weekday,
)
from incidents.forms import PersonChoice, Text
from incidents.models.action import ActionType
from problems.forms import Day, ProblemReference

COLLEAGUES = tuple(role for role in Role if role != Role.REPORTER)
LARGEST_FILE = 2_000_000


def service_choice(**options: Any) -> forms.ModelChoiceField:  # type: ignore[type-arg]
    shared = {"label": _("Service"), "to_field_name": "slug", **options}
    return forms.ModelChoiceField(Service.objects.filter(is_active=True), **shared)


def owner_choice(**options: Any) -> PersonChoice:
    shared = {"label": _("Owner"), "required": False, "empty_label": _("nobody in particular"), **options}
    return PersonChoice(*COLLEAGUES, **shared)


class InspectionForm(Refusable):
    """Without what its kind asks for: see ``form_for``."""

    name = forms.CharField(label=_("Name"), max_length=120)
    purpose = Text(label=_("Why it is looked for"), rows=2, required=False)


class ScheduleForm(forms.Form):
    risk = forms.ChoiceField(label=_("Risk"), choices=Risk.choices, initial=Risk.MEDIUM)
    service = service_choice(
        required=False, empty_label=_("as each finding says"), help_text=_("Of findings that name none themselves.")
    )
    owner = owner_choice(help_text=_("Of its findings. Nobody: who the finding names, or the service's owner."))
    days_until_due = forms.IntegerField(label=_("Days until a finding is due"), min_value=0, max_value=400, initial=14)
    frequency = forms.ChoiceField(label=_("How often"), choices=Frequency.choices, initial=Frequency.DAILY)
    at_time = forms.TimeField(
        label=_("At"), initial="07:00", widget=forms.TimeInput({"type": "time"}, format="%H:%M"), required=False
    )
    weekday = forms.TypedChoiceField(label=_("On"), choices=Weekday.choices, coerce=int, initial=Weekday.MONDAY)
    cron = forms.CharField(
        label=_("Cron expression"),
        max_length=100,
        required=False,
        help_text=_("Five fields, such as 30 7 * * 1-5; only where it is by a cron expression."),
    )
    time_zone = forms.CharField(label=_("Time zone"), max_length=50, initial="UTC")

    def clean_at_time(self) -> Any:
        return self.cleaned_data["at_time"] or Inspection._meta.get_field("at_time").get_default()


def form_for(kind: Kind) -> type[InspectionForm]:
    """The whole form of one kind: its fields stand between the name and the schedule. What they hold is judged by the
    service, which writes down what it refuses."""
    own = {**kind.form.base_fields, **ScheduleForm.base_fields, "clean_at_time": ScheduleForm.clean_at_time}
    return type("InspectionFormOfKind", (InspectionForm,), own)


def values_of(form: forms.Form, kind: Kind) -> dict[str, Any]:
    """What was typed, as the services take it."""
    given = dict(form.cleaned_data)
    parameters = {name: given.pop(name) for name in kind.form.base_fields}
    return {**given, "parameters": parameters}


def initial_of(inspection: Inspection) -> dict[str, Any]:
    names = ("name", "purpose", "risk", "days_until_due", "frequency", "at_time", "weekday", "cron", "time_zone")
    related = {
        "service": inspection.service and inspection.service.slug,
        "owner": inspection.owner and inspection.owner.username,
    }
    return {**{name: getattr(inspection, name) for name in names}, **related, **inspection.parameters}


class AssignForm(forms.Form):
    owner = owner_choice(required=True, empty_label=None)
    due_on = Day(label=_("Due on"), required=False, help_text=_("Empty: as it is."))


class SettleForm(forms.Form):
    note = Text(label=_("What was done"))


class ProblemTitleForm(forms.Form):
    title = forms.CharField(
        label=_("Title"), max_length=300, required=False, help_text=_("Empty: the title of the finding.")
    )


class ProblemLinkForm(forms.Form):
    problem = ProblemReference(label=_("Problem"))


class ActionForm(forms.Form):
    title = forms.CharField(label=_("Action"), max_length=300)
    type = forms.ChoiceField(label=_("Type"), choices=ActionType.choices)
    owner = owner_choice(required=True, empty_label=None)
    due_on = Day(label=_("Due on"))


class FindingFilter(forms.Form):
    """The address is the filter."""

    q = forms.CharField(label=_("Title"), max_length=100, required=False)
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[
            ("", _("what stands")),
            ("to_do", _("to do")),
            ("overdue", _("overdue")),
            *FindingStatus.choices,
            ("all", _("all")),
        ],
        required=False,
    )
    risk = forms.ChoiceField(label=_("Risk"), choices=[("", _("any")), *Risk.choices], required=False)
    service = forms.ModelChoiceField(
        Service.objects.all(), label=_("Service"), to_field_name="slug", required=False, empty_label=_("any")
    )
    owner = PersonChoice(*COLLEAGUES, label=_("Owner"), required=False, empty_label=_("anybody"))
    inspection = forms.ModelChoiceField(
        Inspection.objects.all(), label=_("Inspection"), required=False, empty_label=_("any")
    )


class ActivityForm(Refusable):
    kind = forms.ChoiceField(label=_("Kind"), choices=ActivityKind.choices)
    title = forms.CharField(label=_("Title"), max_length=200)
    services = forms.ModelMultipleChoiceField(
        Service.objects.filter(is_active=True), label=_("Services"), to_field_name="slug"
    )
    held_on = Day(label=_("Held on"))
    held_by = forms.CharField(label=_("Held by"), max_length=200, help_text=_("A team, a company, or somebody."))
    outcome = forms.ChoiceField(label=_("Outcome"), choices=ActivityOutcome.choices)
    report_url = forms.CharField(label=_("Address of the report"), max_length=500, required=False)
    report = Text(label=_("Report"), rows=6, required=False)

    @staticmethod
    def initial_of(activity: Activity) -> dict[str, Any]:
        names = ("kind", "title", "held_on", "held_by", "outcome", "report_url", "report")
        slugs = [service.slug for service in activity.services.all()]
        return {**{name: getattr(activity, name) for name in names}, "services": slugs}


class FindingForm(Refusable):
    """A finding of an activity."""

    title = forms.CharField(label=_("Title"), max_length=300)
    service = service_choice(empty_label=_("Choose a service"))
    risk = forms.ChoiceField(label=_("Risk"), choices=Risk.choices, initial=Risk.MEDIUM)
    owner = owner_choice(help_text=_("Nobody: the service's owner."))
    due_on = Day(label=_("Due on"), required=False, help_text=_("Empty: in two weeks."))
    description = Text(label=_("Description"), rows=5, required=False)


class ExpiryEntryForm(Refusable):
    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=ExpiryKind.choices)
    service = service_choice(empty_label=_("Choose a service"))
    expires_on = Day(label=_("Expires on"))


class CapacityEntryForm(Refusable):
    name = forms.CharField(label=_("Name"), max_length=200)
    service = service_choice(empty_label=_("Choose a service"))
    value = forms.FloatField(label=_("Used"), min_value=0)
    threshold = forms.FloatField(label=_("There is"))
    unit = forms.CharField(label=_("Unit"), max_length=30, required=False)
    measured_on = Day(label=_("Measured on"))


ENTRY_FORMS: dict[type[ExpiryDate | Capacity], type[Refusable]] = {
    ExpiryDate: ExpiryEntryForm,
    Capacity: CapacityEntryForm,
}


class ImportForm(Refusable):
    file = forms.FileField(label=_("CSV file"))

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is too large."))
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("This is not text in UTF-8.")) from None
        if "\0" in text:
            raise forms.ValidationError(_("This is not text in UTF-8."))
        return text


class ScoreForm(forms.Form):
    """Which part of the time is looked at, and how long a warning counts."""

    window = forms.TypedChoiceField(
        label=_("Looked back at"),
        choices=[(30, _("30 days")), (90, _("90 days")), (180, _("180 days")), (365, _("a year"))],
        coerce=int,
        required=False,
        empty_value=cast(Any, 90),
    )
    within = forms.TypedChoiceField(
        label=_("A warning counts for"),
        choices=[(7, _("7 days")), (30, _("30 days")), (90, _("90 days"))],
        coerce=int,
        required=False,
        empty_value=cast(Any, 30),
    )
    inspection = forms.ModelChoiceField(
        Inspection.objects.all(), label=_("Inspection"), required=False, empty_label=_("all together")
    )
