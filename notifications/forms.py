"""Forms of policies."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Channel
from notifications.ways import LATEST, PERSONAL


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
