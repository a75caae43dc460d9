"""What O&M decides about a mail in quarantine."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Service
from incidents.forms.fields import IncidentReference, Text
from incidents.models import Level


class AcceptForm(forms.Form):
    service: Any = forms.ModelChoiceField(Service.objects.filter(is_active=True), label=_("Service"))
    level: Any = forms.ModelChoiceField(Level.objects.all(), label=_("Level"))


class AttachForm(forms.Form):
    incident = IncidentReference(label=_("Incident"))


class DiscardForm(forms.Form):
    note = Text(label=_("Why"), rows=2, required=False)
