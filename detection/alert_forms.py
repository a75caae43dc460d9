"""What the pages about alerts ask: integrations, routes, correlation, maintenance, heartbeats."""

import json
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import BusinessLine, Service
from detection.intake.reading import LARGEST
from detection.models import Integration, Kind, MaintenanceWindow, Origin, RecoverOn, Repeats, Severity
from incidents.forms.fields import Moment, ServiceChoice, Text
from incidents.forms.settings.fields import Span
from incidents.models import Level
from lifecycle.transitions import InputRefused

CONDITIONS = gettext_lazy(
    "One condition a line: severity = critical, host != web-1, host =~ web-[0-9]+, host !~ test-.*. All must hold; "
    "none: every alert. Beside its own labels an alert has origin, title, severity, rule, integration, heartbeat, "
    "service and line."
)


def conditions_field(**options: Any) -> Text:
    shared = {"label": gettext_lazy("Conditions"), "help_text": CONDITIONS, "required": False, **options}
    return Text(**shared)


def level_field(**options: Any) -> forms.ModelChoiceField:  # type: ignore[type-arg]
    return forms.ModelChoiceField(Level.objects.all(), **{"label": gettext_lazy("Level"), **options})


class Refusable(forms.Form):
    """A form that takes a service's refusals in."""

    def refuse(self, refused: InputRefused) -> None:
        for name, sentence in refused.errors.items():
            self.add_error(name if name in self.fields else None, ValidationError(sentence))


