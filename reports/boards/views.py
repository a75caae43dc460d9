"""The boards: one address each, the same for everybody; what they show is the reader's own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from catalog.access import PersonRequest, for_anybody, for_colleagues
from catalog.models import FirstPage, Person, Role
from catalog.services import choose_first_page
from catalog.tabs import Tab
from incidents.views.asking import moment_of
from lifecycle.transitions import InputRefused
from reports.boards import command, own_services, queue, setup, trend
from reports.boards.first_page import SETUP, address_of, first_address, suggested
from reports.boards.live import answer

BOARDS: dict[str, tuple[Promise | str, Callable[[Person, datetime], dict[str, Any]]]] = {
    FirstPage.QUEUE: (FirstPage.QUEUE.label, queue.context),
    FirstPage.COMMAND: (FirstPage.COMMAND.label, command.context),
    FirstPage.SERVICES: (FirstPage.SERVICES.label, own_services.context),
    FirstPage.TREND: (FirstPage.TREND.label, trend.context),
    SETUP: (gettext_lazy("First steps"), setup.context),
}


@require_safe
@for_anybody
def own_board(request: PersonRequest) -> HttpResponse:
    """Where the person's day begins; ``/`` leads there too."""
    return redirect(first_address(request.user))


@require_safe
@for_colleagues
def show_board(request: PersonRequest, board: str) -> HttpResponseBase:
    if board not in BOARDS:
        raise Http404
    person, now = request.user, moment_of(request)
    label, context_of = BOARDS[board]
    context = {
        **context_of(person, now),
        "board": board,
        "label": label,
        "body": f"reports/boards/{board}.html",
        "tabs": _tabs(board, person),
        "choices": _choices(person),
        "now": now,
    }
    return answer(request, "reports/boards/page.html", "reports/boards/parts.html", context)


@require_POST
@for_colleagues
def choose(request: PersonRequest) -> HttpResponse:
    """Keep where one's day begins."""
    chosen = request.POST.get("first_page", "")
    try:
        choose_first_page(Person.objects.get(pk=request.user.pk), actor=request.user, first_page=chosen)
    except InputRefused as refused:
        return HttpResponseBadRequest(str(refused), content_type="text/plain; charset=utf-8")
    messages.success(request, _("Your day begins here from now on."))
    return redirect(address_of(chosen or suggested(request.user)))


def _tabs(board: str, person: Person) -> list[Tab]:
    """The first steps only to those who take them, and to whoever is there."""
    shown = [key for key in BOARDS if key != SETUP or board == SETUP or person.has_role(Role.ADMINISTRATOR)]
    return [Tab(str(BOARDS[key][0]), address_of(key), key == board) for key in shown]


def _choices(person: Person) -> list[dict[str, Any]]:
    """What may be one's first page, with the present choice."""
    as_roles = _("As my roles suggest: %(page)s") % {"page": FirstPage(suggested(person)).label}
    pages = [("", as_roles), *((page.value, page.label) for page in FirstPage)]
    return [{"value": value, "label": label, "is_chosen": value == person.first_page} for value, label in pages]
