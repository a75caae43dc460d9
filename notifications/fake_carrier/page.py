"""The phones page: "your phone is ringing". Plain forms that post and redirect; a script only keeps it fresh."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, HttpResponseServerError
from django.template.backends.django import DjangoTemplates
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST
from django.views.static import serve

from notifications.fake_carrier.control import RefusedError, read_behaviour, read_modes
from notifications.fake_carrier.exchange import Exchange
from notifications.fake_carrier.handler import CarrierRequest
from notifications.fake_carrier.records import Call, Email, Line, Message, PhoneCard, Signal
from notifications.fake_carrier.rest import NUMBER

ROOT = Path(__file__).resolve().parents[2]
SHOWN_PHONES = 60
SHOWN_LIVE_CALLS = 12
SHOWN_TEXTS = 20
SHOWN_CALLS = 6
SHOWN_EMAILS = 15
SHOWN_GROUPS = 12
KEYS = ["4", "5", "*", "1", "2", "3", "6", "7", "8", "9", "0", "#"]
# How the page names what a phone does, and what became of a call or a message.
BEHAVIOUR_WORDS = {
    "manual": _("You answer it"),
    "answers": _("Answers and presses keys"),
    "voicemail": _("Goes to voicemail"),
    "busy": _("Is busy"),
    "never-answers": _("Never answers"),
    "fails": _("Cannot be reached"),
}
STATUS_WORDS = {
    "queued": _("Queued"),
    "initiated": _("Dialling"),
    "ringing": _("Ringing"),
    "in-progress": _("In the call"),
    "completed": _("Ended"),
    "busy": _("Busy or declined"),
    "no-answer": _("Not answered"),
    "canceled": _("Cancelled"),
    "failed": _("Failed"),
    "sent": _("On its way"),
    "delivered": _("Delivered"),
    "undelivered": _("Not delivered"),
    "received": _("Sent by you"),
}
REFUSAL_WORDS = {
    "": _("Accepts requests"),
    "429": _("Answers 429, too many requests"),
    "500": _("Answers 500, server error"),
    "suspended": _("Answers 401, account suspended"),
    "garbled": _("Answers what is no JSON"),
    "hang": _("Hangs"),
    "accept-then-hang": _("Accepts, then hangs"),
}
CHAT_REFUSAL_WORDS = {
    "": _("Accepts requests"),
    "429": _("Answers 429, too many requests"),
    "500": _("Answers 500, server error"),
    "hang": _("Hangs"),
    "garbled": _("Answers with another site's page"),
}
FAULT_WORDS = {
    "duplicate_callbacks": _("Duplicate callbacks"),
    "reorder_callbacks": _("Reorder callbacks"),
    "lose_callbacks": _("Lose callbacks"),
    "never_deliver": _("Accept, never deliver"),
    "refuse_mail": _("Refuse mail"),
}


@dataclass(frozen=True)
class CallView:
    call: Call
    phone: PhoneCard
    lines: list[Line]
    word: Any


@dataclass(frozen=True)
class TextView:
    message: Message
    word: Any


@dataclass(frozen=True)
class EmailView:
    email: Email
    # Links that the text does not already show.
    more_links: list[str]


@dataclass(frozen=True)
class PhoneView:
    card: PhoneCard
    texts: list[TextView]
    calls: list[CallView]
    behaviour_word: Any


_templates: list[DjangoTemplates] = []


def _engine() -> DjangoTemplates:
    """The carrier's own template engine: in a test the product's settings are active, with the product's frame."""
    if not _templates:
        params = {"NAME": "fake_carrier", "DIRS": [ROOT / "templates" / "fake_carrier"], "APP_DIRS": False}
        _templates.append(DjangoTemplates(params | {"OPTIONS": {"autoescape": True}}))
    return _templates[0]


@require_GET
@ensure_csrf_cookie
def show_phones(request: CarrierRequest) -> HttpResponse:
    """`?number=+1555...&name=Alice` adds a phone, or names one."""
    number, name = request.GET.get("number", "").replace(" ", "+"), request.GET.get("name", "")
    if NUMBER.fullmatch(number):
        request.carrier.learn_phone(number, name=name[:80])
        return HttpResponseRedirect(reverse("phones"))
    exchange = request.carrier.exchange
    with exchange.changed:
        context = _frame(exchange) | {"product_url": _origin(request.carrier.inbound_sms_url)}
    html = _engine().get_template("phones.html").render(context, request)
    return HttpResponse(html)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _frame(exchange: Exchange) -> dict[str, Any]:
    phones = _order(list(exchange.phones.values()))
    live = [_view_call(exchange, call) for call in exchange.calls.values() if call.is_live][:SHOWN_LIVE_CALLS]
    emails: list[Email] = list(exchange.emails.values())[::-1]
    return {
        "language": get_language(),
        "live": live,
        "ringing_count": sum(view.call.status == "ringing" for view in live),
        "live_revision": "-".join(f"{view.call.sid[-6:]}.{view.phone.revision}" for view in live),
        "phones": [_view_phone(exchange, phone) for phone in phones[:SHOWN_PHONES]],
        "hidden_phones": max(0, len(phones) - SHOWN_PHONES),
        "emails": [_view_email(email) for email in emails[:SHOWN_EMAILS]],
        "emails_revision": f"{len(emails)}-{emails[0].sid}" if emails else "0",
        "groups": list(exchange.groups.values())[::-1][:SHOWN_GROUPS],
        "groups_revision": "-".join(f"{group.sid[-4:]}.{len(group.lines)}" for group in exchange.groups.values()),
        "chat_refusals": CHAT_REFUSAL_WORDS.items(),
        "keys": KEYS,
        "behaviours": BEHAVIOUR_WORDS.items(),
        "modes": exchange.modes,
        "refusals": REFUSAL_WORDS.items(),
        "faults": [(name, word, getattr(exchange.modes, name)) for name, word in FAULT_WORDS.items()],
    }


