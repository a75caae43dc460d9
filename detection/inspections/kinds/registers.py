"""The tables that people keep: what expires soon, and what is nearly full."""

from datetime import timedelta

from django import forms
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from detection.inspections.kinds.registry import Fact, Kind, Look, ParametersForm, Seen, register
from detection.models import Capacity, ExpiryDate, ExpiryKind
from detection.rules.words import plain

TABLES = gettext_lazy("Tables of dates and capacities")


class ExpiryForm(ParametersForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("Only"), choices=[("", gettext_lazy("all kinds")), *ExpiryKind.choices], required=False
    )
    days = forms.IntegerField(label=gettext_lazy("Warn so many days before"), min_value=0, max_value=400, initial=30)


class CapacityForm(ParametersForm):
    percent = forms.FloatField(
        label=gettext_lazy("Warn from so many percent on"), min_value=1, max_value=1000, initial=80
    )


def look_at_dates(look: Look) -> Seen:
    soon = ExpiryDate.objects.filter(expires_on__lte=look.today + timedelta(days=look.parameters["days"]))
    if look.parameters.get("kind"):
        soon = soon.filter(kind=look.parameters["kind"])
    return Seen([_date(each, (each.expires_on - look.today).days) for each in soon])


def look_at_capacities(look: Look) -> Seen:
    full = Capacity.objects.filter(value__gte=F("threshold") * look.parameters["percent"] / 100)
    return Seen([_capacity(each) for each in full])


def _date(each: ExpiryDate, left: int) -> Fact:
    words = {"kind": each.get_kind_display(), "name": each.name, "day": each.expires_on, "left": left, "ago": -left}
    if left < 0:
        title = _("%(kind)s %(name)s expired on %(day)s") % words
    else:
        title = _("%(kind)s %(name)s expires on %(day)s") % words
    description = _("%(left)d days are left.") % words if left >= 0 else _("That is %(ago)d days ago.") % words
    return Fact(f"date:{each.pk}", title, description, service=each.service_id, link=each.get_absolute_url())


def _capacity(each: Capacity) -> Fact:
    words = {"name": each.name, "percent": plain(round(each.percent, 1)), "unit": each.unit, "day": each.measured_on}
    words |= {"value": plain(each.value), "threshold": plain(each.threshold)}
    title = _("%(name)s is %(percent)s %% full") % words
    description = _("%(value)s of %(threshold)s %(unit)s, measured on %(day)s.") % words
    return Fact(f"capacity:{each.pk}", title, description, service=each.service_id, link=each.get_absolute_url())


register(
    Kind(
        slug="expiry",
        label=gettext_lazy("Certificate or date that ends"),
        about=gettext_lazy("Certificates, domain names, licences and contracts of the table that end soon."),
        group=TABLES,
        look=look_at_dates,
        form=ExpiryForm,
        icon="calendar",
    )
)
register(
    Kind(
        slug="capacity",
        label=gettext_lazy("Capacity that fills up"),
        about=gettext_lazy("Capacities of the table of which too much is used."),
        group=TABLES,
        look=look_at_capacities,
        form=CapacityForm,
        icon="chart-bar",
    )
)
