"""What is asked in an address: an indicator, a period, filters, and by what the answer is told apart."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reports.indicators import Indicator, Question, every_indicator, find_indicator
from reports.indicators.dimensions import NAMES
from reports.indicators.labels import labels_of
from reports.indicators.question import NONE
from reports.period import GRAINS, Month, Period, between, parse_period

MOST_TIMES = 400
"""So many days, weeks or months an answer may be told apart by."""


class DayField(forms.DateField):
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class QuestionForm(forms.Form):
    """``period`` ("2026-10", "2026-Q4", ...) or ``from`` and ``to``, the last day included; else the present month."""

    indicator = forms.ChoiceField(label=_("Indicator"))
    by = forms.ChoiceField(label=_("By"), required=False)
    then = forms.ChoiceField(label=_("and by"), required=False)
    period = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    part = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any], *, now: datetime) -> None:
        super().__init__(data)
        self.now = now
        self.found = find_indicator(str(data.get("indicator", "")))
        self.fields["indicator"].choices = [(each.name, each.label) for each in every_indicator()]  # type: ignore[attr-defined]
        self.fields["from"] = DayField(label=_("From"), required=False)
        self.fields["to"] = DayField(label=_("To"), required=False)
        names = self.found.dimensions if self.found else ()
        narrowing = self.found.filters if self.found else ()
        for field in ("by", "then"):
            self.fields[field].choices = [("", _("nothing")), *((name, NAMES[name]) for name in names)]  # type: ignore[attr-defined]
        for name in (*names, *narrowing):
            if name not in GRAINS:
                choices = [("", _("any")), *labels_of(name).items(), (NONE, _("none"))]
                self.fields[name] = forms.ChoiceField(label=NAMES[name], required=False, choices=choices)
            elif name in data:
                self.fields[name] = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)

    def clean_period(self) -> Period | None:
        return _period(self.cleaned_data["period"])

    def clean_part(self) -> str:
        part: str = self.cleaned_data["part"]
        if part and (self.found is None or part not in self.found.parts):
            raise ValidationError(_("There is none of that name."), code="invalid")
        return part

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        if self.errors:
            return asked
        if asked["period"] is None:
            asked["period"] = self._between(asked["from"], asked["to"])
        for name in set(asked) & set(GRAINS):
            if asked[name]:
                self._check_time(name, asked[name])
        self._check_number_of_times(asked)
        return asked

    def _between(self, first: date | None, last: date | None) -> Period | None:
        if first is None and last is None:
            return Month.of(self.now)
        try:
            return between(first or Month.of(last or self.now).first_day, last or self.now.date())
        except ValueError:
            self.add_error("to", _("The period ends before it begins, or is longer than five years."))
            return None

    def _check_time(self, name: str, key: str) -> None:
        try:
            period = _period(key)
        except ValidationError as error:
            self.add_error(name, error)
            return
        if period is None or str(GRAINS[name](period.first_day)) != key:
            self.add_error(name, _("This is no period."))

    def _check_number_of_times(self, asked: dict[str, Any]) -> None:
        period = asked["period"]
        if "day" in (asked["by"], asked["then"]) and period and (period.end_day - period.first_day).days > MOST_TIMES:
            self.add_error("by", _("By days, ask for about a year at most."))

    @property
    def indicator_asked(self) -> Indicator:
        if self.found is None:
            raise ValueError("the form is not valid")
        return self.found

    @property
    def question(self) -> Question:
        """Of a valid form."""
        asked = self.cleaned_data
        names = (*self.indicator_asked.dimensions, *self.indicator_asked.filters)
        filters = {name: asked[name] for name in names if asked.get(name)}
        by = tuple(dict.fromkeys(name for name in (asked["by"], asked["then"]) if name))
        return Question(asked["period"], self.now, filters, by)


def _period(text: str) -> Period | None:
    try:
        return parse_period(text) if text else None
    except ValueError:
        raise ValidationError(_("This is no period."), code="invalid") from None
