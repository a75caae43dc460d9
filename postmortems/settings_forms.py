"""The forms of the settings of postmortems."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms import RecordForm
from incidents.forms.settings.fields import Span
from postmortems.models import ReviewPolicy, TriggerRule

MOST = 2**31 - 1


class TriggerForm(RecordForm):
    threshold = forms.IntegerField(
        label=_("From"),
        min_value=1,
        max_value=MOST,
        help_text=_("The level; users; percent; minutes; or incidents. 1 for a declared major incident."),
    )
    days = forms.IntegerField(
        label=_("Within days"),
        min_value=1,
        max_value=366,
        required=False,
        help_text=_("For incidents of one service or problem only."),
    )

    class Meta:
        model = TriggerRule
        fields: ClassVar = ["kind", "threshold", "days", "answer", "is_active"]
        labels: ClassVar = {"kind": _("What is looked at"), "answer": _("What is done"), "is_active": _("In use")}


class ReviewPolicyForm(RecordForm):
    longest_silence = Span(label=_("A silence in the timeline is asked about from"))

    class Meta:
        model = ReviewPolicy
        fields: ClassVar = ["longest_silence", "needs_second_person", "first_look_days", "last_look_days"]
        labels: ClassVar = {
            "needs_second_person": _("Signed off by somebody who did not lead or start it, where there is one"),
            "first_look_days": _("Days until the first look at the effect"),
            "last_look_days": _("Days until the last look at the effect"),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("first_look_days", "last_look_days"):
            self.fields[name].widget.attrs |= {"min": 1, "max": 3650}

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for name in ("first_look_days", "last_look_days"):
            if (values.get(name) or 1) > 3650:
                self.add_error(name, _("At most ten years."))
        return values
