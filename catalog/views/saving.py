"""The recipe of every form here: read it, hand it to a service, show what the service refuses beside its field."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render

from catalog.access import PersonRequest
from catalog.forms import RecordForm
from lifecycle.transitions import InputRefused

T = TypeVar("T")


def save(form: RecordForm, verb: Callable[..., T], *records: Any, **arguments: Any) -> T | None:
    """What the service returns; None where the input was refused, with the reasons in the form."""
    if not form.is_valid():
        return None
    try:
        return verb(*records, **form.arguments(), **arguments)
    except ValidationError as error:
        form.add_error(None, error)
    except InputRefused as refused:
        form.refuse(refused)
    return None


def show_form(request: PersonRequest, form: RecordForm, *, title: str, back: str) -> HttpResponse:
    """A page with nothing but the form; what was typed is kept, faults make it 400."""
    context = {"form": form, "title": title, "back": back}
    return render(request, "catalog/form.html", context, status=400 if form.errors else 200)
