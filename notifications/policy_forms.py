"""Forms of escalation policies, the notification table, routes, the simulation and drills."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Person, Service
from incidents.models import Level
from notifications.forms import MinutesField
from notifications.models import (
    ChatHook,
    EscalationPolicy,
    NoticeKind,
    NotificationRule,
    Party,
    Route,
    Schedule,
    StepTarget,
    Urgency,
)
from notifications.models.notice import TABLED
from notifications.services.editing.policies import PolicyValues, StepValues
from notifications.services.editing.routes import RouteValues
from notifications.services.editing.table import RuleValues
from notifications.step_words import WEEKDAYS
from notifications.ways import PERSONAL

WAYS = [(channel.value, channel.label) for channel in PERSONAL]
A_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def _levels() -> list[tuple[int, str]]:
    return [(level.pk, str(level)) for level in Level.objects.all()]


class ManyField(forms.TypedMultipleChoiceField):
    """Tick boxes."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        super().__init__(**options)


class PolicyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    levels = ManyField(
        label=gettext_lazy("Levels"),
        choices=_levels,
        coerce=int,
        help_text=gettext_lazy("None: only routes lead to it."),
    )
    round_length = MinutesField(
        label=gettext_lazy("Length of a round, in minutes"), min_value=1, max_value=24 * 60, initial=20
    )
    repeats = forms.IntegerField(label=gettext_lazy("Repeats"), min_value=0, max_value=20, initial=3)
    fallback = forms.ModelChoiceField(
        Person.objects.filter(is_active=True),
        label=gettext_lazy("Fallback contact"),
        required=False,
        empty_label=gettext_lazy("every incident manager"),
    )
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=50,
        initial="UTC",
        help_text=gettext_lazy("In which the hours of conditions are meant."),
    )

    @staticmethod
    def of(policy: EscalationPolicy) -> dict[str, Any]:
        return {name: getattr(policy, name) for name in PolicyForm.base_fields}


class StepForm(forms.Form):
    after = MinutesField(label=gettext_lazy("After, in minutes"), min_value=0, max_value=24 * 60, initial=0)
    target = forms.ChoiceField(label=gettext_lazy("Whom"), choices=StepTarget.choices)
    channels = ManyField(
        label=gettext_lazy("By"),
        choices=WAYS,
        help_text=gettext_lazy("None: as each person's own rules say."),
    )
    urgency = forms.ChoiceField(label=gettext_lazy("Own rules for"), choices=Urgency.choices, initial=Urgency.IMPORTANT)
    people = forms.ModelMultipleChoiceField(
        Person.objects.filter(is_active=True), label=gettext_lazy("Named people"), required=False
    )
    schedule = forms.ModelChoiceField(
        Schedule.objects.select_related("team"), label=gettext_lazy("Schedule"), required=False
    )
    chat = forms.ModelChoiceField(ChatHook.objects.filter(is_active=True), label=gettext_lazy("Chat"), required=False)
    from_time = forms.TimeField(label=gettext_lazy("Only from"), required=False, widget=A_TIME)
    to_time = forms.TimeField(label=gettext_lazy("Only until"), required=False, widget=A_TIME)
    weekdays = ManyField(label=gettext_lazy("Only on"), choices=WEEKDAYS, coerce=int)
    min_alerts = forms.IntegerField(label=gettext_lazy("Only with so many alerts"), min_value=1, required=False)
    alerts_within = MinutesField(
        label=gettext_lazy("Within, in minutes"), min_value=1, max_value=24 * 60, required=False
    )

    @staticmethod
    def of(step: StepValues) -> dict[str, Any]:
        return {**step.__dict__, "people": [person.pk for person in step.people]}

    @property
    def has_choice(self) -> bool:
        names = ("people", "schedule", "chat")
        return any(self[name].value() for name in names) or any(name in self.errors for name in names)

    @property
    def has_condition(self) -> bool:
        names = ("from_time", "to_time", "weekdays", "min_alerts")
        return any(self[name].value() for name in names) or any(name in self.errors for name in names)

    def values(self) -> StepValues:
        cleaned = {name: self.cleaned_data[name] for name in StepValues.__dataclass_fields__}
        return StepValues(**{**cleaned, "people": list(cleaned["people"])})


