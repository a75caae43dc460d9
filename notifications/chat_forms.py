"""What the page asks of a chat. Address and secret are asked for and never shown."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Language, Team
from incidents.models import Level
from lifecycle.transitions import InputRefused
from notifications.models import ChatHook
from notifications.models.chat import ChatKind
from notifications.warrooms import ROOMS


class ChatForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Chat program"), choices=ChatKind.choices)
    url = forms.CharField(
        label=_("Address of the webhook"),
        max_length=2000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    secret = forms.CharField(
        label=_("Secret for signing"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Feishu and DingTalk only, where the robot asks for a signature."),
    )
    forget_secret = forms.BooleanField(label=_("Forget the secret that is kept"), required=False)
    team = forms.ModelChoiceField(
        Team.objects.all(),
        label=_("Team"),
        required=False,
        help_text=_("Incidents of its services are told there. None: those of every service."),
    )
    levels = forms.TypedMultipleChoiceField(
        label=_("Told of incidents of level"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "When they are reported, acknowledged, recovered, resolved or change their level. None: only steps of "
            "escalation policies write there."
        ),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, chat: ChatHook | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["levels"].choices = [(level.pk, str(level)) for level in Level.objects.all()]  # type: ignore[attr-defined]
        self.fields["url"].required = chat is None
        if chat is None:
            del self.fields["forget_secret"]
            return
        self.fields["url"].help_text = _("Kept encrypted and never shown. Empty: it stays as it is.")
        if not chat.sealed_secret:
            del self.fields["forget_secret"]
        for name in ("name", "kind", "team", "levels", "language", "is_active"):
            self.initial[name] = getattr(chat, name)

    def refuse(self, refused: InputRefused) -> None:
        for name, sentence in refused.errors.items():
            self.add_error(name if name in self.fields else None, sentence)


class WarRoomForm(forms.Form):
    """For which incidents a chat group is made by itself."""

    levels = forms.TypedMultipleChoiceField(
        label=_("Made by itself for level"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Major incidents get one whatever their level; the incident page makes one for any other."),
    )
    kind = forms.ChoiceField(label=_("Chat program"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(ChatKind.choices)
        self.fields["levels"].choices = [(level.pk, str(level)) for level in Level.objects.all()]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("the one that is set up")),
            *((kind, names[kind]) for kind in ROOMS),
        ]
