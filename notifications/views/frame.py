"""What the pages about policies, table and routes have in common: tabs, who may change, how a form is saved."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.access import PersonRequest, for_colleagues, gate
from lifecycle.transitions import InputRefused
from notifications.services.scheduling import may_schedule

P = ParamSpec("P")
T = TypeVar("T")
View = Callable[Concatenate[PersonRequest, P], HttpResponse]
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


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    is_current: bool
    count: None = None


def editors_post(view: View[P]) -> Callable[..., Any]:
    """Decorator: every colleague may look, only incident managers and administrators may post."""

    @wraps(view)
    def guarded(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST" and not may_schedule(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return for_colleagues(guarded)


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
