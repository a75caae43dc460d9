"""What the pages ask for sources and for metrics that are read out of them. The services check again."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from catalog.models import Service
from detection.forms import SelectorField
from detection.models import Aggregate, Collection, Counts, Metric, Precision, Source
from detection.sources import KINDS, Option
from lifecycle.transitions import InputRefused

OPTION = "option_"


class SecondsField(forms.FloatField):
    """A duration, typed as seconds."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=366 * 86_400, **options)

    def clean(self, value: Any) -> Any:
        seconds = super().clean(value)
        return None if seconds is None else timedelta(seconds=seconds)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.total_seconds():g}" if isinstance(value, timedelta) else value


class LinesField(SelectorField):
    """Lines ``name = value``, in other words than those of a selector."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name} = {one}" for name, one in value.items()) if isinstance(value, dict) else value


class RefusableForm(forms.Form):
    def refuse(self, refused: InputRefused) -> None:
        """Put the service's sentences beside the fields they are about."""
        for name, sentence in refused.errors.items():
            field = next((known for known in (name, OPTION + name) if known in self.fields), None)
            self.add_error(field, sentence)


class SourceForm(RefusableForm):
    """The fields of every source; what its kind asks for stands between them."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=80,
        help_text=gettext_lazy("Letters, digits and hyphens; it stands in addresses and in YAML."),
    )
    secret = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept encrypted and never shown again. Empty: it stays as it is."),
    )
    secret_env = forms.CharField(
        label=gettext_lazy("or the variable that holds it"),
        required=False,
        max_length=100,
        help_text=gettext_lazy(
            "A variable of the workers' environment; another one with _HOST behind its name says where it may go."
        ),
    )
    timeout = SecondsField(label=gettext_lazy("Time-out in seconds"), initial=timedelta(seconds=10))
    row_cap = forms.IntegerField(
        label=gettext_lazy("Most rows of an answer"), min_value=1, max_value=1_000_000, initial=100_000
    )

    def __init__(self, *arguments: Any, kind: str, source: Source | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind = kind
        for option in KINDS[kind].options:
            self.fields[OPTION + option.name] = _option_field(option)
        if source is not None:
            del self.fields["slug"]
        if kind == "sqlite":
            del self.fields["secret"], self.fields["secret_env"]
        names = [OPTION + option.name for option in KINDS[kind].options]
        self.order_fields(["name", "slug", *names, "secret", "secret_env", "timeout", "row_cap"])

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        cleaned = dict(self.cleaned_data)
        options = {name.removeprefix(OPTION): cleaned.pop(name) for name in list(cleaned) if name.startswith(OPTION)}
        return {**cleaned, "options": {name: value for name, value in options.items() if value not in ("", None)}}

    @staticmethod
    def initial_of(source: Source) -> dict[str, Any]:
        plain = {name: getattr(source, name) for name in ("name", "secret_env", "timeout", "row_cap")}
        return {**plain, **{OPTION + name: value for name, value in source.options.items()}}


def _option_field(option: Option) -> forms.Field:
    shared: dict[str, Any] = {"label": option.label, "help_text": option.help, "initial": option.default}
    if option.kind == "flag":
        return forms.BooleanField(required=False, **shared)
    if option.kind == "number":
        return forms.IntegerField(required=False, min_value=1, max_value=65535, **shared)
    return forms.CharField(required=option.required, max_length=500, **shared)


def _column(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": "columns", "autocomplete": "off", "spellcheck": "false"}),
        **options,
    )


class CollectionForm(RefusableForm):
    """A metric that is read out of a source."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    slug = forms.SlugField(label=gettext_lazy("Short name"), max_length=80)
    table = forms.CharField(
        label=gettext_lazy("Table"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": "tables", "autocomplete": "off", "spellcheck": "false"}),
    )
    time_column = _column(gettext_lazy("Time column"))
    time_format = forms.CharField(
        label=gettext_lazy("Format of the time"),
        max_length=40,
        initial="timestamp",
        help_text=gettext_lazy("timestamp, epoch, epoch_ms, or a pattern such as %Y-%m-%d %H:%M:%S for texts."),
    )
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone of the time column"),
        max_length=50,
        initial="UTC",
        help_text=gettext_lazy("Such as UTC or Asia/Shanghai."),
    )
    aggregate = forms.ChoiceField(label=gettext_lazy("Value"), choices=Aggregate.choices, initial=Aggregate.COUNT)
    value_column = _column(
        gettext_lazy("Value column"), help_text=gettext_lazy("What is summed or averaged; empty for a number of rows.")
    )
    labels = LinesField(
        label=gettext_lazy("Dimensions"),
        required=False,
        help_text=gettext_lazy("One a line, such as merchant = merchant_id: its name, then the column. Empty: none."),
    )
    filters = LinesField(
        label=gettext_lazy("Only rows with"),
        required=False,
        help_text=gettext_lazy("One a line, such as status = paid."),
    )
    statement = forms.CharField(
        label=gettext_lazy("Query of your own, instead of a table"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One SELECT of the dimensions, in their order, and then the value, for the time from :start until :end; "
            "for Prometheus, an expression."
        ),
    )
    interval = SecondsField(label=gettext_lazy("Interval in seconds"), initial=timedelta(minutes=1))
    lateness = SecondsField(
        label=gettext_lazy("Lateness in seconds"),
        initial=timedelta(0),
        help_text=gettext_lazy("For so long late rows are looked for, and rules wait."),
    )
    delay = SecondsField(
        label=gettext_lazy("Wait before reading, in seconds"),
        initial=timedelta(0),
        help_text=gettext_lazy("After the end of each interval."),
    )
    zero_when_missing = forms.BooleanField(
        label=gettext_lazy("A missing row is zero"),
        required=False,
        initial=True,
        help_text=gettext_lazy("For series seen before, where the source did answer. Right for numbers of rows."),
    )
    lowest = forms.FloatField(label=gettext_lazy("Lowest value to believe"), required=False, initial=0)
    highest = forms.FloatField(label=gettext_lazy("Highest value to believe"), required=False)
    service = forms.ModelChoiceField(
        Service.objects.filter(is_active=True), label=gettext_lazy("Service"), required=False
    )
    counts = forms.ChoiceField(
        label=gettext_lazy("One of its values stands for"),
        choices=Counts.choices,
        required=False,
        help_text=gettext_lazy("Decides whether a loss is an impact on customers, and on whom."),
    )
    detail = forms.ModelChoiceField(
        Metric.objects.all(),
        label=gettext_lazy("The same in more detail"),
        required=False,
        to_field_name="slug",
        help_text=gettext_lazy("A metric with more dimensions, in which the segment behind a loss is searched for."),
    )
    precision = forms.ChoiceField(label=gettext_lazy("Precision"), choices=Precision.choices, initial=Precision.FLOAT32)

    FIXED = ("slug", "interval", "precision")

    def __init__(self, *arguments: Any, source: Source, metric: Metric | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.metric = metric
        if not KINDS[source.kind].has_statement:
            del self.fields["statement"]
        if metric is not None:
            self.fields["detail"].queryset = Metric.objects.exclude(pk=metric.pk)  # type: ignore[attr-defined]
            for name in self.FIXED:
                del self.fields[name]

    METRIC = ("name", "slug", "interval", "lateness", "service", "counts", "detail", "precision")

    @property
    def metric_values(self) -> dict[str, Any]:
        found = {name: value for name, value in self.cleaned_data.items() if name in self.METRIC}
        return found if self.metric else {**found, "dimensions": list(self.cleaned_data["labels"])}

    @property
    def collection_values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in self.METRIC}

    @staticmethod
    def initial_of(collection: Collection) -> dict[str, Any]:
        metric = collection.metric
        names = ("table", "time_column", "time_format", "time_zone", "aggregate", "value_column", "labels", "filters")
        more = ("statement", "delay", "zero_when_missing", "lowest", "highest")
        found = {name: getattr(collection, name) for name in (*names, *more)}
        plain = {name: getattr(metric, name) for name in ("name", "lateness", "counts")}
        return {**found, **plain, "service": metric.service_id, "detail": metric.detail.slug if metric.detail else None}
