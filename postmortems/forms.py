"""What each phase asks for."""

import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Person, Role
from incidents.forms import Moment, PersonChoice, TagsField, Text
from incidents.models import Incident
from incidents.models.action import ActionType
from lifecycle.lists import listed
from postmortems.models import IssueKind, Milestone, Postmortem
from problems.forms import Day

COLLEAGUES = tuple(role for role in Role if role != Role.REPORTER)
MOST_INCIDENTS = 50


class ExactMoment(Moment):
    """A date and time with its seconds."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")
        super().__init__(widget=widget, **options)


class IncidentReferences(forms.CharField):
    """Incidents by their running numbers, apart by commas or spaces. ``seen``: those that the reader may see."""

    seen: QuerySet[Incident] = Incident.objects.none()

    def clean(self, value: Any) -> list[Incident]:
        words = [word for word in re.split(r"[\s,;，、]+", super().clean(value)) if word][:MOST_INCIDENTS]
        numbers = [re.fullmatch(r"(?:INC-)?(\d{1,15})", word, re.IGNORECASE) for word in words]
        found = self.seen.in_bulk([int(number[1]) for number in numbers if number])
        missing = [
            word for word, number in zip(words, numbers, strict=True) if not number or int(number[1]) not in found
        ]
        if missing:
            raise ValidationError(_("There is no such incident: %(words)s") % {"words": listed(missing)})
        return list(found.values())


class StartForm(forms.Form):
    incidents = IncidentReferences(
        label=gettext_lazy("Incidents"),
        max_length=1000,
        help_text=gettext_lazy("One or several, such as INC-12, INC-15: a group becomes one postmortem."),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("That of the first incident, if you leave it empty."),
    )
    facilitator = PersonChoice(*COLLEAGUES, label=gettext_lazy("Facilitator"), required=False)

    def __init__(self, *args: Any, reader: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        incidents = cast(IncidentReferences, self.fields["incidents"])
        incidents.seen = Incident.objects.visible_to(reader)


class ReasonForm(forms.Form):
    reason = Text(label=gettext_lazy("Reason"))


class BeginForm(forms.Form):
    facilitator = PersonChoice(
        *COLLEAGUES, label=gettext_lazy("Facilitator"), required=False, empty_label=gettext_lazy("me")
    )


class FacilitatorForm(forms.Form):
    facilitator = PersonChoice(*COLLEAGUES, label=gettext_lazy("Facilitator"), empty_label=None)


class SessionForm(forms.Form):
    held_at = Moment(label=gettext_lazy("When"))
    attendees = forms.ModelMultipleChoiceField(
        Person.objects.with_role(*COLLEAGUES), label=gettext_lazy("Who was there"), to_field_name="username"
    )


class CommentForm(forms.Form):
    text = Text(label=gettext_lazy("Comment"), max_length=5000)


class PublishForm(forms.Form):
    """The lessons-learned article that is written with the sign-off."""

    summary = Text(
        label=gettext_lazy("Summary for everybody"),
        rows=6,
        help_text=gettext_lazy("What happened and what is different now; it is found by search and shown at triage."),
    )
    learned = Text(label=gettext_lazy("What was learned"), rows=4, required=False)
    tags = TagsField()


class ContentForm(forms.Form):
    """A form about one postmortem. ``version`` is that of the row it was drawn from."""

    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, postmortem: Postmortem, *args: Any, **options: Any) -> None:
        self.postmortem = postmortem
        super().__init__(*args, **options)


class EntryForm(ContentForm):
    happened_at = ExactMoment(label=gettext_lazy("When"))
    what = Text(
        label=gettext_lazy("What happened"),
        rows=2,
        help_text=gettext_lazy("A fact: what was seen or done. Causes and faults have their place in the next phase."),
    )
    role = forms.CharField(
        label=gettext_lazy("Role"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Who acted, by role and not by name."),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"), max_length=500, help_text=gettext_lazy("Where it is recorded, or who saw it.")
    )
    milestone = forms.ChoiceField(
        label=gettext_lazy("It says when"),
        choices=[("", gettext_lazy("something else happened")), *Milestone.choices],
        required=False,
    )
    is_override = forms.BooleanField(
        label=gettext_lazy("It is a fact all the same; keep it in the timeline"), required=False
    )


class IssueForm(ContentForm):
    text = Text(label=gettext_lazy("Issue"), rows=2, help_text=gettext_lazy("What is missing or wrong; no fix yet."))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=IssueKind.choices)
    from_entry = forms.IntegerField(required=False, widget=forms.HiddenInput)
    parked = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_from_entry(self) -> Any:
        return self.postmortem.entries.filter(pk=self.cleaned_data["from_entry"]).first()

    def clean_parked(self) -> Any:
        return self.postmortem.parked.filter(pk=self.cleaned_data["parked"]).first()


class GapForm(ContentForm):
    """Nothing happened in a silence, or a milestone was never reached; the question itself is hidden."""

    milestone = forms.ChoiceField(choices=[("", ""), *Milestone.choices], required=False, widget=forms.HiddenInput)
    started_at = ExactMoment(required=False)
    ended_at = ExactMoment(required=False)
    note = forms.CharField(label=gettext_lazy("How that is known"), max_length=1000, required=False)


class DropForm(ContentForm):
    reason = Text(label=gettext_lazy("Why it is no issue"), rows=2)


class ActionForm(ContentForm):
    title = forms.CharField(label=gettext_lazy("Action"), max_length=300)
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=ActionType.choices)
    owner = PersonChoice(
        *COLLEAGUES, label=gettext_lazy("Owner"), empty_label=gettext_lazy("one colleague answers for it")
    )
    due_on = Day(label=gettext_lazy("Due on"))
    issues: Any = forms.ModelMultipleChoiceField(
        queryset=None, label=gettext_lazy("It answers"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, postmortem: Postmortem, *args: Any, **options: Any) -> None:
        super().__init__(postmortem, *args, **options)
        issues: Any = self.fields["issues"]
        issues.queryset = postmortem.issues.all()


class DeclineForm(ContentForm):
    reason = Text(label=gettext_lazy("Why nothing is done about it"), rows=2)


class PlainForm(ContentForm):
    """For verbs that ask for nothing but the row's version."""
