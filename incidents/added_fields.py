"""Filters over the fields that a site has added to incidents: ``cf_KEY`` in the address."""

from datetime import date
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import IContains
from django.utils.translation import gettext_lazy as _

from incidents.filter_choices import Added
from incidents.models import CustomFieldKind

LONGEST = 200


class ContainedFilter(django_filters.Filter):  # type: ignore[misc]
    """``custom @> {"key": value}``, which the GIN index answers. The key comes from the site's table, never from the
    address."""

    def filter(self, incidents: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value in (None, ""):
            return incidents
        return incidents.filter(custom__contains={self.field_name: _as_json(value)})


class ContainedChoice(ContainedFilter):
    field_class = forms.ChoiceField


class ContainedFlag(ContainedChoice):
    def filter(self, incidents: QuerySet[Any], value: str) -> QuerySet[Any]:
        return super().filter(incidents, {"true": True, "false": False}.get(value))


class ContainedNumber(ContainedFilter):
    field_class = forms.DecimalField


class ContainedDate(ContainedFilter):
    field_class = forms.DateField


class PartOfText(django_filters.CharFilter):  # type: ignore[misc]
    """A part of the text, upper and lower case alike."""

    def filter(self, incidents: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return incidents
        return incidents.filter(IContains(KeyTextTransform(self.field_name, "custom"), value))


def filter_of(added: Added) -> Any:
    options = {"field_name": added.key, "label": added.name}
    if added.kind == CustomFieldKind.CHOICE:
        return ContainedChoice(choices=[("", _("any")), *((choice, choice) for choice in added.choices)], **options)
    if added.kind == CustomFieldKind.FLAG:
        return ContainedFlag(choices=[("", _("any")), ("true", _("yes")), ("false", _("no"))], **options)
    if added.kind == CustomFieldKind.NUMBER:
        return ContainedNumber(max_digits=30, **options)
    if added.kind == CustomFieldKind.DATE:
        return ContainedDate(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **options)
    return PartOfText(max_length=LONGEST, **options)


def _as_json(value: Any) -> Any:
    """As incidents/services/custom_fields.py keeps it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value
