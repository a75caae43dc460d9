"""What is asked for many incidents at once, beyond the forms of one."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from incidents.forms.classifying import TagsField


class AddTagsForm(forms.Form):
    tags = TagsField(label=_("Tags to add"))

    def clean_tags(self) -> list[str]:
        tags: list[str] = self.cleaned_data["tags"]
        if not tags:
            raise ValidationError(_("Name at least one tag."))
        return tags
