"""The fields that a site has added, as fields of a form."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.models import CustomField, CustomFieldKind

PREFIX = "custom-"
FLAG_CHOICES = (("", _("not said")), ("true", _("yes")), ("false", _("no")))


class CustomValuesField(forms.JSONField):
    """The values by their keys, as programs give them; people fill in the fields that CustomValues makes of it."""

    def __init__(self) -> None:
        super().__init__(label=_("Custom fields by their keys"), required=False)


class CustomValues(forms.Form):
    """A form in which ``custom`` becomes a field for each custom field in use, named "custom-KEY"."""

    custom = CustomValuesField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        values = self.initial.get("custom") or {}
        made: dict[str, forms.Field] = {}
        for custom in CustomField.objects.filter(is_active=True):
            name = f"{PREFIX}{custom.key}"
            made[name] = FIELDS[CustomFieldKind(custom.kind)](custom)
            self.initial.setdefault(name, _as_typed(values.get(custom.key)))
        before = {name: field for name, field in self.fields.items() if name != "custom"}
        self.fields = {}
        for name, field in before.items():
            self.fields[name] = field
            if name == "tags":
                self.fields |= made
        self.fields |= made

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        names = [name for name in cleaned if name.startswith(PREFIX)]
        cleaned["custom"] = {name.removeprefix(PREFIX): cleaned.pop(name) for name in names}
        return cleaned


def _as_typed(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _text(custom: CustomField) -> forms.Field:
    return forms.CharField(label=custom.name, required=custom.is_required, max_length=2000)


def _number(custom: CustomField) -> forms.Field:
    return forms.FloatField(label=custom.name, required=custom.is_required)


def _choice(custom: CustomField) -> forms.Field:
    choices = [("", _("not said")), *((choice, choice) for choice in custom.choices)]
    return forms.ChoiceField(label=custom.name, required=custom.is_required, choices=choices)


def _date(custom: CustomField) -> forms.Field:
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=custom.name, required=custom.is_required, widget=widget)


def _flag(custom: CustomField) -> forms.Field:
    """Three answers, since an unticked box would not say whether anybody answered."""
    return forms.ChoiceField(label=custom.name, required=custom.is_required, choices=FLAG_CHOICES)


FIELDS: dict[CustomFieldKind, Callable[[CustomField], forms.Field]] = {
    CustomFieldKind.TEXT: _text,
    CustomFieldKind.NUMBER: _number,
    CustomFieldKind.CHOICE: _choice,
    CustomFieldKind.DATE: _date,
    CustomFieldKind.FLAG: _flag,
}
