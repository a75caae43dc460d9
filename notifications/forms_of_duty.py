"""Forms of schedules: layers, overrides, swaps and calendars. Every order is changed by buttons, without JavaScript."""

import zoneinfo
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.contacts import validate_time_zone
from catalog.models import Person
from lifecycle import clock
from notifications.calendars.reading import LARGEST
from notifications.duty import instant
from notifications.duty.walltime import wall_clock
from notifications.models import DutyRole, OverrideKind, Schedule, ScheduleLayer, ShiftUnit
from notifications.services.scheduling import FURTHEST_START, MOST_EVERY, Plan

SPARE_PLACES = 3
WINDOWS = 3
WEEKDAYS = [
    *((0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday"))),
    *((4, _("Friday")), (5, _("Saturday")), (6, _("Sunday"))),
]
DATE = {"type": "date"}
TIME = {"type": "time"}
MOMENT = {"type": "datetime-local"}
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


def colleagues() -> Any:
    return Person.objects.filter(is_active=True).order_by("name")


class ZoneForm(forms.Form):
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=50,
        validators=[validate_time_zone],
        help_text=_("Hand-overs are wall-clock times of this zone, summer time included."),
    )


class RotationForm(forms.Form):
    """A rotation with its members in order and the windows in which it is on duty."""

    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=DutyRole)
    every = forms.IntegerField(label=_("Changes every"), min_value=1, max_value=MOST_EVERY, initial=1)
    unit = forms.ChoiceField(label=_("Unit"), choices=ShiftUnit, initial=ShiftUnit.WEEKLY)
    starts_on = forms.DateField(label=_("First hand-over on"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))
    handover_at = forms.TimeField(label=_("Hand-over at"), widget=forms.TimeInput(attrs=TIME, format="%H:%M"))
    ends_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"), required=False)

    def __init__(self, data: Any = None, *, layer: ScheduleLayer | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        members = [place.person_id for place in layer.places.all()] if layer else []
        windows = layer.windows if layer else []
        if layer is not None:
            for name in ("name", "role", "every", "unit", "starts_on", "handover_at", "ends_on"):
                self.initial[name] = getattr(layer, name)
        self._add_members(members, data)
        self._add_windows(windows)

    def _add_members(self, members: list[int], data: Any) -> None:
        sent = sum(name.startswith("member_") for name in data or ())
        everybody = colleagues()
        for place in range(max(len(members) + SPARE_PLACES, min(sent, 60))):
            self.fields[f"member_{place}"] = forms.ModelChoiceField(
                everybody,
                label=_("Place %(number)d") % {"number": place + 1},
                required=False,
                initial=members[place] if place < len(members) else None,
            )

    def _add_windows(self, windows: list[dict[str, Any]]) -> None:
        for place in range(max(WINDOWS, len(windows) + 1)):
            window = windows[place] if place < len(windows) else {}
            self.fields[f"window_{place}_days"] = forms.TypedMultipleChoiceField(
                label=_("Weekdays"),
                choices=WEEKDAYS,
                coerce=int,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=window.get("weekdays"),
            )
            for end, label in (("from", _("From")), ("to", _("To"))):
                self.fields[f"window_{place}_{end}"] = forms.TimeField(
                    label=label,
                    required=False,
                    widget=forms.TimeInput(attrs=TIME, format="%H:%M"),
                    initial=window.get(end),
                )

    def clean_starts_on(self) -> date:
        """A slip of the keyboard (2206) would leave the team without anybody on call."""
        starts_on: date = self.cleaned_data["starts_on"]
        if starts_on > clock.now().date() + FURTHEST_START:
            raise forms.ValidationError(_("That is more than a year ahead: until then nobody would be paged."))
        return starts_on

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for place in self._window_places():
            opens, closes = values.get(f"window_{place}_from"), values.get(f"window_{place}_to")
            if (opens is None) != (closes is None):
                self.add_error(f"window_{place}_to", _("A window needs both: from and to."))
            elif opens is None and values.get(f"window_{place}_days"):
                self.add_error(f"window_{place}_from", _("A window needs both: from and to."))
        return values

    def _window_places(self) -> list[int]:
        return [int(name.split("_")[1]) for name in self.fields if name.endswith("_days")]

    def fields_of_the_layer(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith(("member_", "window_"))]

    def places(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("member_")]

    def window_rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"window_{place}_{part}"] for part in ("days", "from", "to")] for place in self._window_places()]

    @property
    def members(self) -> list[Person]:
        """The chosen people in order, blanks left out."""
        chosen = [self.cleaned_data[name] for name in self.fields if name.startswith("member_")]
        return [person for person in chosen if person is not None]

    @property
    def windows(self) -> list[dict[str, Any]]:
        values = self.cleaned_data
        return [
            {
                "weekdays": values[f"window_{place}_days"],
                "from": values[f"window_{place}_from"].strftime("%H:%M"),
                "to": values[f"window_{place}_to"].strftime("%H:%M"),
            }
            for place in self._window_places()
            if values.get(f"window_{place}_from") is not None
        ]

    @property
    def plan(self) -> Plan:
        names = ("name", "role", "every", "unit", "starts_on", "handover_at", "ends_on")
        return Plan(members=self.members, windows=self.windows, **{name: self.cleaned_data[name] for name in names})


class CalendarLayerForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    role = forms.ChoiceField(label=_("Role"), choices=DutyRole)


class CalendarFileForm(forms.Form):
    """A file, or an address that is read every hour."""

    file = forms.FileField(
        label=_("File (.ics)"), required=False, max_length=200, widget=forms.FileInput(attrs={"accept": ".ics"})
    )
    url = forms.CharField(
        label=_("Or an address"),
        required=False,
        max_length=2000,
        help_text=_("https:// or webcal://, read at once and then every hour. It is kept encrypted and never shown."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if bool(values.get("file")) == bool(values.get("url")) and not self.errors:
            raise forms.ValidationError(_("Choose a file or write an address."))
        if values.get("file") and values["file"].size > LARGEST:
            raise forms.ValidationError(_("The file is larger than %(size)d KiB.") % {"size": LARGEST // 1024})
        return values


class StretchForm(forms.Form):
    """From when to when, as wall-clock times of the schedule's zone."""

    starts_at = forms.DateTimeField(label=_("From"), widget=forms.DateTimeInput(attrs=MOMENT, format="%Y-%m-%dT%H:%M"))
    ends_at = forms.DateTimeField(label=_("To"), widget=forms.DateTimeInput(attrs=MOMENT, format="%Y-%m-%dT%H:%M"))
    role = forms.ChoiceField(label=_("Role"), choices=DutyRole)

    def __init__(self, data: Any = None, *, schedule: Schedule, initial: dict[str, Any] | None = None) -> None:
        self.zone = zoneinfo.ZoneInfo(schedule.time_zone)
        first = dict(initial or {})
        for name in ("starts_at", "ends_at"):
            if isinstance(first.get(name), datetime):
                first[name] = wall_clock(first[name], self.zone)
        super().__init__(data, initial=first)

    def _moment(self, name: str) -> datetime:
        """What was typed, read in the schedule's zone whatever the reader's own is."""
        value: datetime = self.cleaned_data[name]
        if not EARLIEST < value.date() < LATEST:
            raise forms.ValidationError(_("Choose a day of this century."))
        return instant(value.replace(tzinfo=None), self.zone)

    def clean_starts_at(self) -> datetime:
        return self._moment("starts_at")

    def clean_ends_at(self) -> datetime:
        return self._moment("ends_at")


class OverrideForm(StretchForm):
    kind = forms.ChoiceField(label=_("How"), choices=OverrideKind)
    person = forms.ModelChoiceField(Person.objects.none(), label=_("Who"))
    replaces = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("Instead of"),
        required=False,
        empty_label=_("whoever it would be"),
        help_text=_("Only for “instead”. Empty: a temporary schedule for all of that time."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = self.fields["replaces"].queryset = colleagues()  # type: ignore[attr-defined]


class SwapForm(StretchForm):
    asked_of = forms.ModelChoiceField(
        Person.objects.none(), label=_("Ask"), required=False, empty_label=_("whoever of the team")
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, asker: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked_of"].queryset = colleagues().exclude(pk=asker.pk)  # type: ignore[attr-defined]


def moment_of(text: str) -> datetime | None:
    """A moment in an address, such as a gap's; None where it is none."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    in_range = EARLIEST < value.date() < LATEST
    return value if value.tzinfo is not None and in_range else None


def day_of(text: str, fallback: date) -> date:
    try:
        value = date.fromisoformat(text)
    except ValueError:
        return fallback
    return value if EARLIEST + timedelta(days=400) < value < LATEST - timedelta(days=400) else fallback