def _order(phones: list[PhoneCard]) -> list[PhoneCard]:
    """Named phones by name, so that cards keep their place; the rest behind them by number."""
    return sorted(phones, key=lambda phone: (not phone.name, phone.name, phone.number))


def _view_call(exchange: Exchange, call: Call) -> CallView:
    return CallView(call, exchange.phone(call.to_number), list(call.transcript), STATUS_WORDS[call.status])


def _view_email(email: Email) -> EmailView:
    return EmailView(email, [link for link in email.links if link not in email.text])


def _view_phone(exchange: Exchange, phone: PhoneCard) -> PhoneView:
    """The thread shows what reached the phone and what failed on the way, oldest first; calls newest first."""
    texts = [
        TextView(message, STATUS_WORDS[message.status])
        for message in exchange.messages_of(phone.number)
        if message.is_delivered or message.direction == "inbound" or message.error_code
    ]
    calls = [_view_call(exchange, call) for call in reversed(exchange.calls_of(phone.number)) if call.is_over]
    return PhoneView(phone, texts[-SHOWN_TEXTS:], calls[:SHOWN_CALLS], BEHAVIOUR_WORDS[phone.behaviour.kind])


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("phones"))


@require_POST
def send_reply(request: CarrierRequest, number: str) -> HttpResponse:
    if number not in request.carrier.exchange.phones:
        raise Http404
    if body := request.POST.get("body", "").strip():
        request.carrier.send_reply(from_number=number, body=body[:1600])
    return _back()


@require_POST
def change_behaviour(request: CarrierRequest, number: str) -> HttpResponse:
    if number not in request.carrier.exchange.phones:
        raise Http404
    try:
        behaviour = read_behaviour(request.POST.dict())
    except RefusedError as reason:
        return _refusal(request, reason)
    request.carrier.learn_phone(number, behaviour=behaviour)
    return _back()


@require_POST
def signal_call(request: CarrierRequest, sid: str) -> HttpResponse:
    """`do` is answer, decline, hang-up, or a key of the phone."""
    call = request.carrier.exchange.calls.get(sid)
    if call is None:
        raise Http404
    verb = request.POST.get("do", "")
    if verb in KEYS:
        request.carrier.press(call, verb)
    elif verb in {"answer", "decline", "hang-up"}:
        request.carrier.signal(call, Signal(verb))  # type: ignore[arg-type]
    _wait_until_done(request, call)
    return _back()


def _wait_until_done(request: CarrierRequest, call: Call) -> None:
    """A moment, so that the page a person lands on already shows what the press did."""
    before = (call.status, len(call.transcript))
    request.carrier.exchange.wait_for(lambda: (call.status, len(call.transcript)) != before, timeout=0.3)


@require_POST
def change_modes(request: CarrierRequest) -> HttpResponse:
    try:
        given: dict[str, Any] = {name: True for name in FAULT_WORDS if name in request.POST}
        given |= {name: request.POST.get(name, "") for name in ("refusal", "chat_refusal", "delay_seconds")}
        request.carrier.change_modes(read_modes(given))
    except RefusedError as reason:
        return _refusal(request, reason)
    return _back()


@require_GET
def show_group(request: CarrierRequest, key: str) -> HttpResponse:
    """Where "open chat" of the product leads: the groups of this page."""
    return HttpResponseRedirect(f"{reverse('phones')}#chats")


@require_GET
def serve_static(request: HttpRequest, path: str) -> Any:
    """From the source tree: nothing is collected for this process."""
    response = serve(request, path, document_root=str(ROOT / "static"))
    response["Cache-Control"] = "no-cache"
    return response


def _refusal(request: HttpRequest, reason: object, status: int = 400) -> HttpResponse:
    html = _engine().get_template("refusal.html").render({"reason": reason, "language": get_language()}, request)
    return HttpResponse(html, status=status)


def refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
    status = 404 if isinstance(exception, Http404) else 403 if isinstance(exception, PermissionError) else 400
    return _refusal(request, _("The fake carrier has nothing here."), status)


def refuse_forgery(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _refusal(
        request, _("This form was not sent from this page, or its cookie is gone. Go back and reload."), 403
    )


def apologise(request: HttpRequest) -> HttpResponse:
    return HttpResponseServerError("The fake carrier failed; its log says why.", content_type="text/plain")
