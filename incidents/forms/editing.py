"""What is asked of somebody who corrects what was written down, or judges it anew."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.forms.classifying import CategoryChoice, JudgementForm, TagsField, offer_current
from incidents.forms.custom import CustomValues
from incidents.forms.fields import ServiceChoice, Text


class EditForm(CustomValues):
    """Only the fields that were sent count: the title alone may be changed on the page."""

    title = forms.CharField(label=_("Title"), max_length=300, required=False)
    description = Text(label=_("Features and details"), rows=5, required=False)
    service = ServiceChoice(required=False)
    category = CategoryChoice()
    tags = TagsField()
    external_reference = forms.CharField(label=_("Reference elsewhere"), max_length=100, required=False)

    field_order = ("title", "description", "service", "category", "tags")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_current(self, ("service", "category"))
        self.fields["title"].required = self.fields["service"].required = True
        drop_omitted(self)


class ReclassifyForm(JudgementForm):
    """Impact, urgency, criteria and category anew, and whether the level follows."""

    category = CategoryChoice()
    follow = forms.BooleanField(label=_("Take the level that this suggests"), required=False)
    level_reason = Text(
        label=_("Why the level stays"),
        required=False,
        rows=2,
        help_text=_("Needed where another level is suggested and you do not take it."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_current(self, ("category",))
        drop_omitted(self)


def drop_omitted(form: forms.Form) -> None:
    """What was not sent at all stays as it is, and is not asked for when the form is shown again."""
    for name, field in list(form.fields.items()):
        if form.is_bound and field.widget.value_omitted_from_data(form.data, form.files, name):
            del form.fields[name]
