"""What every settings page has: its tabs, who may change what it shows, and how a form is saved."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog import access
from catalog.access import PersonRequest
from catalog.permissions import administers
from catalog.tabs import Tab
from lifecycle.transitions import InputRefused

T = TypeVar("T")
TABS = (
    ("levels", _("Levels"), "incidents:settings"),
    ("calendars", _("Business calendars"), "incidents:settings-calendars"),
    ("matrix", _("Priority matrix"), "incidents:settings-matrix"),
    ("criteria", _("Criteria"), "incidents:settings-criteria"),
    ("categories", _("Categories"), "incidents:settings-categories"),
    ("fields", _("Custom fields"), "incidents:settings-fields"),
    ("templates", _("Templates"), "incidents:settings-templates"),
    ("policy", _("Handling policy"), "incidents:settings-policy"),
    ("actions", _("Action items"), "incidents:settings-actions"),
    ("changes", _("Changes"), "incidents:settings-changes"),
)

colleagues_look = access.colleagues_look(administers)


def show(
    request: PersonRequest, template: str, here: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A settings page; ``here`` is the code of its tab."""
    tabs = [Tab(str(label), reverse(page), code == here) for code, label, page in TABS]
    shared = {"tabs": tabs, "may_change": administers(request.user)}
    return render(request, f"incidents/settings/{template}", {**shared, **context}, status=status)


def show_form(request: PersonRequest, form: forms.BaseForm, *, here: str, title: str, **context: Any) -> HttpResponse:
    """A page with a form, which those who may not change anything see without its button; faults make it 400."""
    template = context.pop("template", "form.html")
    lock_unless_administrator(request, [form])
    context = {"form": form, "title": title, "back": reverse(_page_of(here)), **context}
    return show(request, template, here, context, status=400 if form.errors else 200)


def lock_unless_administrator(request: PersonRequest, shown: Iterable[forms.BaseForm]) -> None:
    """Whoever may only look sees the values in fields that do not let themselves be edited."""
    if not administers(request.user):
        for form in shown:
            for field in form.fields.values():
                field.disabled = True


def save(form: Any, verb: Callable[..., T], *records: Any, **arguments: Any) -> T | None:
    """What the service returns; None where the input was refused, with the reasons in the form."""
    if not form.is_valid():
        return None
    try:
        return verb(*records, **form.arguments(), **arguments)
    except ValidationError as error:
        refused = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    except InputRefused as refusal:
        refused = {name: [sentence] for name, sentence in refusal.errors.items()}
    for name, sentences in refused.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
    return None


def _page_of(here: str) -> str:
    return next(page for code, _label, page in TABS if code == here)
