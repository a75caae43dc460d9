"""What a level asks: its criteria, and a target for each clock."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.forms.fields import Text
from incidents.forms.settings.fields import Percents, Span
from incidents.models import Calendar, ClockKind, Level, LevelTarget
from incidents.services.settings import TargetValues


class LevelForm(forms.Form):
    criteria = Text(label=_("Criteria"), rows=3)
    acknowledgement_lasts = Span(
        label=_("An acknowledgement without a sign of life lapses after"),
        required=False,
        help_text=_("Blank: it never lapses. Such as 10 min, 1 h 30 min or 7 d."),
    )

    @classmethod
    def of(cls, level: Level, data: Any = None) -> "LevelForm":
        initial = {"criteria": level.localised_criteria, "acknowledgement_lasts": level.acknowledgement_lasts}
        form = cls(data, initial=initial)
        form.level = level
        return form

    level: Level

    def clean_criteria(self) -> str:
        """Shipped words are kept as shipped, so that they are translated for every reader."""
        typed: str = self.cleaned_data["criteria"]
        same = typed.split() == self.level.localised_criteria.split()
        return self.level.criteria if same else typed


class TargetForm(forms.Form):
    """One clock of a level; without a target the level has no such clock."""

    target = Span(label=_("Target"), required=False, help_text=_("Blank: this level has no such clock."))
    calendar = forms.ModelChoiceField(
        Calendar.objects.all(), label=_("Runs"), required=False, empty_label=_("around the clock")
    )
    warn_at = Percents(
        label=_("Warn at percent of the target"), required=False, help_text=_("With commas, such as 75, 90.")
    )
    overdue_repeat = Span(
        label=_("When overdue, warn again every"), required=False, help_text=_("Blank: no further warning.")
    )
    is_pausable = forms.BooleanField(label=_("May pause while waiting"), required=False)

    @classmethod
    def of(cls, level: Level, kind: ClockKind, row: LevelTarget | None, data: Any = None) -> "TargetForm":
        initial = {name: getattr(row, name) for name in cls.base_fields} if row else {"warn_at": [75, 90]}
        form = cls(data, initial=initial, prefix=kind.value)
        form.kind, form.title = kind, kind.label
        if level.pk == 1 and kind == ClockKind.RECOVERY:
            form.fields["is_pausable"].help_text = _("The recovery of a Level 1 incident never pauses.")
        return form

    kind: ClockKind
    title: Any

    def values(self) -> TargetValues | None:
        """For the service."""
        if self.cleaned_data["target"] is None:
            return None
        return {
            "target": self.cleaned_data["target"],
            "is_pausable": self.cleaned_data["is_pausable"],
            "calendar": self.cleaned_data["calendar"],
            "warn_at": self.cleaned_data["warn_at"],
            "overdue_repeat": self.cleaned_data["overdue_repeat"],
        }
