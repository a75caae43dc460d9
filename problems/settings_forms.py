"""The forms of problem settings."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms import RecordForm
from problems.models import Cause, RecurrencePolicy


class PolicyForm(RecordForm):
    times = forms.IntegerField(label=_("Times"), min_value=2, max_value=1000)
    days = forms.IntegerField(label=_("Within days"), min_value=1, max_value=366)
    factor = forms.FloatField(
        label=_("Times the usual number"),
        min_value=0,
        max_value=100,
        help_text=_("Compared with the four windows before. 0 compares with nothing."),
    )
    likeness = forms.FloatField(
        label=_("Similar from"),
        min_value=0,
        max_value=1,
        help_text=_("The share of words from which on texts count as similar, 0 to 1; for similar words only."),
    )

    class Meta:
        model = RecurrencePolicy
        fields: ClassVar = ["times", "days", "factor", "likeness", "is_active"]
        labels: ClassVar = {"is_active": _("Watched for")}


class CauseForm(RecordForm):
    parent = forms.ModelChoiceField(
        Cause.objects.filter(parent=None), label=_("Part of"), required=False, empty_label=_("none: at the top")
    )

    class Meta:
        model = Cause
        fields: ClassVar = ["name", "parent", "position", "is_active"]
        labels: ClassVar = {"name": _("Name"), "position": _("Position"), "is_active": _("Offered on forms")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["name"] = self.instance.shown_name

    def arguments(self) -> dict[str, Any]:
        """A shipped name is kept as shipped, so that it is translated for every reader."""
        values = super().arguments()
        if self.initial.get("name") == values["name"]:
            values["name"] = Cause.objects.values_list("name", flat=True).get(pk=self.instance.pk)
        return values
