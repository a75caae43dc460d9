"""What the catalogue's pages ask for. Models and services judge it; here it is only read."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from catalog.contacts import time_zone_names
from catalog.models import Audience, Person, Role, Service, Team
from lifecycle.transitions import InputRefused


def time_zones() -> list[tuple[str, str]]:
    """Places only: the short and historical names are aliases of these."""
    names = sorted(name for name in time_zone_names() if "/" in name and not name.startswith("Etc/"))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form whose values go to a service, which sets and validates them."""

    def arguments(self) -> dict[str, Any]:
        """What to hand to the service, by name."""
        return dict(self.cleaned_data)

    def refuse(self, refused: InputRefused) -> None:
        """Put the service's sentences beside their fields."""
        for name, sentence in refused.errors.items():
            self.add_error(name if name in self.fields else None, sentence)


class PersonForm(RecordForm):
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, initial="UTC")

    class Meta:
        model = Person
        fields: ClassVar = ["username", "name", "email", "phone", "language", "time_zone", "roles"]
        help_texts: ClassVar = {
            "phone": _("With country code, such as +8613912345678. A new number has to be verified.")
        }


class NewPersonForm(PersonForm):
    password = forms.CharField(
        label=_("First password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("Without one the person cannot sign in."),
    )

    def clean_password(self) -> str | None:
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password, self.instance)
        return password or None


class ChangePersonForm(PersonForm):
    class Meta(PersonForm.Meta):
        fields: ClassVar = [*PersonForm.Meta.fields, "is_active"]
        labels: ClassVar = {"is_active": _("May sign in and be paged")}


class ProfileForm(RecordForm):
    time_zone = PersonForm.base_fields["time_zone"]

    class Meta:
        model = Person
        fields: ClassVar = ["name", "email", "phone", "language", "time_zone", "theme"]
        help_texts: ClassVar = PersonForm.Meta.help_texts


class TeamForm(RecordForm):
    class Meta:
        model = Team
        fields: ClassVar = ["name", "slug", "leader", "members"]
        labels: ClassVar = {"slug": _("Short name in addresses")}
        widgets: ClassVar = {"members": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("leader", "members"):
            self.fields[name].queryset = Person.objects.filter(is_active=True)  # type: ignore[attr-defined]


class NewServiceForm(RecordForm):
    class Meta:
        model = Service
        fields: ClassVar = [
            "name",
            "slug",
            "business_line",
            "owner",
            "operations_team",
            "rd_leader",
            "development_team",
            "is_restricted",
        ]
        labels: ClassVar = {"slug": _("Short name in addresses")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("owner", "rd_leader"):
            self.fields[name].queryset = Person.objects.filter(is_active=True)  # type: ignore[attr-defined]


class ServiceForm(NewServiceForm):
    class Meta(NewServiceForm.Meta):
        fields: ClassVar = [*NewServiceForm.Meta.fields, "is_active"]


class AudienceForm(RecordForm):
    class Meta:
        model = Audience
        fields: ClassVar = ["valid_from", "daily_users", "daily_page_views"]
        widgets: ClassVar = {"valid_from": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("daily_users", "daily_page_views"):
            self.fields[name].validators.append(MinValueValidator(1))
            self.fields[name].widget.attrs["min"] = 1


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What the key is for, such as the program that will use it.")
    )
    expires_on = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
