"""What is asked of somebody, or some program, that reports an incident."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.forms.classifying import CategoryChoice, JudgementForm, SuggestedLevelChoice, TagsField
from incidents.forms.custom import CustomValues
from incidents.forms.fields import Moment, ServiceChoice, Text
from incidents.models import Source

FORM_SOURCES = ("web", "hotline", "email")


class ReportForm(CustomValues, JudgementForm):
    """What O&M writes down when somebody reports an incident."""

    title = forms.CharField(label=_("Title"), max_length=300, help_text=_("What customers notice, in one line."))
    description = Text(label=_("Features and details"), rows=5)
    service = ServiceChoice()
    category = CategoryChoice()
    tags = TagsField()
    level = SuggestedLevelChoice(label=_("Level"))
    level_reason = Text(
        label=_("Why this level"),
        required=False,
        rows=2,
        help_text=_("Needed where you choose another level than the suggested one."),
    )
    occurred_at = Moment(label=_("Occurred at"), help_text=_("When customers began to notice it."))
    reported_at = Moment(
        label=_("Reported at"), help_text=_("When it was told to us: the response clock runs from then.")
    )
    source = forms.ChoiceField(
        label=_("It came by"), choices=[choice for choice in Source.choices if choice[0] in FORM_SOURCES]
    )
    reporter_name = forms.CharField(label=_("Reporter"), max_length=100)
    reporter_contact = forms.CharField(label=_("Reporter's contact"), max_length=200)
    reporter_email = forms.EmailField(
        label=_("Reporter's e-mail"),
        required=False,
        max_length=320,
        help_text=_("Gets the question whether it works again."),
    )
    external_reference = forms.CharField(label=_("Reference elsewhere"), max_length=100, required=False)

    field_order: tuple[str, ...] = (
        *("title", "description", "service", "category", "tags"),
        *("impact", "urgency", "criteria", "level", "level_reason"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_judged = cleaned.get("level") or cleaned.get("criteria") or cleaned.get("impact") or cleaned.get("urgency")
        if not is_judged and "level" not in self.errors:
            self.add_error("level", _("Choose a level, or say how far it reaches and how urgent it is."))
        return cleaned


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
    """As ReportForm; a program that reports need not name a person, and may leave most to us."""

    field_order = tuple(ReportForm.base_fields)
    description = Text(label=_("Features and details"), required=False)
    occurred_at = Moment(label=_("Occurred at"), required=False)
    reported_at = Moment(label=_("Reported at"), required=False)
    source = forms.ChoiceField(
        label=_("It came by"),
        choices=[choice for choice in Source.choices if choice[0] != "detection"],
        required=False,
    )
    reporter_name = forms.CharField(label=_("Reporter"), max_length=100, required=False)
    reporter_contact = forms.CharField(label=_("Reporter's contact"), max_length=200, required=False)
