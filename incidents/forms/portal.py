"""What the public form asks of somebody without an account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.forms.fields import Moment, Text
from incidents.forms.fields import ServiceChoice as AnyService
from incidents.models import Degree

REACHES = (
    ("question", _("I have a question, or it annoys me but works")),
    ("partly", _("Something does not work for me")),
    ("down", _("Nothing works, or money or data are at stake")),
)
DEGREES = {
    "question": (Degree.LOW, Degree.LOW),
    "partly": (Degree.MEDIUM, Degree.HIGH),
    "down": (Degree.HIGH, Degree.MEDIUM),
}
"""(impact, urgency) of what reporters say. Nobody outside can declare Level 1: O&M judges that."""


class PortalReportForm(forms.Form):
    title = forms.CharField(label=_("What is wrong?"), max_length=300, help_text=_("In one line."))
    description = Text(
        label=_("What did you do, and what happened?"), rows=5, help_text=_("Never write passwords or card numbers.")
    )
    service = AnyService()
    reach = forms.ChoiceField(label=_("How bad is it?"), choices=REACHES, widget=forms.RadioSelect)
    occurred_at = Moment(label=_("When did you begin to notice it?"))
    reporter_name = forms.CharField(label=_("Your name"), max_length=100)
    reporter_email = forms.EmailField(label=_("Your e-mail address"), required=False)
    reporter_contact = forms.CharField(label=_("Or another way to reach you"), max_length=200, required=False)
    website = forms.CharField(required=False, max_length=200, label=_("Leave this empty"))
    """A trap: people do not see it, machines fill it in."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        service: Any = self.fields["service"]
        service.queryset = service.queryset.filter(is_restricted=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not (values.get("reporter_email") or values.get("reporter_contact")):
            self.add_error("reporter_email", _("Say how we can reach you: an e-mail address, or another way."))
        if "reach" in values:
            values["impact"], values["urgency"] = DEGREES[values.pop("reach")]
        return values

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get("website"))


class LinkAnswerForm(forms.Form):
    text = Text(label=_("Your message"), required=False, rows=4)
