"""Mails that no person wrote: bounces, absence notes, lists, our own. Answering or recording them makes loops. Pure."""

import re

from incidents.intake.parsing import ParsedMail

BULK = ("bulk", "junk", "list", "auto_reply")
REPORTS = ("multipart/report", "message/delivery-status", "message/disposition-notification")
DAEMONS = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|double-bounce)@", re.IGNORECASE)
OUR_IDENTITY = re.compile(r"<(?:[\w-]{32}|inc-\d+)@", re.ASCII | re.IGNORECASE)


def why_automatic(mail: ParsedMail, *, own_addresses: frozenset[str], own_domain: str) -> str:
    """A short code of what shows it, empty where a person may have written it."""
    checks = {
        "bounce": _is_bounce(mail),
        "auto_submitted": _first_word(mail.header("auto-submitted")) not in ("", "no"),
        "bulk": _first_word(mail.header("precedence")) in BULK,
        "auto_suppressed": bool(mail.header("x-auto-response-suppress")),
        "auto_reply": any(mail.header(name) for name in ("x-autoreply", "x-autorespond", "x-auto-reply", "x-loop")),
        "own_mail": is_own(mail, own_addresses=own_addresses, own_domain=own_domain),
    }
    return next((code for code, applies in checks.items() if applies), "")


def is_own(mail: ParsedMail, *, own_addresses: frozenset[str], own_domain: str) -> bool:
    """Sent by ourselves: by its sender, or by an identity as only we give them."""
    sender = mail.sender.address
    plain = re.sub(r"\+[^@]*@", "@", sender)
    is_ours = bool(OUR_IDENTITY.match(mail.message_id)) and mail.message_id.lower().endswith(f"@{own_domain}>")
    return plain in own_addresses or (bool(own_domain) and is_ours)


def _is_bounce(mail: ParsedMail) -> bool:
    has_null_path = any(path.replace(" ", "") == "<>" for path in mail.headers.get("return-path", ()))
    has_null_sender = "<>" in mail.header("from").replace(" ", "")
    is_report = mail.content_type in REPORTS or bool(mail.header("x-failed-recipients"))
    return has_null_path or has_null_sender or is_report or bool(DAEMONS.match(mail.sender.address))


def _first_word(value: str) -> str:
    return value.split(";")[0].split("(")[0].strip().lower()
