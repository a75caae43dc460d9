"""Pages of the rules that are asked in order: routes with their debugger, and correlation rules."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from detection.alert_forms import AskForm, CorrelationForm, RouteForm
from detection.intake import NotAnAlert, NotUnderstood
from detection.models import CorrelationRule, Route
from detection.models.integration import translated
from detection.services import add_correlation_rule, add_route, edit_ordered, move_ordered, remove_ordered
from detection.services.asking import ask_fate
from detection.views.frame import EDITED, attempt, for_editors, save, show
from lifecycle.models import Via

MOVES = {"up": -1, "down": 1}


@require_http_methods(EDITED)
@for_colleagues
def routing_page(request: PersonRequest) -> HttpResponse:
    """The routes; POST asks the debugger and changes nothing."""
    form = AskForm(request.POST or None)
    context: dict[str, Any] = {"rows": Route.objects.select_related("service", "level"), "form": form}
    if request.method == "POST" and form.is_valid():
        context |= _answer(form)
    return show(request, "routing.html", status=400 if form.errors else 200, **context)


def _answer(form: AskForm) -> dict[str, Any]:
    try:
        return {"fates": ask_fate(form.cleaned_data["integration"], form.raw), "is_asked": True}
    except NotAnAlert as other:
        return {"refusal": _("It is no alert but %(kind)s.") % {"kind": translated(other.kind)}, "is_asked": True}
    except NotUnderstood as refused:
        return {
            "refusal": _("It would be kept as not understood: %(why)s") % {"why": translated(str(refused))},
            "is_asked": True,
        }


@require_http_methods(EDITED)
@for_editors
def new_route(request: PersonRequest) -> HttpResponse:
    form = RouteForm(request.POST or None)
    if save(form, lambda: add_route(actor=request.user, via=Via.WEB, **form.cleaned_data)) is not None:
        messages.success(request, _("Saved."))
        return redirect("detection:routing")
    return _form(request, form, _("Add route"), "routing")


@require_http_methods(EDITED)
@for_editors
def route_page(request: PersonRequest, pk: int) -> HttpResponse:
    route = get_object_or_404(Route.objects.select_related("service", "level"), pk=pk)
    form = RouteForm(request.POST or None, initial=RouteForm.initial_of(route))
    if save(form, lambda: edit_ordered(route, actor=request.user, via=Via.WEB, **form.cleaned_data)) is not None:
        messages.success(request, _("Saved."))
        return redirect("detection:routing")
    return _form(request, form, route.name, "routing")


@require_POST
@for_editors
def act_on_route(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    """``up``, ``down`` or ``remove``."""
    _act(request, get_object_or_404(Route, pk=pk), verb)
    return redirect("detection:routing")


@require_safe
@for_colleagues
def correlation_page(request: PersonRequest) -> HttpResponse:
    return show(request, "correlation.html", rows=CorrelationRule.objects.select_related("level"))


@require_http_methods(EDITED)
@for_editors
def new_correlation_rule(request: PersonRequest) -> HttpResponse:
    form = CorrelationForm(request.POST or None)
    if save(form, lambda: add_correlation_rule(actor=request.user, via=Via.WEB, **form.cleaned_data)) is not None:
        messages.success(request, _("Saved."))
        return redirect("detection:correlation")
    return _form(request, form, _("Add correlation rule"), "correlation")


@require_http_methods(EDITED)
@for_editors
def correlation_rule_page(request: PersonRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(CorrelationRule.objects.select_related("level"), pk=pk)
    form = CorrelationForm(request.POST or None, initial=CorrelationForm.initial_of(rule))
    if save(form, lambda: edit_ordered(rule, actor=request.user, via=Via.WEB, **form.cleaned_data)) is not None:
        messages.success(request, _("Saved."))
        return redirect("detection:correlation")
    return _form(request, form, rule.name, "correlation")


@require_POST
@for_editors
def act_on_correlation_rule(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    """``up``, ``down`` or ``remove``."""
    _act(request, get_object_or_404(CorrelationRule, pk=pk), verb)
    return redirect("detection:correlation")


def _act(request: PersonRequest, record: Any, verb: str) -> None:
    if verb in MOVES:
        move_ordered(record, by=MOVES[verb], actor=request.user, via=Via.WEB)
    elif verb == "remove":
        attempt(request, lambda: remove_ordered(record, actor=request.user, via=Via.WEB), _("Removed."))
    else:
        raise Http404


def _form(request: PersonRequest, form: Any, title: str, here: str) -> HttpResponse:
    status = 400 if form.errors else 200
    return show(request, "alert_form.html", status=status, form=form, title=title, here=here)
