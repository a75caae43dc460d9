"""Pages of integrations: which there are, what one has received, and what nobody understood."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from catalog.models import Role
from detection.alert_forms import IntegrationForm
from detection.models import Integration, Receipt, ReceiptStatus
from detection.services import add_integration, edit_integration, retry_receipt, rotate_key, switch_integration
from detection.views.asking import number_of
from detection.views.frame import EDITED, attempt, for_editors, save, show
from lifecycle.models import Via

SHOWN_RECEIPTS = 50


@require_safe
@for_colleagues
def integration_list(request: PersonRequest) -> HttpResponse:
    waiting, odd = Q(receipts__status=ReceiptStatus.WAITING), Q(receipts__status=ReceiptStatus.QUARANTINED)
    rows = Integration.objects.select_related("service", "level").annotate(
        waiting=Count("receipts", filter=waiting), quarantined=Count("receipts", filter=odd)
    )
    return show(request, "integrations.html", rows=rows)


@require_http_methods(EDITED)
@for_editors
def new_integration(request: PersonRequest) -> HttpResponse:
    form = IntegrationForm(request.POST or None)
    made = save(form, lambda: add_integration(actor=request.user, via=Via.WEB, **form.cleaned_data))
    if made is not None:
        return _show(request, *made)
    title = _("Add integration")
    return show(
        request, "alert_form.html", status=400 if form.errors else 200, form=form, title=title, here="integrations"
    )


@require_safe
@for_colleagues
def integration_page(request: PersonRequest, pk: int) -> HttpResponse:
    return _show(request, _found(pk))


@require_http_methods(EDITED)
@for_editors
def edit_integration_page(request: PersonRequest, pk: int) -> HttpResponse:
    integration = _found(pk)
    form = IntegrationForm(request.POST or None, initial=IntegrationForm.initial_of(integration))
    version = number_of(request.POST.get("version", ""))

    def act() -> Integration:
        values = form.cleaned_data
        return edit_integration(integration, actor=request.user, via=Via.WEB, expected_version=version, **values)

    if save(form, act) is not None:
        messages.success(request, _("Saved."))
        return redirect(integration)
    context = {"form": form, "record": _found(pk), "title": integration.name, "here": "integrations"}
    return show(request, "alert_form.html", status=400 if form.errors else 200, **context)


@require_POST
@for_editors
def act_on_integration(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    """``rotate``, ``revoke`` (a new key, the old one ends at once), ``enable`` or ``disable``."""
    integration = _found(pk)
    if verb in ("rotate", "revoke"):
        key = rotate_key(integration, actor=request.user, via=Via.WEB, at_once=verb == "revoke")
        return _show(request, integration, key)
    if verb not in ("enable", "disable"):
        raise Http404
    switch_integration(integration, is_active=verb == "enable", actor=request.user, via=Via.WEB)
    return redirect(integration)


@require_safe
@for_editors
def receipt_page(request: PersonRequest, pk: int) -> HttpResponse:
    return show(request, "receipt.html", receipt=_receipt(request, pk))


@require_POST
@for_editors
def retry_receipt_page(request: PersonRequest, pk: int) -> HttpResponse:
    receipt = _receipt(request, pk)
    attempt(request, lambda: retry_receipt(receipt, actor=request.user, via=Via.WEB), _("It is read once more."))
    return redirect(receipt.integration)


def _show(request: PersonRequest, integration: Integration, key: str = "") -> HttpResponse:
    """``key`` is shown this once."""
    may_read = _may_read(request, integration)
    receipts: Any = integration.receipts.defer("body")[:SHOWN_RECEIPTS] if may_read else []
    address = request.build_absolute_uri("/")
    context = {"integration": integration, "key": key, "receipts": receipts, "address": address, "may_read": may_read}
    return show(request, "integration.html", **context)


def _may_read(request: PersonRequest, integration: Integration) -> bool:
    """Bodies for a restricted service are for administrators: nobody knows which incident they belong to."""
    return not integration.service.is_restricted or request.user.has_role(Role.ADMINISTRATOR)


def _receipt(request: PersonRequest, pk: int) -> Receipt:
    receipt = get_object_or_404(Receipt.objects.select_related("integration__service"), pk=pk)
    if not _may_read(request, receipt.integration):
        raise Http404
    return receipt


def _found(pk: int) -> Integration:
    return get_object_or_404(Integration.objects.select_related("service", "level"), pk=pk)