class Mapping(forms.JSONField):
    """An object of fields and paths; empty is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": 4, "spellcheck": "false"}), required=False, **options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(value) or {}


class IntegrationForm(Refusable):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices)
    mapping = Mapping(
        label=gettext_lazy("Fields"),
        help_text=gettext_lazy(
            'Only where fields are named: an object such as {"title": "check.name", "status": "check.state"}. There '
            "are title, status, severity, time, dedup_key, description, labels, alerts (the path of a list), and "
            "open_when, resolve_when, ack_when (words of a status, with commas)."
        ),
    )
    service = ServiceChoice()
    level = level_field(help_text=gettext_lazy("Of the incidents, where no route says otherwise; milder alerts below."))
    recover_on = forms.ChoiceField(label=gettext_lazy("Its incidents recover"), choices=RecoverOn.choices)
    most_per_minute = forms.IntegerField(
        label=gettext_lazy("Bodies taken in a minute"), min_value=1, max_value=1_000_000, initial=20_000
    )

    @staticmethod
    def initial_of(integration: Integration) -> dict[str, Any]:
        names = ("name", "kind", "mapping", "level", "recover_on", "most_per_minute")
        return {**{name: getattr(integration, name) for name in names}, "service": integration.service.slug}


class RouteForm(Refusable):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    matchers = conditions_field()
    service_label = forms.CharField(
        label=gettext_lazy("Service named by the label"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Its value is the short name of a service. Where there is none, the service below."),
    )
    service = forms.ModelChoiceField(
        Service.objects.filter(is_active=True), label=gettext_lazy("Service"), to_field_name="slug", required=False
    )
    level = level_field(required=False, empty_label=gettext_lazy("by the severity"))
    is_active = forms.BooleanField(label=gettext_lazy("Active"), required=False, initial=True)

    @staticmethod
    def initial_of(route: Any) -> dict[str, Any]:
        return {
            "name": route.name,
            "matchers": route.conditions_text,
            "service_label": route.service_label,
            "service": route.service and route.service.slug,
            "level": route.level,
            "is_active": route.is_active,
        }


class CorrelationForm(Refusable):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    matchers = conditions_field()
    group_by = forms.CharField(
        label=gettext_lazy("Group by"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Labels with commas between, such as service, cluster. Empty: all of them together."),
    )
    window = Span(label=gettext_lazy("Window"), initial=timedelta(hours=1))
    max_window = Span(label=gettext_lazy("At the longest"), initial=timedelta(days=1))
    threshold = forms.IntegerField(
        label=gettext_lazy("Alerts before an incident opens"), min_value=1, max_value=100_000, initial=1
    )
    level = level_field(required=False, empty_label=gettext_lazy("the worst of its alerts"))
    title = forms.CharField(
        label=gettext_lazy("Title of the incident"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty: that of the worst alert."),
    )
    recover_on = forms.ChoiceField(label=gettext_lazy("Its incidents recover"), choices=RecoverOn.choices)
    is_active = forms.BooleanField(label=gettext_lazy("Active"), required=False, initial=True)

    def clean_group_by(self) -> list[str]:
        names = [name.strip() for name in self.cleaned_data["group_by"].split(",")]
        return [name for name in names if name]

    @staticmethod
    def initial_of(rule: Any) -> dict[str, Any]:
        names = ("name", "window", "max_window", "threshold", "level", "title", "recover_on", "is_active")
        plain = {name: getattr(rule, name) for name in names}
        return {**plain, "matchers": rule.conditions_text, "group_by": ", ".join(rule.group_by)}


class MaintenanceForm(Refusable):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    reason = Text(label=gettext_lazy("Reason"), required=False, rows=2)
    starts_at = Moment(label=gettext_lazy("From"))
    ends_at = Moment(label=gettext_lazy("To"))
    repeats = forms.ChoiceField(label=gettext_lazy("Repeats"), choices=Repeats.choices, initial=Repeats.NEVER)
    repeats_until = Moment(label=gettext_lazy("For the last time before"), required=False)
    services = forms.ModelMultipleChoiceField(
        Service.objects.filter(is_active=True),
        label=gettext_lazy("Services"),
        to_field_name="slug",
        required=False,
    )
    business_lines = forms.ModelMultipleChoiceField(
        BusinessLine.objects.all(),
        label=gettext_lazy("Business lines"),
        to_field_name="slug",
        required=False,
        help_text=gettext_lazy("With all below them."),
    )
    matchers = conditions_field()


class ExtendForm(Refusable):
    ends_at = Moment(label=gettext_lazy("To"))

    @staticmethod
    def initial_of(window: MaintenanceWindow) -> dict[str, Any]:
        return {"ends_at": window.ends_at}


class Grace(Span):
    """A duration that may be none."""

    def to_python(self, value: Any) -> Any:
        typed = value.strip() if isinstance(value, str) else value
        return timedelta(0) if typed in (None, "", "0", "0 s", "0 min") else super().to_python(value)


class HeartbeatForm(Refusable):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    interval = Span(label=gettext_lazy("Expected every"), initial=timedelta(minutes=5))
    grace = Grace(label=gettext_lazy("Grace"), required=False)
    service = ServiceChoice()
    level = level_field()

    @staticmethod
    def initial_of(heartbeat: Any) -> dict[str, Any]:
        return {
            "name": heartbeat.name,
            "interval": heartbeat.interval,
            "grace": heartbeat.grace or "",
            "service": heartbeat.service.slug,
            "level": heartbeat.level,
        }


class AskForm(Refusable):
    """The debugger: what would become of this body, or of an alert with these labels?"""

    integration = forms.ModelChoiceField(Integration.objects.all(), label=gettext_lazy("Sent to"))
    labels = Text(
        label=gettext_lazy("Labels"),
        required=False,
        rows=4,
        help_text=gettext_lazy("One a line, such as host = web-1; title and severity count too."),
    )
    body = Text(
        label=gettext_lazy("or a body"),
        required=False,
        rows=6,
        max_length=LARGEST,
        help_text=gettext_lazy("As the tool would post it."),
    )

    def clean_labels(self) -> dict[str, str]:
        labels = {}
        for line in self.cleaned_data["labels"].splitlines():
            name, separator, value = line.partition("=")
            if line.strip() and not (separator and name.strip()):
                raise ValidationError(_("Write one label a line, such as host = web-1."))
            if line.strip():
                labels[name.strip()] = value.strip()
        return labels

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("labels") and not cleaned.get("body") and not self.errors:
            self.add_error("labels", ValidationError(_("Enter labels or a body.")))
        return cleaned

    @property
    def raw(self) -> bytes:
        """The body; labels alone make one."""
        if self.cleaned_data["body"]:
            return str(self.cleaned_data["body"]).encode("utf-8", "replace")
        labels = self.cleaned_data["labels"]
        return json.dumps({"title": _("An alert with these labels"), "status": "firing", **labels}).encode()


class AlertFilter(forms.Form):
    q = forms.CharField(label=gettext_lazy("Title"), max_length=100, required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[
            ("", gettext_lazy("any")),
            ("open", gettext_lazy("open")),
            ("suppressed", gettext_lazy("suppressed")),
            ("ended", gettext_lazy("ended")),
        ],
        required=False,
    )
    origin = forms.ChoiceField(
        label=gettext_lazy("Seen by"), choices=[("", gettext_lazy("any")), *Origin.choices], required=False
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("Severity"),
        choices=[("", gettext_lazy("any")), *((code, label) for code, label in Severity.choices if code)],
        required=False,
    )
    service = forms.ModelChoiceField(
        Service.objects.all(),
        label=gettext_lazy("Service"),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("any"),
    )
