"""The fields that the forms of incidents are made of."""

import re
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from catalog.models import Person, Role, Service
from incidents.models import Incident, Level

LONG = 20_000
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
BIGGEST_INTEGER, BIGGEST_BIG_INTEGER = 2**31 - 1, 2**63 - 1
DEVELOPING = (Role.DEVELOPER, Role.RD_LEADER)
HANDLING = (Role.OPERATIONS, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)


class Moment(forms.DateTimeField):
    """A date and time in the reader's zone."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
        super().__init__(**options)
        self.validators.append(MinValueValidator(EARLIEST, _("That is too long ago.")))


class Text(forms.CharField):
    """Several lines."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea({"rows": rows}))
        options.setdefault("max_length", LONG)
        super().__init__(**options)


class IncidentReference(forms.CharField):
    """An incident by its running number: "INC-12" or "12"."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 30)
        options.setdefault("help_text", _("Its number, such as INC-12."))
        super().__init__(**options)

    def clean(self, value: Any) -> Incident | None:
        text = super().clean(str(value) if isinstance(value, int) else value)
        if not text:
            return None
        number = re.fullmatch(r"(?:INC-)?(\d{1,15})", text, re.IGNORECASE)
        incident = Incident.objects.filter(pk=int(number[1])).first() if number else None
        if incident is None:
            raise ValidationError(_("There is no such incident."), code="invalid")
        return incident


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, *roles: str, **options: Any) -> None:
        people = Person.objects.with_role(*roles)
        options.setdefault("empty_label", _("leave as it is"))
        super().__init__(people, to_field_name="username", **options)


class ServiceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, **options: Any) -> None:
        services = Service.objects.filter(is_active=True)
        super().__init__(
            services, label=_("Service"), to_field_name="slug", empty_label=_("Choose a service"), **options
        )


class LevelChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Shows the worded criteria beside each level."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Level.objects.all(), empty_label=None, widget=forms.RadioSelect, **options)

    def label_from_instance(self, level: Level) -> str:
        return f"{level}: {level.localised_criteria}"