class BaseSteps(forms.BaseFormSet):  # type: ignore[type-arg]  # not generic at run time
    def values(self) -> list[StepValues]:
        """In the order of their moments; those that are ticked for removal or were left empty are not there."""
        kept = [form for form in self.forms if form.cleaned_data and form not in self.deleted_forms]
        return sorted((form.values() for form in kept), key=lambda step: step.after)


StepForms = forms.formset_factory(StepForm, formset=BaseSteps, extra=0, can_delete=True, max_num=50, absolute_max=60)


def policy_values(form: PolicyForm, steps: Any) -> PolicyValues:
    return PolicyValues(steps=steps.values(), **form.cleaned_data)


class RuleForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Notification"), choices=[(kind.value, NoticeKind(kind).label) for kind in TABLED]
    )
    levels = ManyField(label=gettext_lazy("Levels"), choices=_levels, coerce=int)
    channels = ManyField(label=gettext_lazy("Method"), choices=WAYS)
    to = ManyField(label=gettext_lazy("To"), choices=Party.choices)
    cc = ManyField(label=gettext_lazy("Cc"), choices=Party.choices)
    at_percent = forms.IntegerField(
        label=gettext_lazy("At percent of the target"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=gettext_lazy("Of warnings only; empty: every warning."),
    )

    @staticmethod
    def of(rule: NotificationRule) -> dict[str, Any]:
        return {name: getattr(rule, name) for name in RuleForm.base_fields}

    def values(self) -> RuleValues:
        return RuleValues(**self.cleaned_data)


class RouteForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("What it is for"), max_length=200, required=False)
    match = forms.CharField(
        label=gettext_lazy("Conditions"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line, all have to hold: “service = card-payments” or “team =~ payments-.*”."),
    )
    policy = forms.ModelChoiceField(
        EscalationPolicy.objects.all(),
        label=gettext_lazy("Escalation policy"),
        required=False,
        empty_label=gettext_lazy("that of the route above, or of the level"),
    )
    goes_on = forms.BooleanField(label=gettext_lazy("Look further after a match"), required=False)
    position = forms.IntegerField(label=gettext_lazy("Position"), min_value=0, max_value=1000, initial=0)

    @staticmethod
    def of(route: Route) -> dict[str, Any]:
        lines = [f"{label} = {value}" for label, value in route.match.items()]
        lines += [f"{label} =~ {value}" for label, value in route.match_re.items()]
        return {name: getattr(route, name) for name in ("note", "policy", "goes_on", "position")} | {
            "match": "\n".join(lines)
        }

    def clean_match(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {"=": {}, "=~": {}}
        for line in filter(None, map(str.strip, self.cleaned_data["match"].splitlines())):
            label, sign, value = line.partition("=~")
            if not sign:
                label, sign, value = line.partition("=")
            if not sign or not label.strip():
                raise ValidationError(_("“%(line)s” is no condition: write “label = value”.") % {"line": line})
            found[sign][label.strip()] = value.strip()
        return found

    def values(self) -> RouteValues:
        cleaned = dict(self.cleaned_data)
        conditions = cleaned.pop("match")
        return RouteValues(match=conditions["="], match_re=conditions["=~"], **cleaned)


class LabelsForm(forms.Form):
    """The debugger of routes: an incident's number, or labels."""

    incident = forms.CharField(label=gettext_lazy("Incident"), max_length=20, required=False)
    labels = forms.CharField(
        label=gettext_lazy("Or labels"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line: “level = 1”."),
    )

    def clean_incident(self) -> int | None:
        text = self.cleaned_data["incident"].upper().removeprefix("INC-").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit()):
            raise ValidationError(_("That is no number of an incident."))
        return int(text)

    def clean_labels(self) -> dict[str, str]:
        lines = [line.partition("=") for line in self.cleaned_data["labels"].splitlines() if line.strip()]
        return {label.strip(): value.strip() for label, _sign, value in lines}


class SimulationForm(forms.Form):
    service = forms.ModelChoiceField(Service.objects.filter(is_active=True), label=gettext_lazy("Service"))
    level = forms.ModelChoiceField(Level.objects.all(), label=gettext_lazy("Level"))
    at = forms.DateTimeField(
        label=gettext_lazy("Reported at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        help_text=gettext_lazy("Empty: now."),
    )


class DrillForm(forms.Form):
    service = forms.ModelChoiceField(Service.objects.filter(is_active=True), label=gettext_lazy("Service"))
    level = forms.ModelChoiceField(Level.objects.all(), label=gettext_lazy("Level"))
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)
