"""Messages and calls as Twilio's REST API shows them (JSON, RFC 2822 dates, numbers as text)."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any

from notifications.fake_carrier.records import Call, Message

API = "/2010-04-01/Accounts"
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_ESCAPED = frozenset("^{}\\[~]|€\f")


def count_segments(body: str) -> int:
    """How many short messages a text needs: 160/153 characters of the GSM alphabet, 70/67 UTF-16 units else."""
    if set(body) <= GSM_7 | GSM_7_ESCAPED:
        size, single, part = len(body) + sum(letter in GSM_7_ESCAPED for letter in body), 160, 153
    else:
        size, single, part = len(body.encode("utf-16-be")) // 2, 70, 67
    return 1 if size <= single else -(-size // part)


def present_message(message: Message) -> dict[str, Any]:
    uri = f"{API}/{message.account_sid}/Messages/{message.sid}"
    return {
        "sid": message.sid,
        "account_sid": message.account_sid,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": _date(message.created_at),
        "date_sent": _date(message.sent_at),
        "date_updated": _date(message.updated_at),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None,
        "from": message.from_number,
        "messaging_service_sid": message.messaging_service_sid or None,
        "num_media": "0",
        "num_segments": str(count_segments(message.body)),
        "price": None,
        "price_unit": "USD",
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to_number,
        "uri": f"{uri}.json",
    }


def present_call(call: Call) -> dict[str, Any]:
    uri = f"{API}/{call.account_sid}/Calls/{call.sid}"
    return {
        "sid": call.sid,
        "account_sid": call.account_sid,
        "answered_by": (call.answered_by or None) if call.detects_machine else None,
        "api_version": "2010-04-01",
        "caller_name": None,
        "date_created": _date(call.created_at),
        "date_updated": _date(call.updated_at),
        "direction": "outbound-api",
        "duration": str(call.duration_seconds) if call.is_over else None,
        "end_time": _date(call.ended_at),
        "forwarded_from": None,
        "from": call.from_number,
        "from_formatted": call.from_number,
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "start_time": _date(call.answered_at or (call.ended_at and call.created_at)),
        # The resource knows no "initiated"; only callbacks do.
        "status": "queued" if call.status == "initiated" else call.status,
        "subresource_uris": {},
        "to": call.to_number,
        "to_formatted": call.to_number,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def _date(at: datetime | None) -> str | None:
    return format_datetime(at) if at else None
