"""What the composer of the timeline asks, and what its entries do."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.content import LARGEST
from incidents.forms.fields import BIGGEST_BIG_INTEGER, Moment, Text
from incidents.models.note import NoteKind, Visibility
from incidents.services.attaching import NamedFile

ACCEPTED = ".png,.jpg,.jpeg,.gif,.webp,.pdf,.txt,.log,.csv,.tsv,.json,.jsonl,.yaml,.yml,.md,.diff"
BY_KIND = ("", _("As usual for its kind"))


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class Files(forms.FileField):
    """Several files at once; clean answers a list of NamedFile. What they are is judged by the service."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", FilesInput({"accept": ACCEPTED}))
        options.setdefault("help_text", _("PNG, JPEG, GIF, WebP, PDF or plain text; at most 20 files of 10 MB each."))
        super().__init__(allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> list[NamedFile]:
        """Of what is too large only so much is read that it shows."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            super().clean(None, initial)
        return [NamedFile(file.name or "", file.read(LARGEST + 1)) for file in files]


class TimelineNoteForm(forms.Form):
    text = Text(label=_("Note"), widget=forms.Textarea({"rows": 2, "placeholder": _("What you saw, did or decided")}))
    kind = forms.ChoiceField(label=_("Kind"), choices=NoteKind.choices, required=False, initial=NoteKind.NOTE)
    visibility = forms.ChoiceField(label=_("Who reads it"), choices=[BY_KIND, *Visibility.choices], required=False)
    occurred_at = Moment(label=_("Happened at"), required=False, help_text=_("Now, if you leave it empty."))
    files = Files(label=_("Files"), required=False)  # type: ignore[assignment]


class UpdateForm(forms.Form):
    text = Text(label=_("What those affected should know"))
    visibility = forms.ChoiceField(
        label=_("Who reads it"), choices=list(reversed(Visibility.choices)), required=False, initial=Visibility.PUBLIC
    )
    files = Files(label=_("Files"), required=False)  # type: ignore[assignment]


class AttachForm(forms.Form):
    files = Files(label=_("Files"))  # type: ignore[assignment]
    visibility = forms.ChoiceField(label=_("Who reads it"), choices=Visibility.choices, required=False)


class EntryForm(forms.Form):
    event = forms.IntegerField(label=_("Entry"), min_value=1, max_value=BIGGEST_BIG_INTEGER)
