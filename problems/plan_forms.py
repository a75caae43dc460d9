"""What the verbs of plans ask for. The API accepts the same."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.models import BusinessLine, Person, Service
from incidents.forms import Text
from incidents.models import Category, Level
from outbound.client import METHODS
from problems.models import PageRole, Plan, PlanStep
from problems.plan_steps import KEPT


class PlanForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("What it is for, in a few words."))
    purpose = Text(label=_("Purpose"), required=False, help_text=_("When it helps, and when it does not."))


class PublishForm(forms.Form):
    note = forms.CharField(label=_("What changed"), max_length=300, required=False)


class RestoreForm(forms.Form):
    number = forms.IntegerField(label=_("Version"), min_value=1)


class PlanChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, **options: Any) -> None:
        options.setdefault("empty_label", _("Choose a plan"))
        super().__init__(Plan.objects.usable(), **options)


class AttachForm(forms.Form):
    plan = PlanChoice(label=_("Plan"))


class TickForm(forms.Form):
    note = Text(label=_("Note"), required=False, rows=2)
    is_confirmed = forms.BooleanField(label=_("I have checked that it is so"), required=False)


class SkipForm(forms.Form):
    reason = Text(label=_("Why it is not needed"), rows=2)


class StepNoteForm(forms.Form):
    text = Text(label=_("Note"), rows=2)


# --- Steps of a draft -------------------------------------------------------------------------------------------------


class ManualForm(forms.Form):
    text = Text(label=_("What to do"), rows=3)
    expected_seconds = forms.IntegerField(label=_("Expected seconds"), min_value=1, max_value=86_400, required=False)
    needs_confirm = forms.BooleanField(
        label=_("Ask for a confirmation"), required=False, help_text=_("It is ticked only together with a second tick.")
    )


class HeadersField(forms.CharField):
    """Lines of "Name: value" to a dict."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea({"rows": 3, "spellcheck": "false", "autocomplete": "off"}))
        super().__init__(**options)

    def clean(self, value: Any) -> dict[str, str]:
        headers = {}
        for line in (super().clean(value) or "").splitlines():
            name, colon, text = line.partition(":")
            if line.strip() and not (colon and name.strip()):
                raise ValidationError(_("Write one header a line: Name: value"), code="invalid")
            if line.strip():
                headers[name.strip()] = text.strip()
        return headers


class CallForm(forms.Form):
    text = Text(label=_("What it does"), rows=2)
    method = forms.ChoiceField(label=_("Method"), choices=[(method, method) for method in METHODS], initial="POST")
    url = forms.CharField(label=_("Address"), max_length=2000)
    headers = HeadersField(
        label=_("Headers"),
        required=False,
        help_text=_("One a line: Name: value. Values are kept encrypted; ••• keeps the one that is stored."),
    )
    body = Text(label=_("Body"), required=False, rows=4, help_text=_("{incident} becomes the incident's number."))
    expected_seconds = forms.IntegerField(label=_("Expected seconds"), min_value=1, max_value=86_400, required=False)


class PageForm(forms.Form):
    role = forms.ChoiceField(label=_("Whom"), choices=PageRole.choices)
    person = forms.ModelChoiceField(
        Person.objects.filter(is_active=True), label=_("One person"), to_field_name="username", required=False
    )
    text = Text(label=_("What for"), rows=2, required=False)
    expected_seconds = forms.IntegerField(label=_("Expected seconds"), min_value=1, max_value=86_400, required=False)


class SubplanForm(forms.Form):
    subplan = forms.ModelChoiceField(
        Plan.objects.exclude(status="retired"), label=_("Plan"), empty_label=_("Choose a plan")
    )
    text = Text(label=_("What for"), rows=2, required=False)


STEP_FORMS: dict[str, type[forms.Form]] = {
    "manual": ManualForm,
    "call": CallForm,
    "page": PageForm,
    "plan": SubplanForm,
}


def initial_of(step: PlanStep) -> dict[str, Any]:
    """What the form of a step begins with; the values of headers stay hidden."""
    headers = "\n".join(f"{name}: {KEPT}" for name in step.header_names)
    fields = ("text", "expected_seconds", "needs_confirm", "method", "url", "body", "role")
    person = step.person.username if step.person else None
    return {
        **{name: getattr(step, name) for name in fields},
        "headers": headers,
        "person": person,
        "subplan": step.subplan_id,
    }


class LabelsField(forms.CharField):
    """Lines of "name=value" to a dict."""

    def clean(self, value: Any) -> dict[str, str]:
        labels = {}
        for line in (super().clean(value) or "").splitlines():
            name, equals, text = line.partition("=")
            if line.strip() and not (equals and name.strip()):
                raise ValidationError(_("Write one label a line: name=value"), code="invalid")
            if line.strip():
                labels[name.strip()] = text.strip()
        return labels


class ConditionForm(forms.Form):
    """One condition: what is filled in has to hold together."""

    service = forms.ModelChoiceField(
        Service.objects.filter(is_active=True), label=_("Service"), to_field_name="slug", required=False
    )
    business_line = forms.ModelChoiceField(
        BusinessLine.objects.all(), label=_("Business line"), to_field_name="slug", required=False
    )
    category = forms.ModelChoiceField(
        Category.objects.filter(is_active=True), label=_("Category"), to_field_name="slug", required=False
    )
    levels = forms.ModelMultipleChoiceField(
        Level.objects.all(), label=_("Levels"), required=False, widget=forms.CheckboxSelectMultiple
    )
    labels = LabelsField(
        label=_("Alert labels"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("One a line: name=value"),
    )

    def parts(self) -> dict[str, Any]:
        """As ``set_conditions`` takes them."""
        stated = {name: self.cleaned_data[name] for name in self.base_fields}
        return {**stated, "levels": [level.pk for level in self.cleaned_data["levels"]]}
