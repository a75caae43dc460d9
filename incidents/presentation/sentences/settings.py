"""What the verbs of the settings say where changes are listed."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.presentation.sentences.register import sentence
from lifecycle.models import Event

SAID: dict[str, Promise] = {
    "set_level": _("changed %(name)s"),
    "add_calendar": _("added the business calendar “%(name)s”"),
    "change_calendar": _("changed the business calendar “%(name)s”"),
    "delete_calendar": _("deleted the business calendar “%(name)s”"),
    "set_matrix_cell": _("changed a cell of the priority matrix (%(name)s)"),
    "add_criterion": _("added the criterion “%(name)s”"),
    "change_criterion": _("changed the criterion “%(name)s”"),
    "add_category": _("added the category “%(name)s”"),
    "change_category": _("changed the category “%(name)s”"),
    "add_custom_field": _("added the custom field “%(name)s”"),
    "change_custom_field": _("changed the custom field “%(name)s”"),
    "add_template": _("added the incident template “%(name)s”"),
    "change_template": _("changed the incident template “%(name)s”"),
    "set_policy": _("changed the handling policy"),
    "set_action_policy": _("changed the rules of action items"),
}


def _writer(words: Promise) -> Callable[[Event], str]:
    return lambda event: str(words) % {"name": event.data.get("name", "")}


for _verb, _words in SAID.items():
    sentence(_verb, icon="settings")(_writer(_words))
