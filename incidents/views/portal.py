"""The public form, and the page behind a reporter's link. A GET never acts: mail scanners fetch links."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalog.visitors import address_of
from incidents.forms.portal import LinkAnswerForm, PortalReportForm
from incidents.models import ReporterLink
from incidents.presentation.reporting import status_for_reporter
from incidents.presentation.timeline import public_entries
from incidents.services import reply_to_incident, surviving
from incidents.services.corresponding import (
    TooManyReports,
    answer_link,
    find_link,
    is_asked,
    report_by_portal,
    token_of,
)
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, TransitionRefused

ANSWERS = ("reply", "works", "broken")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def portal(request: HttpRequest) -> HttpResponse:
    """Report without an account; leads to the page of one's own follow-up link."""
    if request.method != "POST":
        return _show_form(request, PortalReportForm(initial={"occurred_at": clock.now().replace(second=0)}))
    form = PortalReportForm(request.POST)
    if form.is_trapped or not form.is_valid():
        return _show_form(request, form, status=400)
    try:
        values = {name: value for name, value in form.cleaned_data.items() if name != "website"}
        link = report_by_portal(**values, sender=address_of(request))
    except TooManyReports:
        form.add_error(None, _("Too many reports came from your network. Please wait an hour, or call us."))
        return _show_form(request, form, status=429)
    except InputRefused as refusal:
        _add_errors(form, refusal)
        return _show_form(request, form, status=400)
    return redirect(f"{reverse('incidents:follow-up', args=[token_of(link)])}?new=1")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a report, in the words that are meant for reporters; they may answer."""
    link = find_link(token)
    if link is None:
        raise Http404
    if request.method != "POST":
        return _show_link(request, link, LinkAnswerForm())
    answer, form = request.POST.get("answer", ""), LinkAnswerForm(request.POST)
    if answer not in ANSWERS or not form.is_valid():
        return _show_link(request, link, form, status=400)
    return _answer(request, link, form, answer)


def _answer(request: HttpRequest, link: ReporterLink, form: forms.Form, answer: str) -> HttpResponse:
    text = form.cleaned_data["text"]
    try:
        if answer == "reply":
            name = link.incident.reporter_name
            reply_to_incident(link.incident, actor=None, via=Via.WEB, text=text, author_name=name)
        else:
            answer_link(link, works=answer == "works", text=text)
    except InputRefused as refusal:
        _add_errors(form, refusal)
        return _show_link(request, link, form, status=400)
    except (TransitionRefused, ReporterLink.DoesNotExist):
        link.incident.refresh_from_db()
        form.add_error(None, _("Nothing is asked any more: it was answered, or it went on meanwhile."))
        return _show_link(request, link, form, status=409)
    return redirect(f"{request.path}?done={answer}")


def _add_errors(form: forms.Form, refusal: InputRefused) -> None:
    for name, sentence in refusal.errors.items():
        form.add_error(name if name in form.fields else None, sentence)


def _show_form(request: HttpRequest, form: forms.Form, *, status: int = 200) -> HttpResponse:
    return render(request, "incidents/portal/report.html", {"form": form}, status=status)


def _show_link(request: HttpRequest, link: ReporterLink, form: forms.Form, *, status: int = 200) -> HttpResponse:
    incident = surviving(link.incident)
    context: dict[str, Any] = {
        "incident": link.incident,
        "shown": incident,
        "status_text": status_for_reporter(incident),
        "entries": public_entries(incident),
        "form": form,
        "is_asked": is_asked(link),
        "is_new": "new" in request.GET,
        "done": request.GET.get("done", ""),
        "address": request.build_absolute_uri(request.path),
        "now": clock.now(),
    }
    return render(request, "incidents/portal/follow_up.html", context, status=status)
