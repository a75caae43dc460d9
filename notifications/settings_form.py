"""The form of the settings of paging."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Person, Service
from incidents.models import Level
from notifications.models import PagingSettings
from notifications.models.chat import ChatKind

COUNTRY = re.compile(r"[A-Z]{2}")


class PagingSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """``cleaned_data`` is what ``services.settings.set_paging`` takes."""

    countries = forms.CharField(
        label=gettext_lazy("Countries that may be texted and called"),
        required=False,
        help_text=gettext_lazy("Codes of two letters, such as CN, SG, DE. Empty: all. Premium numbers never."),
    )
    war_room_levels = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Chat group by itself for levels"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = PagingSettings
        fields = (
            *("internal_service", "duty_managers", "daily_texts", "daily_calls", "countries"),
            *("war_room_kind", "war_room_levels"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, Any] = self.fields
        choices["internal_service"].queryset = Service.objects.filter(is_active=True)
        choices["internal_service"].help_text = _("Incidents about paging itself are reported to it, and paged.")
        choices["duty_managers"].queryset = Person.objects.filter(is_active=True)
        choices["duty_managers"].help_text = _("Paged when nobody else answers. Empty: every incident manager.")
        choices["daily_texts"].help_text = _("In parts. Past it nothing is sent but pages.")
        choices["war_room_kind"].choices = [
            ("", _("none")),
            (ChatKind.SLACK, "Slack"),
            (ChatKind.FEISHU, "飞书 Feishu"),
        ]
        choices["war_room_levels"].choices = [(level.pk, str(level)) for level in Level.objects.all()]
        self.initial["countries"] = ", ".join(self.instance.countries)

    def lock(self) -> None:
        """For whoever may only look."""
        for field in self.fields.values():
            field.disabled = True

    def clean_countries(self) -> list[str]:
        codes = list(dict.fromkeys(self.cleaned_data["countries"].upper().replace(",", " ").split()))
        if wrong := [code for code in codes if not COUNTRY.fullmatch(code)]:
            raise ValidationError(_("%(code)s is not a code of two letters.") % {"code": wrong[0][:20]})
        return codes

    def _post_clean(self) -> None:
        """The service sets and checks the fields, under the row's lock: the form's instance stays as it was read."""
