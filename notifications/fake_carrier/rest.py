"""Twilio's REST API, the part that paging uses: messages and calls, made, read, listed, hung up."""

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponse, JsonResponse, QueryDict
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from notifications.fake_carrier.handler import CarrierRequest
from notifications.fake_carrier.records import Call, Message, Signal
from notifications.fake_carrier.resources import API, present_call, present_message

View = Callable[..., HttpResponse]
Record = TypeVar("Record", Message, Call)
NUMBER = re.compile(r"\+[1-9]\d{6,14}")
# The longest a client is kept waiting in the modes that hang.
HANG_SECONDS = 60.0
RETRY_AFTER = "3"


class ApiError(Exception):
    """An error as Twilio words it: HTTP status, Twilio's code, a sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def present(self) -> HttpResponse:
        payload = {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        headers = {"Retry-After": RETRY_AFTER} if self.status == 429 else None
        return JsonResponse(payload, status=self.status, headers=headers)


def twilio_endpoint(view: View) -> View:
    """Checks the credentials, misbehaves when told so, and words errors as Twilio does."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: CarrierRequest, account_sid: str, **parts: str) -> HttpResponse:
        try:
            _check_credentials(request, account_sid)
            _refuse_when_told(request)
            if request.carrier.exchange.modes.refusal == "garbled":
                return HttpResponse("<html>Bad gateway</html>", status=502)
            response = view(request, **parts)
        except ApiError as error:
            return error.present()
        if request.carrier.exchange.modes.refusal == "accept-then-hang" and request.method == "POST":
            hang(request)
        return response

    return guarded


def _check_credentials(request: CarrierRequest, account_sid: str) -> None:
    scheme, _space, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        given = ""
    wanted = f"{request.carrier.account_sid}:{request.carrier.auth_token}"
    if account_sid != request.carrier.account_sid or not constant_time_compare(given, wanted):
        raise ApiError(401, 20003, "Authenticate")


def _refuse_when_told(request: CarrierRequest) -> None:
    refusal = request.carrier.exchange.modes.refusal
    if refusal == "hang":
        hang(request)
        raise ApiError(503, 20503, "Service Unavailable")
    if refusal == "429":
        raise ApiError(429, 20429, "Too Many Requests")
    if refusal == "suspended":
        raise ApiError(401, 20005, "Account not active")
    if refusal == "500":
        raise ApiError(500, 20500, "An internal server error has occurred")


def hang(request: CarrierRequest) -> None:
    """Until the mode changes, the carrier closes, or a minute has passed."""
    exchange = request.carrier.exchange
    mode = exchange.modes.refusal
    exchange.wait_for(lambda: exchange.modes.refusal != mode, timeout=HANG_SECONDS)


@twilio_endpoint
def messages(request: CarrierRequest) -> HttpResponse:
    if request.method == "POST":
        message = _read_message(request)
        # Described before it starts: the answer says "queued" however fast the network is.
        answer = JsonResponse(present_message(message), status=201)
        request.carrier.accept_message(message)
        return answer
    found = _filtered(request, list(request.carrier.exchange.messages.values()), "DateSent")
    return _page(request, "messages", "Messages.json", [present_message(message) for message in found])


@twilio_endpoint
def message(request: CarrierRequest, sid: str) -> HttpResponse:
    found = request.carrier.exchange.messages.get(sid)
    if found is None or request.method != "GET":
        raise _not_found(request)
    return JsonResponse(present_message(found))


@twilio_endpoint
def calls(request: CarrierRequest) -> HttpResponse:
    if request.method == "POST":
        call = _read_call(request)
        answer = JsonResponse(present_call(call), status=201)
        request.carrier.accept_call(call)
        return answer
    found = _filtered(request, list(request.carrier.exchange.calls.values()), "StartTime")
    return _page(request, "calls", "Calls.json", [present_call(call) for call in found])


@twilio_endpoint
def call(request: CarrierRequest, sid: str) -> HttpResponse:
    found = request.carrier.exchange.calls.get(sid)
    if found is None or request.method not in {"GET", "POST"}:
        raise _not_found(request)
    if request.method == "POST":
        if request.POST.get("Status") not in {"completed", "canceled"}:
            raise ApiError(400, 20001, "The fake carrier can only complete or cancel a call")
        request.carrier.signal(found, Signal("hang-up"))
    return JsonResponse(present_call(found))


