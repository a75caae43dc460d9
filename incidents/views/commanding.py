"""Runs a verb that a form posted. What was typed is never lost: a refusal carries the filled form back."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import F, Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from incidents.commands import Command, commands_of, label_of
from incidents.models import ActionItem
from incidents.presentation import last_change
from incidents.presentation.actions import address_of, prepare
from incidents.views.asking import reader_of
from lifecycle import clock
from lifecycle.models import Event, StatefulRecord, Via
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, VersionConflict


@dataclass(frozen=True)
class Refusal:
    """Why the verb did not run. ``form`` holds everything that was typed; ``status`` is the HTTP status."""

    status: int
    verb: str
    label: str
    reason: str
    last_change: str
    form: forms.Form | None
    url: str
    can_retry: bool


def command_named(record: StatefulRecord, verb: str) -> Command:
    command = commands_of(record).get(verb)
    if command is None:
        raise Http404
    return command


def run_posted(request: HttpRequest, record: Any, command: Command) -> Refusal | None:
    """Run the verb with what was posted; None where it went through. The record is fresh afterwards."""
    place = f"refused-{command.verb}-%s"
    form = command.form(request.POST, request.FILES, initial=command.initial(record), auto_id=place)
    prepare(form, record, command)
    if not form.is_valid():
        return _refuse(record, command, form, 400, _("Something is missing or not right yet: see below."))
    try:
        command.run(record, actor=reader_of(request), via=Via.WEB, version=_version(request), **form.cleaned_data)
    except InputRefused as refusal:
        for name, sentence in refusal.errors.items():
            form.add_error(name if name in form.fields else None, sentence)
        return _refuse(record, command, form, 400, _("Something is missing or not right yet: see below."))
    except VersionConflict as conflict:
        return _refuse(record, command, form, 409, conflict.reason)
    except TransitionRefused as refusal:
        return _refuse(record, command, form, 409, refusal.reason)
    except NotPermitted:
        return _refuse(record, command, form, 403, _("Your role does not allow this."))
    return None


def _refuse(record: Any, command: Command, form: forms.Form, status: int, reason: str) -> Refusal:
    record.refresh_from_db()
    return Refusal(
        status=status,
        verb=command.verb,
        label=label_of(type(record), command.verb),
        reason=reason,
        last_change=_last_change(record) if status == 409 else "",
        form=form if form.fields else None,
        url=address_of(record, command.verb),
        can_retry=status != 403,
    )


def _last_change(record: Any) -> str:
    subject = record if isinstance(record, ActionItem) else getattr(record, "incident", None) or record
    # What Mainstay sent meanwhile is no change that anybody stumbles over.
    changes = Q(actor__isnull=False) | ~Q(from_status=F("to_status"))
    events = Event.objects.about(subject).filter(changes).select_related("actor").order_by("-pk")[:1]
    return last_change(events, clock.now())


def _version(request: HttpRequest) -> int | None:
    """The row version the form was drawn from; what is not a number counts as outdated."""
    text = request.POST.get("version", "")
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
