"""What is asked to set a stability target."""

from typing import Any

from django import forms
from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _

from reports.models import StabilityTarget

FIELDS = ("kind", "service", "business_line", "percent", "valid_from")


class TargetForm(forms.Form):
    """Of a service, of a business line, or of neither: the company. No form of the model: the same day again sets the
    target anew, and is no fault."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        widgets: dict[str, Any] = {
            "valid_from": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "percent": forms.NumberInput({"step": "0.0001", "min": "0", "max": "100"}),
        }
        self.fields.update(fields_for_model(StabilityTarget, FIELDS, widgets=widgets))

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        if asked.get("service") and asked.get("business_line"):
            self.add_error("business_line", _("Either a service or a business line, not both."))
        return asked
