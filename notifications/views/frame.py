"""What the pages about policies, table and routes have in common: tabs, who may change, how a form is saved."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.access import PersonRequest, gate
from catalog.tabs import Tab
from lifecycle.transitions import InputRefused
from notifications.services.scheduling import may_schedule

T = TypeVar("T")
TABS = (
    ("policies", _("Escalation policies"), "notifications:policies"),
    ("table", _("Notification table"), "notifications:table"),
    ("routes", _("Routes"), "notifications:routes"),
    ("simulation", _("Simulation"), "notifications:simulation"),
    ("chats", _("Chats"), "notifications:chats"),
    ("drill", _("Drill"), "notifications:drill"),
    ("changes", _("Changes"), "notifications:changes"),
)

FOR_EDITORS = ("chats", "drill")

for_editors = gate(lambda person: person.is_colleague and may_schedule(person))


def show(request: PersonRequest, template: str, here: str, *, status: int = 200, **context: Any) -> HttpResponse:
    may_edit = may_schedule(request.user)
    shown = [tab for tab in TABS if may_edit or tab[0] not in FOR_EDITORS]
    tabs = [Tab(str(label), reverse(page), code == here) for code, label, page in shown]
    shared = {"tabs": tabs, "may_edit": may_edit, "back": reverse(f"notifications:{here}")}
    return render(request, f"notifications/{template}", {**shared, **context}, status=status)


def save(form: Any, act: Callable[[], T]) -> T | None:
    """What the service returns; None where it refused, with the sentences in the form."""
    try:
        return act()
    except InputRefused as refused:
        for name, sentence in refused.errors.items():
            form.add_error(name if name in form.fields else None, ValidationError(sentence))
    return None
