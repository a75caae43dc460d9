"""Custom fields and incident templates."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms import RecordForm
from incidents.forms.settings.classification import POSITION, BranchChoice
from incidents.forms.settings.fields import Lines
from incidents.models import Category, CustomField, CustomFieldKind, Degree, IncidentTemplate
from incidents.tags import split_tags

BLANK = [("", "–")]


class CustomFieldForm(RecordForm):
    choices = Lines(label=_("Choices"), help_text=_("One on each line; only for a field of the kind “choice”."))

    class Meta:
        model = CustomField
        fields: ClassVar = ["name", "choices", "position", "is_required", "is_active"]
        labels: ClassVar = {
            "name": _("Name"),
            "position": _("Position"),
            "is_required": _("People must fill it in"),
            "is_active": _("Offered on forms"),
        }
        help_texts: ClassVar = POSITION


class NewCustomFieldForm(CustomFieldForm):
    class Meta(CustomFieldForm.Meta):
        fields: ClassVar = ["key", "kind", *CustomFieldForm.Meta.fields]
        labels: ClassVar = {**CustomFieldForm.Meta.labels, "key": _("Key"), "kind": _("Kind")}
        help_texts: ClassVar = {
            **POSITION,
            "key": _("What programs call it, such as order-number. Key and kind cannot be changed later."),
        }


class TemplateForm(RecordForm):
    category = BranchChoice(
        Category.objects.filter(is_active=True), label=_("Category"), required=False, empty_label="–"
    )
    impact = forms.TypedChoiceField(
        label=_("Impact"), required=False, coerce=int, empty_value=None, choices=[*BLANK, *Degree.choices]
    )
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), required=False, coerce=int, empty_value=None, choices=[*BLANK, *Degree.choices]
    )
    tags = forms.CharField(label=_("Tags"), required=False, max_length=900, help_text=_("With commas between them."))

    class Meta:
        model = IncidentTemplate
        fields: ClassVar = ["name", "service", "title", "description", "category", "impact", "urgency", "is_active"]
        labels: ClassVar = {
            "name": _("Name of the template"),
            "service": _("Service"),
            "title": _("Title"),
            "description": _("Features and details"),
            "is_active": _("Offered on forms"),
        }
        widgets: ClassVar = {"description": forms.Textarea({"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["tags"] = ", ".join(self.instance.tags)
        self.custom = list(CustomField.objects.filter(is_active=True))
        for row in self.custom:
            self.fields[f"custom-{row.key}"] = _entry(row)
            self.initial[f"custom-{row.key}"] = _typed(self.instance.custom.get(row.key))
        self.order_fields([*(name for name in self.fields if name != "is_active"), "is_active"])

    def clean_tags(self) -> list[str]:
        return split_tags(self.cleaned_data["tags"])

    def arguments(self) -> dict[str, Any]:
        values = super().arguments()
        custom = {row.key: values.pop(f"custom-{row.key}") for row in self.custom}
        return {**values, "custom": custom}


def _entry(row: CustomField) -> forms.Field:
    """Nothing is required of a template."""
    options: dict[str, Any] = {"label": row.name, "required": False}
    if row.kind == CustomFieldKind.CHOICE:
        return forms.ChoiceField(choices=[*BLANK, *((choice, choice) for choice in row.choices)], **options)
    if row.kind == CustomFieldKind.FLAG:
        return forms.ChoiceField(choices=[*BLANK, ("true", _("yes")), ("false", _("no"))], **options)
    if row.kind == CustomFieldKind.DATE:
        return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **options)
    if row.kind == CustomFieldKind.NUMBER:
        return forms.FloatField(**options)
    return forms.CharField(max_length=2000, **options)


def _typed(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
