"""Action items of every incident and postmortem: shown until somebody else has verified them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import Person
from incidents.models import ActionItem
from incidents.models.action import ActionStatus
from incidents.services import complete_action, send_back_action, verify_action
from incidents.views.asking import colleague_of
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, Offer, TransitionRefused, offers
from postmortems.forms import ACTION_ITEM_FORMS, action_item_forms
from problems.views.raising import add_errors

PAGE_SIZE = 50
SERVICES: dict[str, Any] = {"complete": complete_action, "verify": verify_action, "send_back": send_back_action}


@dataclass(frozen=True)
class Verb:
    offer: Offer
    url: str
    form: forms.Form


@dataclass(frozen=True)
class Row:
    item: Any
    postmortem: Any
    is_overdue: bool
    days_over: int
    verbs: list[Verb]


@login_required
@require_safe
def action_list(request: HttpRequest) -> HttpResponse:
    """``?show=`` pending (default), mine, overdue or verified; the nearest due date first."""
    return _render_list(request)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Complete, verify or send back; a refusal shows the list with the form as it was filled."""
    person = colleague_of(request)
    if verb not in SERVICES:
        raise Http404
    item = get_object_or_404(ActionItem.objects.of_seen(person), pk=pk)
    if request.method != "POST":
        return redirect("postmortems:actions")
    form = ACTION_ITEM_FORMS[verb](request.POST, auto_id=f"refused-{verb}-%s")
    if not form.is_valid():
        return _render_list(request, refused=item, form=form, verb=verb, status=400)
    try:
        SERVICES[verb](item, actor=person, via=Via.WEB, **form.cleaned_data)
    except InputRefused as refusal:
        add_errors(form, refusal)
        return _render_list(request, refused=item, form=form, verb=verb, status=400)
    except TransitionRefused as refusal:
        return _render_list(request, refused=item, form=form, verb=verb, reason=refusal.reason, status=409)
    except NotPermitted:
        reason = _("Your role does not allow this.")
        return _render_list(request, refused=item, form=form, verb=verb, reason=reason, status=403)
    messages.success(request, _("“%(title)s”: %(status)s") % {"title": item.title, "status": item.get_status_display()})
    return redirect("postmortems:actions")


def _render_list(
    request: HttpRequest,
    *,
    refused: ActionItem | None = None,
    form: forms.Form | None = None,
    verb: str = "",
    reason: str = "",
    status: int = 200,
) -> HttpResponse:
    person, today = colleague_of(request), clock.now().date()
    show = request.GET.get("show", "pending")
    found = _shown(show, person, today).select_related("owner", "incident")
    page = Paginator(found.prefetch_related("issue_links__issue__postmortem"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": [_row(item, person, today) for item in page],
        "tabs": _tabs(show, person, today),
        "refused": refused,
        "form": form,
        "reason": reason,
        "url": reverse("postmortems:action-command", args=[refused.pk, verb]) if refused else "",
    }
    return render(request, "postmortems/actions.html", context, status=status)


def _shown(show: str, person: Person, today: date) -> Any:
    items = ActionItem.objects.of_seen(person).order_by("due_on", "pk")
    kinds: dict[str, Any] = {
        "mine": items.pending().filter(owner=person),
        "overdue": items.overdue(today),
        "done": items.filter(status=ActionStatus.DONE),
        "verified": items.filter(status=ActionStatus.VERIFIED),
    }
    return kinds.get(show, items.pending())


def _tabs(show: str, person: Person, today: date) -> list[dict[str, Any]]:
    labels = {
        "pending": _("Not yet verified"),
        "mine": _("Mine"),
        "overdue": _("Overdue"),
        "done": _("To verify"),
        "verified": _("Verified"),
    }
    current = show if show in labels else "pending"
    return [
        {
            "label": label,
            "url": f"{reverse('postmortems:actions')}?show={name}",
            "is_current": name == current,
            "count": (count := _shown(name, person, today).count()),
            "tone": "bad" if name == "overdue" and count else "",
        }
        for name, label in labels.items()
    ]


def _row(item: Any, person: Person, today: date) -> Row:
    links = list(item.issue_links.all())
    made = action_item_forms(item)
    verbs = [
        Verb(offer, reverse("postmortems:action-command", args=[item.pk, offer.verb]), made[offer.verb])
        for offer in offers(item, person)
        if offer.is_allowed
    ]
    return Row(
        item=item,
        postmortem=links[0].issue.postmortem if links else None,
        is_overdue=item.status == ActionStatus.OPEN and item.due_on < today,
        days_over=(today - item.due_on).days,
        verbs=verbs,
    )
