"""Pages of the chats that are told of incidents."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest
from catalog.models import Person
from incidents.views.asking import colleague_of
from lifecycle.models import Event, Via
from lifecycle.transitions import InputRefused
from notifications.chat_forms import ChatForm, WarRoomForm
from notifications.models import ChatHook, PagingSettings
from notifications.services.chats import TestResult, may_change_chats, save_chat, set_war_rooms, try_chat
from notifications.views.frame import show
from notifications.warrooms import configured

SHOWN_EVENTS = 20


@login_required
@require_safe
def chat_list(request: HttpRequest) -> HttpResponse:
    _editor(request)
    return _list(request, WarRoomForm(initial=_war_rooms()))


@login_required
@require_POST
def change_war_rooms(request: HttpRequest) -> HttpResponse:
    person = _editor(request)
    form = WarRoomForm(request.POST)
    if not form.is_valid():
        return _list(request, form, status=400)
    set_war_rooms(actor=person, via=Via.WEB, **form.cleaned_data)
    messages.success(request, _("The settings of chat groups are saved."))
    return redirect("notifications:chats")


def _list(request: HttpRequest, form: WarRoomForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "chats": ChatHook.objects.select_related("team"),
        "form": form,
        "is_set_up": bool(configured()),
    }
    return show(cast(PersonRequest, request), "chats.html", "chats", status=status, **context)


def _war_rooms() -> dict[str, object]:
    chosen = PagingSettings.objects.get(pk=1)
    return {"levels": chosen.war_room_levels, "kind": chosen.war_room_kind}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_chat(request: HttpRequest) -> HttpResponse:
    return _form(request, _editor(request), None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_chat(request: HttpRequest, pk: int) -> HttpResponse:
    person = _editor(request)
    return _form(request, person, get_object_or_404(ChatHook, pk=pk))


@login_required
@require_POST
def test_chat(request: HttpRequest, pk: int) -> HttpResponse:
    person = _editor(request)
    result = try_chat(get_object_or_404(ChatHook, pk=pk), actor=person, via=Via.WEB)
    (messages.success if result.is_success else messages.error)(request, outcome(result))
    return redirect("notifications:chat", pk)


def outcome(result: TestResult) -> str:
    """The status and the time, nothing else."""
    words = {"milliseconds": result.milliseconds, "error": result.error}
    if result.is_success:
        return _("The chat program took the test message after %(milliseconds)d ms.") % words
    return _("The test message did not get through (%(milliseconds)d ms): %(error)s") % words


def _form(request: HttpRequest, person: Person, chat: ChatHook | None) -> HttpResponse:
    form = ChatForm(request.POST or None, chat=chat)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_chat(chat, actor=person, via=Via.WEB, **form.cleaned_data)
        except InputRefused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The chat is saved."))
            return redirect("notifications:chat", saved.pk)
    events = Event.objects.about(chat).select_related("actor").order_by("-id")[:SHOWN_EVENTS] if chat else []
    context = {"form": form, "chat": chat, "events": events}
    return render(request, "notifications/chat.html", context, status=400 if form.errors else 200)


def _editor(request: HttpRequest) -> Person:
    person = colleague_of(request)
    if not may_change_chats(person):
        raise Http404
    return person
