"""One verb on the selected rows of the list: what it asks for, and what became of each."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from catalog.models import Person
from incidents.commands import Command
from incidents.models import Incident
from incidents.services.bulk import BULK_COMMANDS, MOST, Outcome, act_on_all, may_use, words_of
from incidents.views.asking import colleague_of
from incidents.views.selecting import Selection, select
from lifecycle.models import Via

KEPT = "bulk_outcomes"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act_on_selected(request: HttpRequest) -> HttpResponse:
    """POST runs the verb, or first shows the form that it needs; GET shows what became of the last one."""
    person = colleague_of(request)
    if request.method != "POST":
        return _show_outcomes(request, person)
    command = _command(request, person)
    selection = select(QueryDict(request.POST.get("query", "")), person)
    numbers = _numbers(request, selection)
    if complaint := _complaint(numbers):
        messages.error(request, complaint)
        return HttpResponseRedirect(_list_of(selection.query))
    form = command.form(request.POST if "filled" in request.POST else None, auto_id="bulk-%s")
    if form.fields and not form.is_valid():
        return _ask(request, person, command, form, numbers, selection)
    values = form.cleaned_data if form.fields else {}
    outcomes = act_on_all(numbers, verb=command.verb, actor=person, via=Via.WEB, values=values)
    return _answer(request, command, outcomes, selection.query)


def _command(request: HttpRequest, person: Person) -> Command:
    verb = request.POST.get("verb", "")
    if verb not in BULK_COMMANDS:
        raise Http404
    if not may_use(verb, person):
        raise PermissionDenied
    return BULK_COMMANDS[verb]


def _numbers(request: HttpRequest, selection: Selection) -> list[int]:
    """What was ticked, or all that the filter finds; one more than the most, so that too many are noticed."""
    if request.POST.get("all"):
        return list(selection.rows.values_list("pk", flat=True)[: MOST + 1])
    texts = request.POST.getlist("pk")
    return sorted({int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 16})


def _complaint(numbers: list[int]) -> str:
    if not numbers:
        return _("Select at least one incident.")
    if len(numbers) > MOST:
        return _("At most %(number)d at once: narrow the list first.") % {"number": MOST}
    return ""


def _ask(
    request: HttpRequest,
    person: Person,
    command: Command,
    form: forms.Form,
    numbers: list[int],
    selection: Selection,
) -> HttpResponse:
    context = {
        "command": command,
        "label": words_of(command),
        "form": form,
        "incidents": Incident.objects.visible_to(person).filter(pk__in=numbers).select_related("level").order_by("pk"),
        "numbers": numbers,
        "query": selection.query,
        "list_url": _list_of(selection.query),
    }
    return render(request, "incidents/bulk.html", context, status=400 if form.is_bound else 200)


def _answer(request: HttpRequest, command: Command, outcomes: list[Outcome], query: str) -> HttpResponse:
    """Back to the list where everything went through; else to what became of each, which a reload shows again."""
    done = sum(outcome.is_done for outcome in outcomes)
    if done == len(outcomes):
        text = ngettext("%(verb)s: %(number)d incident done", "%(verb)s: %(number)d incidents done", done)
        messages.success(request, text % {"verb": words_of(command), "number": done})
        return HttpResponseRedirect(_list_of(query))
    rows = [[outcome.pk, outcome.reason] for outcome in outcomes]
    request.session[KEPT] = {"verb": command.verb, "rows": rows, "query": query}
    return HttpResponseRedirect(reverse("incidents:bulk"))


def _show_outcomes(request: HttpRequest, person: Person) -> HttpResponse:
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if kept is None:
        return HttpResponseRedirect(reverse("incidents:list"))
    outcomes = [Outcome(pk, reason) for pk, reason in kept["rows"]]
    known = Incident.objects.visible_to(person).in_bulk([outcome.pk for outcome in outcomes])
    by_success = sorted(outcomes, key=lambda outcome: outcome.is_done)
    done = sum(outcome.is_done for outcome in outcomes)
    context = {
        "label": words_of(BULK_COMMANDS[kept["verb"]]),
        "done": done,
        "refused": len(outcomes) - done,
        "rows": [{"outcome": outcome, "incident": known.get(outcome.pk)} for outcome in by_success],
        "list_url": _list_of(kept["query"]),
    }
    return render(request, "incidents/bulk_outcomes.html", context)


def _list_of(query: str) -> str:
    return f"{reverse('incidents:list')}?{query}"
