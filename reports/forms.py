"""What the report pages read from the address and from people."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Service
from incidents.models import Clock, ClockKind, Incident, Level, Source, Status
from reports import rows
from reports.indicators import DURATIONS
from reports.models import MonthlyReport, Section
from reports.period import Month
from reports.sentences import SENTENCES
from reports.services.remarks import LONGEST_COMMENT
from reports.services.writing import LONGEST_SENTENCE, LONGEST_TEXT

YES = (("yes", _("yes")),)


def _field(name: str, language: str) -> str:
    return f"{name}_{language}"


class TextForm(forms.Form):
    text = forms.CharField(
        label=_("Author's text"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("What the figures mean, and what will be done. The sentences above are written by Mainstay."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, report: MonthlyReport | None = None, **kwargs: Any) -> None:
        if report is not None:
            kwargs["initial"] = {
                "text": report.text,
                "version": report.version if report.pk else None,
                **{_field(name, key): words for name, said in report.wording.items() for key, words in said.items()},
            }
        super().__init__(*args, **kwargs)
        for name in SENTENCES:
            for language, label in settings.LANGUAGES:
                self.fields[_field(name, language)] = forms.CharField(
                    label=str(label), max_length=LONGEST_SENTENCE, required=False, widget=forms.Textarea({"rows": 2})
                )

    @property
    def wording(self) -> dict[str, dict[str, str]] | None:
        """The author's own sentences; None where the page that was sent had no places for them."""
        names = {(name, language) for name in SENTENCES for language, _label in settings.LANGUAGES}
        if not any(_field(name, language) in self.data for name, language in names):
            return None
        return {
            name: {language: self.cleaned_data[_field(name, language)] for language, _label in settings.LANGUAGES}
            for name in SENTENCES
        }

    @property
    def has_own_words(self) -> bool:
        return any(
            self[_field(name, language)].value() for name in SENTENCES for language, _label in settings.LANGUAGES
        )

    def places(self, name: str) -> list[Any]:
        """The places for one sentence, a language each."""
        return [self[_field(name, language)] for language, _label in settings.LANGUAGES]


class AmendForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is the signed report amended?"), max_length=1000, widget=forms.Textarea({"rows": 2})
    )


class CommentForm(forms.Form):
    section = forms.ChoiceField(choices=Section.choices)
    text = forms.CharField(label=_("Comment"), max_length=LONGEST_COMMENT, widget=forms.Textarea({"rows": 2}))
    edition = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


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
        conditions: dict[str, Q] = {
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
