"""Twilio's callbacks. Only what Twilio signed is believed; without a configured token nothing is."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import get_object_or_404
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from notifications.channels.twilio_client import accounts, callback_url
from notifications.channels.voice import VOICES
from notifications.models import Delivery, Purpose
from notifications.segments import cheapest
from notifications.services.answering import press_key, reply_sms
from notifications.services.callbacks import record_callback
from notifications.services.verifying import with_code
from notifications.wording import REPEAT_KEY, menu

TURNS = 5
"""How often one call says its menu."""
View = Callable[..., HttpResponse]


def signed_by_twilio(view: View) -> View:
    """Refuse what does not carry Twilio's signature over the public address and every parameter."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        token = _token_of(request.POST.get("AccountSid", ""))
        url = f"{settings.PUBLIC_URL}{request.get_full_path()}"
        signature = request.headers.get("X-Twilio-Signature", "")
        if not token or not RequestValidator(token).validate(url, request.POST, signature):
            return HttpResponseForbidden("signature\n", content_type="text/plain")
        return view(request, *args, **kwargs)

    return checked


def _token_of(account_sid: str) -> str:
    """The secret of that account of ours; empty, which refuses, where it is none of ours."""
    return next((each.token for each in accounts() if each.sid == account_sid), "")


@signed_by_twilio
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Where a message or a call stands."""
    delivery, provider_id = _delivery(request, token)
    sequence = _text(request, "SequenceNumber")
    record_callback(
        delivery,
        provider_id=provider_id,
        status=_text(request, "MessageStatus", "CallStatus"),
        error_code=_text(request, "ErrorCode", "SipResponseCode"),
        sequence=int(sequence) if sequence.isdecimal() and len(sequence) < 9 else None,
        answered_by=_text(request, "AnsweredBy"),
    )
    return HttpResponse(status=204)


@signed_by_twilio
def digits(request: HttpRequest, token: str) -> HttpResponse:
    """A key was pressed in a call. Keys that do nothing repeat the menu, but not for ever: it may be a machine."""
    delivery, _provider_id = _delivery(request, token)
    key = _text(request, "Digits")[:1]
    turn = int(request.GET.get("turn", "")[:2]) if request.GET.get("turn", "").isdecimal() else 1
    sentence = press_key(delivery, key=key) if key != REPEAT_KEY else ""
    response = VoiceResponse()
    if sentence:
        response.say(sentence, language=VOICES.get(delivery.language, "en-US"))
    elif turn < TURNS:
        _repeat_menu(response, delivery, turn + 1)
    response.hangup()
    return HttpResponse(str(response), content_type="application/xml")


def _repeat_menu(response: VoiceResponse, delivery: Delivery, turn: int) -> None:
    action = f"{callback_url(delivery.token, 'digits')}?turn={turn}"
    gather = response.gather(num_digits=1, action=action, method="POST", timeout=6, finish_on_key="")
    body = with_code(delivery) if delivery.purpose == Purpose.CODE else delivery.body
    said = f"{body} {menu(delivery.language, delivery.purpose)}"
    gather.say(said, language=VOICES.get(delivery.language, "en-US"))


@signed_by_twilio
def inbound_sms(request: HttpRequest) -> HttpResponse:
    """A text message from a phone. A stranger gets no answer."""
    with override("en"):
        sentence = reply_sms(number=_text(request, "From"), text=_text(request, "Body")[:500])
    response = MessagingResponse()
    if sentence and not request.POST.get("OptOutType"):  # Twilio has answered STOP and START itself
        response.message(cheapest(sentence))
    return HttpResponse(str(response), content_type="application/xml")


def _text(request: HttpRequest, *names: str) -> str:
    """The first parameter that is there, without the NUL characters that no database column holds."""
    values = (request.POST.get(name, "") for name in names)
    return next((value for value in values if value), "").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _delivery(request: HttpRequest, token: str) -> tuple[Delivery, str]:
    """The message that the callback speaks of; its id at Twilio must be the one that we were given."""
    if "\0" in token:
        raise Http404
    deliveries = Delivery.objects.select_related("incident__service", "incident__level", "recipient")
    delivery = get_object_or_404(deliveries, token=token)
    provider_id = _text(request, "MessageSid", "CallSid")[:64]
    if delivery.provider_id and delivery.provider_id != provider_id:
        raise Http404
    return delivery, provider_id
