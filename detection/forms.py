"""What the pages ask for rules. The services check again; their refusals come back to the fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Service
from detection.evaluation import LONGEST_MEMORY
from detection.models import Metric, QuietWhen, RecoverOn, Rule
from detection.rules import KINDS, needs_other
from detection.rules.parameters import Choice, Field
from detection.services.rules import EDITABLE
from incidents.models import Calendar, Level
from lifecycle.transitions import InputRefused


class SelectorField(forms.CharField):
    """Labels as lines ``name = value``; an object of texts."""

    widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        selector: dict[str, str] = {}
        for line in (super().to_python(value) or "").splitlines():
            if not line.strip():
                continue
            name, separator, label = line.partition("=")
            if not separator or not name.strip() or not label.strip():
                raise forms.ValidationError(_("Write one label a line, such as status = reversed."))
            selector[name.strip()] = label.strip()
        return selector

    def validate(self, value: Any) -> None:
        """Empty means every series."""


class RuleForm(forms.Form):
    """The fields that every kind shares; those of the kind stand between them, named as its parameters."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    metric = forms.ModelChoiceField(Metric.objects.all(), label=gettext_lazy("Metric"))
    selector = SelectorField(
        label=gettext_lazy("Only series with"),
        required=False,
        help_text=gettext_lazy("One label a line, such as status = reversed. Empty: every series."),
    )
    fire_for = forms.IntegerField(
        label=gettext_lazy("Fires after this many bad minutes"), min_value=1, max_value=LONGEST_MEMORY, initial=2
    )
    fire_of = forms.IntegerField(
        label=gettext_lazy("of the last so many minutes"), min_value=1, max_value=LONGEST_MEMORY, initial=3
    )
    clear_after = forms.IntegerField(
        label=gettext_lazy("Over after this many good minutes"), min_value=1, max_value=10_000, initial=10
    )
    other_metric = forms.ModelChoiceField(
        Metric.objects.all(),
        label=gettext_lazy("Second metric"),
        help_text=gettext_lazy(
            "Divided by this one, by the labels both have. The metric itself: one label against all."
        ),
    )
    quiet_calendar = forms.ModelChoiceField(
        Calendar.objects.all(),
        label=gettext_lazy("Quiet calendar"),
        required=False,
        help_text=gettext_lazy("Minutes are judged as ever, but no alert opens. Empty: never quiet."),
    )
    quiet_when = forms.ChoiceField(
        label=gettext_lazy("Opens no alerts"), choices=QuietWhen.choices, initial=QuietWhen.CLOSED, required=False
    )
    service = forms.ModelChoiceField(Service.objects.filter(is_active=True), label=gettext_lazy("Service"))
    level = forms.ModelChoiceField(Level.objects.all(), label=gettext_lazy("Level"))
    title = forms.CharField(
        label=gettext_lazy("Title of the incident"),
        max_length=200,
        initial="{rule}: {series} at {value}, {expected} expected",
        help_text=gettext_lazy("{series}, {value}, {expected} and {rule} are filled in."),
    )
    group = forms.SlugField(
        label=gettext_lazy("Group"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Rules of one group share one incident. Empty: an incident of its own."),
    )

    recover_on = forms.ChoiceField(
        label=gettext_lazy("Its incidents recover"), choices=RecoverOn.choices, initial=RecoverOn.ALL, required=False
    )
    note = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Stays with this version of the rule."),
    )

    def __init__(self, *arguments: Any, kind: str, is_new: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind = kind
        self.parameter_names = [field.name for field in KINDS[kind].FIELDS]
        for field in KINDS[kind].FIELDS:
            self.fields[field.name] = _form_field(field)
        for name in ("fire_for", "fire_of", "clear_after"):
            # Some kinds come with a patience of their own.
            self.fields[name].initial = getattr(KINDS[kind], name.upper(), self.fields[name].initial)
        if not is_new:
            del self.fields["metric"]
        if not needs_other(KINDS[kind]):
            del self.fields["other_metric"]
        self.order_fields(
            ["name", "metric", "other_metric", "selector", *self.parameter_names, "fire_for", "fire_of", "clear_after"]
        )

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        cleaned = dict(self.cleaned_data)
        parameters = {name: cleaned.pop(name) for name in self.parameter_names}
        cleaned["quiet_when"] = cleaned["quiet_when"] or QuietWhen.CLOSED
        cleaned["recover_on"] = cleaned["recover_on"] or RecoverOn.ALL
        kept = {name: value for name, value in parameters.items() if value not in ("", None)}
        return {**cleaned, "parameters": kept}

    @property
    def drafted(self) -> dict[str, Any]:
        """What the rule itself is made of."""
        return {name: value for name, value in self.values.items() if name != "note"}

    def refuse(self, refused: InputRefused) -> None:
        """Put the service's sentences beside the fields they are about."""
        for name, sentence in refused.errors.items():
            self.add_error(name if name in self.fields else None, sentence)

    @staticmethod
    def initial_of(rule: Rule) -> dict[str, Any]:
        lines = "\n".join(f"{name} = {value}" for name, value in rule.selector.items())
        plain = [name for name in EDITABLE if name not in ("parameters", "selector")]
        return {**{name: getattr(rule, name) for name in plain}, **rule.parameters, "selector": lines}


def _form_field(field: Field) -> forms.Field:
    shared: dict[str, Any] = {
        "label": _(field.label),
        "help_text": _(field.help) if field.help else "",
        "required": field.required,
        "initial": field.default,
    }
    if isinstance(field, Choice):
        return forms.ChoiceField(choices=[(code, _(label)) for code, label in field.options], **shared)
    if field.is_whole:
        return forms.IntegerField(min_value=int(field.minimum), max_value=int(field.maximum), **shared)
    return forms.FloatField(min_value=field.minimum, max_value=field.maximum, **shared)
