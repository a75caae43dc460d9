"""The switch of a rule: enable, disable, go live, return to shadow. Each is a POST that leads back to the rule."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from detection.services import disable_rule, enable_rule, go_live, return_to_shadow
from detection.views.asking import editor_of, number_of, rule_of
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, TransitionRefused

SWITCHES: dict[str, Any] = {"enable": enable_rule, "disable": disable_rule}
MODES: dict[str, Any] = {"go_live": go_live, "return_to_shadow": return_to_shadow}


@login_required
@require_POST
def switch_rule(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """``enable``, ``disable``, ``go_live`` or ``return_to_shadow``; the last two take a note."""
    person, rule = editor_of(request), rule_of(pk)
    note = {"note": request.POST.get("note", "")[:500]} if verb in MODES else {}
    service = (SWITCHES | MODES)[verb]
    version = number_of(request.POST.get("version", ""))
    try:
        service(rule, actor=person, via=Via.WEB, expected_version=version, **note)
    except TransitionRefused as refusal:
        messages.error(request, refusal.reason)
    except InputRefused as refused:
        messages.error(request, " ".join(refused.errors.values()))
    return redirect(rule)
