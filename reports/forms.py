"""What the report pages read from the address and from people."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Service
from incidents.models import Clock, ClockKind, Incident, Level, Source, Status
from reports import rows
from reports.indicators import DURATIONS
from reports.period import Month

YES = (("yes", _("yes")),)


class TextForm(forms.Form):
    text = forms.CharField(
        label=_("Author's text"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("What the figures mean, and what will be done. The sentences above are written by Mainstay."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class RowsForm(forms.Form):
    """Which incidents of a month are behind a figure."""

    service = forms.ModelChoiceField(
        Service.objects.all(), to_field_name="slug", required=False, label=_("Service"), empty_label=_("any")
    )
    level = forms.ModelChoiceField(Level.objects.all(), required=False, label=_("Level"), empty_label=_("any"))
    status = forms.ChoiceField(choices=[("", _("any")), *Status.choices], required=False, label=_("Status"))
    source = forms.ChoiceField(choices=[("", _("any")), *Source.choices], required=False, label=_("Source"))
    major = forms.ChoiceField(choices=[("", _("any")), *YES], required=False, label=_("Major"))
    known = forms.ChoiceField(choices=[(name, name) for name in DURATIONS], required=False, widget=forms.HiddenInput)
    lacks = forms.ChoiceField(choices=[(name, name) for name in DURATIONS], required=False, widget=forms.HiddenInput)
    clock = forms.ChoiceField(choices=ClockKind.choices, required=False, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        choices=[("met", "met"), ("missed", "missed")], required=False, widget=forms.HiddenInput
    )
    impact = forms.ChoiceField(choices=[*YES, ("estimated", "estimated")], required=False, widget=forms.HiddenInput)

    def find(self, month: Month) -> QuerySet[Incident]:
        """The incidents behind the figure. A clock's month is that of its verdict, an impact's the one it lies in."""
        asked = self.cleaned_data
        found = self._of_month(month, asked)
        conditions = {
            "service": Q(service=asked["service"]),
            "level": Q(level=asked["level"]),
            "source": Q(source=asked["source"]),
            "major": Q(level=1) | Q(is_declared_major=True),
        }
        for name, condition in conditions.items():
            if asked[name]:
                found = found.filter(condition)
        if asked["known"]:
            found = found.filter(rows.timed(asked["known"]))
        if asked["lacks"]:
            found = found.exclude(pk__in=found.filter(rows.timed(asked["lacks"])).values("pk"))
        return found

    def _of_month(self, month: Month, asked: dict[str, Any]) -> QuerySet[Incident]:
        if asked["clock"]:
            return Incident.objects.filter(pk__in=self._clocks(month, asked).values("incident"))
        if asked["impact"]:
            harmful = rows.harmful(month).order_by()
            harmful = harmful.filter(is_estimate=True) if asked["impact"] == "estimated" else harmful
            return Incident.objects.filter(pk__in=harmful.values("incident"))
        if asked["status"]:
            return rows.reported(month).filter(status=asked["status"])
        return rows.counted(month)

    def _clocks(self, month: Month, asked: dict[str, Any]) -> QuerySet[Clock]:
        clocks = rows.judged(month).filter(kind=asked["clock"])
        if asked["verdict"] == "missed":
            return clocks.exclude(breached_at=None)
        return clocks.filter(breached_at=None) if asked["verdict"] == "met" else clocks
