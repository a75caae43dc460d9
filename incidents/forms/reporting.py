"""What is asked of somebody who reports an incident."""

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.forms.fields import LevelChoice, Moment, ServiceChoice, Text
from incidents.models import Source


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