def _not_found(request: CarrierRequest) -> ApiError:
    return ApiError(404, 20404, f"The requested resource {request.path} was not found")


def _read_message(request: CarrierRequest) -> Message:
    form = request.POST
    to_number = _read_to(form)
    sender = form.get("From") or (form.get("MessagingServiceSid") and request.carrier.from_number)
    if not sender:
        raise ApiError(400, 21603, "A 'From' phone number is required.")
    if not form.get("Body"):
        raise ApiError(400, 21602, "Message body is required.")
    if len(form["Body"]) > 1600:
        raise ApiError(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    if sender in request.carrier.exchange.phone(to_number).opted_out_from:
        raise ApiError(400, 21610, "Attempt to send to unsubscribed recipient")
    return Message(
        account_sid=request.carrier.account_sid,
        from_number=sender,
        to_number=to_number,
        body=form["Body"],
        callback_url=_read_url(form, "StatusCallback", 21609),
        messaging_service_sid=form.get("MessagingServiceSid", ""),
    )


def _read_call(request: CarrierRequest) -> Call:
    form = request.POST
    if not form.get("From"):
        raise ApiError(400, 21213, "'From' parameter is required.")
    if not (form.get("Twiml") or form.get("Url")):
        raise ApiError(400, 21205, "Url parameter is required.")
    return Call(
        account_sid=request.carrier.account_sid,
        from_number=form["From"],
        to_number=_read_to(form),
        twiml=form.get("Twiml", ""),
        url=_read_url(form, "Url", 21205),
        method=form.get("Method", "POST"),
        callback_url=_read_url(form, "StatusCallback", 21609),
        callback_method=form.get("StatusCallbackMethod", "POST"),
        callback_events=_read_events(form),
        ring_seconds=_read_timeout(form),
        detects_machine=bool(form.get("MachineDetection")),
    )


def _read_to(form: QueryDict) -> str:
    number = form.get("To", "")
    if not NUMBER.fullmatch(number):
        raise ApiError(400, 21211, f"Invalid 'To' Phone Number: {number}")
    return number


def _read_url(form: QueryDict, name: str, code: int) -> str:
    url = form.get(name, "")
    parts = urlsplit(url)
    if url and not (parts.scheme in {"http", "https"} and parts.hostname):
        raise ApiError(400, code, f"{name} is not a valid URL: {url}")
    return url


def _read_events(form: QueryDict) -> tuple[str, ...]:
    """Twilio's library repeats the field; people write the words into one."""
    return tuple(" ".join(form.getlist("StatusCallbackEvent")).split()) or ("completed",)


def _read_timeout(form: QueryDict) -> float:
    seconds = form.get("Timeout", "60")
    if not seconds.isdecimal() or int(seconds) > 600:
        raise ApiError(400, 21218, "Timeout must be a number of seconds up to 600")
    return int(seconds)


def _filtered(request: CarrierRequest, records: list[Record], moment: str) -> list[Record]:
    """Newest first; `DateSent>=...` arrives as the parameter `DateSent>`."""
    found = [record for record in reversed(records) if _matches(request.GET, record)]
    if earliest := request.GET.get(f"{moment}>"):
        found = [record for record in found if record.created_at >= _read_moment(earliest)]
    if latest := request.GET.get(f"{moment}<"):
        found = [record for record in found if record.created_at <= _read_moment(latest)]
    return found


def _matches(query: QueryDict, record: Message | Call) -> bool:
    wanted = {"To": record.to_number, "From": record.from_number, "Status": record.status}
    return all(query[name] == value for name, value in wanted.items() if query.get(name))


def _read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ApiError(400, 20001, f"Not a date: {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _page(request: CarrierRequest, key: str, name: str, records: list[dict[str, Any]]) -> HttpResponse:
    size = min(max(_whole(request.GET.get("PageSize"), 50), 1), 1000)
    number = max(_whole(request.GET.get("Page"), 0), 0)
    shown = records[number * size : (number + 1) * size]

    def uri(page: int) -> str:
        query = {**request.GET.dict(), "PageSize": size, "Page": page}
        return f"{API}/{request.carrier.account_sid}/{name}?{urlencode(query)}"

    return JsonResponse(
        {
            key: shown,
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(len(shown) - 1, 0),
            "uri": uri(number),
            "first_page_uri": uri(0),
            "next_page_uri": uri(number + 1) if len(records) > (number + 1) * size else None,
            "previous_page_uri": uri(number - 1) if number else None,
        }
    )


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() else default
