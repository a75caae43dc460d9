"""What is asked about major incidents: proposals, the decision about solutions, the report."""

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Role
from incidents.forms.fields import DEVELOPING, HANDLING, PersonChoice, Text
from incidents.models.major import SECTIONS

SECTION_LABELS = {
    "summary": _("Summary"),
    "impact": _("Impact"),
    "timeline": _("Timeline"),
    "cause": _("Cause and resolution"),
    "actions": _("Actions"),
    "lessons": _("Lessons"),
}


class AcceptMajorForm(forms.Form):
    business_impact = Text(label=_("Business impact"), help_text=_("What it costs customers and the company."))
    note = Text(label=_("Note"), required=False, rows=2)


class AskForm(forms.Form):
    question = Text(label=_("Question to the proposer"), rows=2)


class AnswerForm(forms.Form):
    answer = Text(label=_("Answer"), rows=2)


class DelegateForm(forms.Form):
    person = PersonChoice(Role.INCIDENT_MANAGER, label=_("Incident manager"), empty_label=_("Choose somebody"))
    note = Text(label=_("Note"), required=False, rows=2)


class AssignReportForm(forms.Form):
    owner = PersonChoice(*HANDLING, *DEVELOPING, label=_("Owner of the report"), empty_label=_("Choose somebody"))


class WriteReportForm(forms.Form):
    """One text a section. ``redraft`` names a section that shall be drafted from the timeline anew."""

    summary = Text(label=SECTION_LABELS["summary"], rows=5, required=False)
    impact = Text(label=SECTION_LABELS["impact"], rows=6, required=False)
    timeline = Text(label=SECTION_LABELS["timeline"], rows=14, required=False)
    cause = Text(label=SECTION_LABELS["cause"], rows=6, required=False)
    actions = Text(
        label=SECTION_LABELS["actions"],
        rows=5,
        required=False,
        help_text=_("What is done so that it does not happen again: by whom, until when."),
    )
    lessons = Text(
        label=SECTION_LABELS["lessons"],
        rows=5,
        required=False,
        help_text=_("What went well, what did not, where we were lucky. Of processes, never of persons."),
    )
    redraft = forms.ChoiceField(
        label=_("Draft anew"),
        choices=[("", "-"), *((name, SECTION_LABELS[name]) for name in SECTIONS)],
        required=False,
        widget=forms.HiddenInput,
    )
