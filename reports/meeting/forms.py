"""What the verbs of meetings and hand-over notes ask for; the API's serializers are made from these forms."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms import RecordForm, time_zones
from catalog.models import Person, Role
from incidents.forms import PersonChoice, Text
from incidents.models.action import ActionType
from notifications.models import ChatHook
from problems.forms import Day
from reports.meeting.entries import in_order
from reports.meeting.services.items import LONGEST_NOTE
from reports.models import MeetingPolicy

COLLEAGUES = tuple(role for role in Role if role != Role.REPORTER)
WEEKDAYS = (
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)


class PeopleChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(Person.objects.with_role(*COLLEAGUES), to_field_name="username", **options)


class ArrangeForm(forms.Form):
    chair = PersonChoice(*COLLEAGUES, label=_("Chair"), required=False, empty_label=_("nobody yet"))
    attendees = PeopleChoice(label=_("Attendees"), required=False)


class SectionForm(forms.Form):
    section = forms.ChoiceField(label=_("Section"), choices=lambda: [(each.slug, each.title) for each in in_order()])


class NoteForm(forms.Form):
    text = Text(label=_("Notes"), rows=3, required=False, max_length=LONGEST_NOTE)
    note_version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class ActionFields(forms.Form):
    owner = PersonChoice(*COLLEAGUES, label=_("Owner"), empty_label=_("Choose somebody"))
    due_on = Day(label=_("Due on"))
    type = forms.ChoiceField(label=_("Type"), choices=ActionType.choices, initial=ActionType.MITIGATE)


class AssignForm(ActionFields):
    title = forms.CharField(label=_("What is to be done"), max_length=300)
    field_order = ("title", "owner", "due_on", "type")


class DecideForm(forms.Form):
    text = forms.CharField(label=_("Decision"), max_length=300)
    owner = PersonChoice(
        *COLLEAGUES,
        label=_("Owner"),
        required=False,
        empty_label=_("nobody: only a decision"),
        help_text=_("With an owner and a due date it becomes an action item."),
    )
    due_on = Day(label=_("Due on"), required=False)
    type = forms.ChoiceField(label=_("Type"), choices=ActionType.choices, initial=ActionType.MITIGATE)


class HandOverForm(forms.Form):
    text = Text(label=_("What else is to be known"), rows=5, required=False)


class PolicyForm(RecordForm):
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Held on"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)

    class Meta:
        model = MeetingPolicy
        fields: ClassVar = [
            "is_active",
            "weekdays",
            "begins_at",
            "time_zone",
            "chair",
            "loud_after",
            "draft_before",
            "attendees",
            "subscribers",
            "chats",
        ]
        widgets: ClassVar = {
            "begins_at": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "attendees": forms.CheckboxSelectMultiple,
            "subscribers": forms.CheckboxSelectMultiple,
            "chats": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.with_role(*COLLEAGUES)
        for name in ("chair", "attendees", "subscribers"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]
        self.fields["chats"].queryset = ChatHook.objects.filter(is_active=True)  # type: ignore[attr-defined]
        for section in in_order():
            self.fields[f"minutes_{section.slug}"] = forms.IntegerField(
                label=_("Minutes for “%(section)s”") % {"section": section.title},
                min_value=1,
                max_value=120,
                initial=self.instance.minutes_of(section.slug, section.minutes),
            )

    def arguments(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        minutes = {each.slug: values.pop(f"minutes_{each.slug}") for each in in_order()}
        return values | {"minutes": minutes}
