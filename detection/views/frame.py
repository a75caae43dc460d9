"""What the pages about alerts have in common: who may change, how a form is saved, how verbs are done."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from catalog.access import PersonRequest, gate
from detection import permissions
from incidents.views.asking import moment_of
from lifecycle.transitions import InputRefused, TransitionRefused

T = TypeVar("T")
EDITED = ["GET", "HEAD", "POST"]
PAGE_SIZE = 50
for_editors = gate(lambda person: person.is_colleague and permissions.edits_rules(person))


def show(request: PersonRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    shared = {"may_edit": permissions.edits_rules(request.user), "now": moment_of(request)}
    return render(request, f"detection/{template}", {**shared, **context}, status=status)


def save(form: Any, act: Callable[[], T]) -> T | None:
    """What the service returns; None where the form or the service refused, with the sentences in the form."""
    if not form.is_valid():
        return None
    try:
        return act()
    except InputRefused as refused:
        form.refuse(refused)
    except TransitionRefused as refusal:
        form.add_error(None, refusal.reason)
    return None


def attempt(request: PersonRequest, act: Callable[[], object], done: str) -> None:
    """Do it, and say that it is done, or why not."""
    try:
        act()
    except (InputRefused, TransitionRefused) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
