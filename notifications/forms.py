"""Forms of schedules and policies."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.contacts import validate_time_zone
from catalog.models import Person
from lifecycle import clock
from notifications.models import Channel, Schedule
from notifications.ways import LATEST, PERSONAL

PLACES = 6
FURTHEST_START = timedelta(days=366)


class ScheduleForm(forms.Form):
    """A weekly rotation; the members' order is the order of the fields."""

    starts_on = forms.DateField(label=_("First hand-over on"), widget=forms.DateInput(attrs={"type": "date"}))
    handover_at = forms.TimeField(label=_("Hand-over at"), widget=forms.TimeInput(attrs={"type": "time"}))
    time_zone = forms.CharField(label=_("Time zone"), max_length=50, validators=[validate_time_zone])

    def __init__(self, *args: Any, schedule: Schedule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rotation = schedule.layers.filter(kind="rotation", role="primary").first() if schedule else None
        places = [place.person_id for place in rotation.places.all()] if rotation else []
        for position in range(max(PLACES, len(places) + 1)):
            self.fields[f"member_{position}"] = forms.ModelChoiceField(
                Person.objects.filter(is_active=True),
                label=_("Week %(number)d") % {"number": position + 1},
                required=False,
                initial=places[position] if position < len(places) else None,
            )
        if schedule and rotation:
            self.initial.update(
                starts_on=rotation.starts_on, handover_at=rotation.handover_at, time_zone=schedule.time_zone
            )

    def clean_starts_on(self) -> date:
        """A slip of the keyboard (2206) would leave the team without anybody on call."""
        starts_on: date = self.cleaned_data["starts_on"]
        if starts_on > clock.now().date() + FURTHEST_START:
            raise forms.ValidationError(_("That is more than a year ahead: until then nobody would be paged."))
        return starts_on

    @property
    def members(self) -> list[Person]:
        """The chosen people in order, blanks left out."""
        chosen = [self.cleaned_data[name] for name in self.fields if name.startswith("member_")]
        return [person for person in chosen if person is not None]


class MinutesField(forms.IntegerField):
    """A duration, asked for in whole minutes."""

    def prepare_value(self, value: Any) -> Any:
        return int(value.total_seconds() // 60) if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> Any:
        minutes = super().clean(value)
        return None if minutes is None else timedelta(minutes=minutes)


class LineForm(forms.Form):
    """A line of one's own rules: after so many minutes, by these channels. An empty one counts for nothing."""

    after = forms.IntegerField(
        label=_("after (minutes)"),
        required=False,
        min_value=0,
        max_value=int(LATEST.total_seconds() // 60),
        widget=forms.NumberInput(attrs={"class": "is-short", "inputmode": "numeric"}),
    )
    channels = forms.MultipleChoiceField(
        label=_("channels"),
        required=False,
        choices=[(channel.value, Channel(channel).label) for channel in PERSONAL],
        widget=forms.CheckboxSelectMultiple,
    )


LineFormSet = forms.formset_factory(LineForm, extra=0, max_num=8, validate_max=True)
