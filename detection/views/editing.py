"""The rule editor: the form of a kind beside what the rule would have said. Previewing stores and loses nothing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from catalog.models import Person
from detection.forms import RuleForm
from detection.models import Rule
from detection.previews import Preview, preview_of
from detection.rule_templates import TEMPLATES, initial_of, offered
from detection.rules import KINDS
from detection.services import add_rule, back_test, draft_rule, edit_rule
from detection.services.backtesting import SPANS
from detection.views.asking import editor_of, kinds, number_of, rule_of, span_of, spans
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, TransitionRefused


@login_required
def new_rule(request: HttpRequest, kind: str) -> HttpResponse:
    person = editor_of(request)
    if kind not in KINDS:
        raise Http404
    form = RuleForm(request.POST or None, kind=kind, is_new=True, initial=_initial(request, kind))
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            if _is_preview(request):
                preview = _preview(request, person, draft_rule(kind=kind, **form.drafted))
            else:
                is_shadow = request.POST.get("verb") != "live"
                rule = add_rule(kind=kind, actor=person, via=Via.WEB, is_shadow=is_shadow, **form.values)
                messages.success(
                    request, _("On trial from now on.") if is_shadow else _("The rule judges from now on.")
                )
                return redirect(rule)
        except InputRefused as refused:
            form.refuse(refused)
    context: dict[str, Any] = {
        "kind": kind,
        "kind_label": _(KINDS[kind].LABEL),
        "kinds": kinds(),
        "templates": offered(),
    }
    context["metric_asked"] = number_of(request.GET.get("metric", ""))
    return _render(request, "detection/new.html", form, preview, context)


@login_required
def edit_rule_page(request: HttpRequest, pk: int) -> HttpResponse:
    person, rule = editor_of(request), rule_of(pk)
    form = RuleForm(request.POST or None, kind=rule.kind, is_new=False, initial=RuleForm.initial_of(rule))
    version = request.POST.get("version", str(rule.version))
    preview = None if request.method == "POST" else _preview(request, person, rule)
    if request.method == "POST" and form.is_valid():
        try:
            if _is_preview(request):
                preview = _preview(request, person, draft_rule(rule, **form.drafted))
            else:
                edit_rule(rule, actor=person, via=Via.WEB, expected_version=number_of(version), **form.values)
                messages.success(request, _("Saved. Frames are judged by it from now on."))
                return redirect(rule)
        except InputRefused as refused:
            form.refuse(refused)
        except TransitionRefused as refusal:
            # What was typed stays; posting it once more puts it over what somebody else has saved.
            form.add_error(None, refusal.reason)
            version = str(rule_of(pk).version)
    return _render(request, "detection/edit.html", form, preview, {"rule": rule_of(pk), "version": version})


def _initial(request: HttpRequest, kind: str) -> dict[str, Any]:
    """``?metric=7``; ``?from=12``: a copy of that rule."""
    given: dict[str, Any] = {"metric": request.GET.get("metric")}
    template = TEMPLATES.get(request.GET.get("template", ""))
    if template is not None and template.kind == kind:
        given |= initial_of(template)
    source = Rule.objects.filter(pk=number_of(request.GET.get("from", "")) or 0, kind=kind).first()
    if source is not None:
        name = _("%(name)s (copy)") % {"name": source.name}
        given |= {**RuleForm.initial_of(source), "metric": source.metric_id, "name": name[:100]}
    return given


def _is_preview(request: HttpRequest) -> bool:
    return request.POST.get("verb") == "preview"


def _preview(request: HttpRequest, person: Person, rule: Rule) -> Preview:
    wanted = number_of(request.POST.get("preview_series", ""))
    test = back_test(rule, actor=person, span=SPANS[span_of(request)], wanted=wanted)
    return preview_of(test, reader=person, wanted=wanted)


def _render(
    request: HttpRequest, template: str, form: RuleForm, preview: Preview | None, context: dict[str, Any]
) -> HttpResponse:
    more = {"form": form, "preview": preview, "span": span_of(request), "spans": spans()}
    return render(request, template, {**context, **more}, status=400 if form.errors else 200)
