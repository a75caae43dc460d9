"""The page of a month, and what people do there: write, comment, sign, amend."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import NotPermitted, TransitionRefused, offers
from reports import permissions, services
from reports.forms import AmendForm, CommentForm, TextForm
from reports.models import MonthlyReport, Section
from reports.period import Month
from reports.presentation import present_differences
from reports.views.document import Document, document_of


@require_safe
@for_colleagues
def show_month(request: PersonRequest, month: Month) -> HttpResponse:
    document = document_of(request, month)
    return _render(request, document, TextForm(report=document.report))


@require_http_methods(["GET", "HEAD", "POST"])
@for_colleagues
def write(request: PersonRequest, month: Month) -> HttpResponse:
    _refuse_future(month)
    if request.method != "POST":
        return redirect("reports:month", month)
    form = TextForm(request.POST)
    if not form.is_valid():
        return _render(request, document_of(request, month), form, status=400)
    asked = form.cleaned_data
    try:
        services.write_report(
            month,
            actor=request.user,
            via=Via.WEB,
            text=asked["text"],
            wording=form.wording,
            expected_version=asked["version"],
        )
    except NotPermitted:
        raise PermissionDenied from None
    except TransitionRefused as refused:
        form.add_error(None, refused.reason)
        return _render(request, document_of(request, month), form, status=409)
    messages.success(request, _("The text is saved."))
    return redirect("reports:month", month)


@require_POST
@for_colleagues
def sign(request: PersonRequest, month: Month) -> HttpResponse:
    _refuse_future(month)
    try:
        services.sign_report(month, actor=request.user, via=Via.WEB)
    except NotPermitted:
        raise PermissionDenied from None
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, _("The report is signed: its figures are frozen."))
    return redirect("reports:month", month)


@require_POST
@for_colleagues
def amend(request: PersonRequest, month: Month) -> HttpResponse:
    """Another edition of a signed report."""
    _refuse_future(month)
    if not permissions.writes(None, request.user):
        raise PermissionDenied
    form = AmendForm(request.POST)
    if not form.is_valid():
        document = document_of(request, month)
        return _render(request, document, TextForm(report=document.report), status=400, amend_form=form)
    try:
        services.amend_report(month, actor=request.user, via=Via.WEB, reason=form.cleaned_data["reason"])
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, _("A new edition is open; the signed one stays beside it."))
    return redirect("reports:month", month)


@require_POST
@for_colleagues
def comment(request: PersonRequest, month: Month) -> HttpResponse:
    document = document_of(request, month)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _render(request, document, TextForm(report=document.report), status=400, comment_form=form)
    services.comment_on_report(
        month,
        actor=request.user,
        via=Via.WEB,
        section=form.cleaned_data["section"],
        text=form.cleaned_data["text"],
        edition=form.cleaned_data["edition"],
    )
    edition = f"?edition={form.cleaned_data['edition']}" if len(document.editions) > 1 else ""
    return redirect(f"{reverse('reports:month', args=[month])}{edition}#{form.cleaned_data['section']}")


def _refuse_future(month: Month) -> None:
    if month.start > clock.now():
        raise Http404


def _render(
    request: PersonRequest,
    document: Document,
    form: TextForm,
    status: int = 200,
    comment_form: CommentForm | None = None,
    amend_form: AmendForm | None = None,
) -> HttpResponse:
    report, month = document.report, document.month
    may_write = permissions.writes(report, request.user)
    is_newest = report is document.editions[0]
    context = {
        **document.page.context(),
        "document": document,
        "report": report,
        "month": month,
        "name": document.name,
        "sentences": document.sentences,
        "text": document.reading.text,
        "reason": document.reading.veil(report.reason),
        "is_running": document.is_running,
        "is_newest": is_newest,
        "has_next": month.next.start <= document.now,
        "form": form,
        "own_words": _own_words(document, form),
        "may_write": may_write and not report.is_signed,
        "amend_form": (amend_form or AmendForm()) if may_write and report.is_signed and is_newest else None,
        "actions": _actions(request, report) if is_newest else [],
        "comments": comments_of(document),
        "comment_form": comment_form,
        "level_badge": "parts/level.html",
        "differences": present_differences(document.differences),
    }
    return render(request, "reports/month.html", context, status=status)


def _own_words(document: Document, form: TextForm) -> list[dict[str, Any]]:
    """Every sentence that the product has written, beside the places for the author's own."""
    return [{"written": each.written, "places": form.places(each.name)} for each in document.sentences]


def comments_of(document: Document) -> dict[str, list[dict[str, Any]]]:
    """By section, the oldest first."""
    found: dict[str, list[dict[str, Any]]] = {section: [] for section in Section.values}
    for said in document.report.comments.all() if document.report.pk else ():
        found[said.section].append(
            {"author": said.author, "at": said.written_at, "text": document.reading.veil(said.text)}
        )
    return found


def _actions(request: PersonRequest, report: MonthlyReport) -> list[dict[str, Any]]:
    return [
        {
            "verb": offer.verb,
            "label": offer.label,
            "url": reverse("reports:sign", args=[report.period]),
            "is_primary": True,
            "is_allowed": offer.is_allowed,
            "reason": offer.reason,
            "icon": "check",
        }
        for offer in offers(report, request.user)
    ]
