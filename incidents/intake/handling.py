"""Takes in a mail, by whatever way it came: first it is stored, then it is acted on, once.

Locks: the mail's row, then the incident's. Nobody locks them the other way round.
"""

import logging

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from incidents.intake.authentication import is_authentic
from incidents.intake.parsing import ParsedMail, parse
from incidents.intake.reasons import Reason
from incidents.intake.recording import add_reply, open_by_mail
from incidents.intake.routing import Route, find_route, level_of_mail
from incidents.models import InboundEmail, MailStatus
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.text import one_line, sanitise
from lifecycle.transitions import InputRefused

logger = logging.getLogger(__name__)
LONGEST_HEAD = 64 * 1024


def handle_mail(raw: bytes, *, via: str, recipient: str = "", is_head: bool = False) -> InboundEmail:
    """Store the mail and act on it. ``via``: "imap" or "webhook"; ``recipient``: for whom the server took it in, where
    that is known; ``is_head``: the rest was too large to fetch.

    Once this returns, the mail is in the database. Raises what the database raises where it could not be stored; a
    failure to act on it is not raised: the row says so, or ``handle_waiting`` tries again.
    """
    is_cut = is_head or len(raw) > settings.MAIL_LARGEST
    kept = _head_of(raw) if is_cut else raw
    mail = parse(kept)
    row = _store(kept, mail, via=via, recipient=recipient, is_cut=is_cut)
    _handle_safely(row.pk)
    row.refresh_from_db()
    return row


def handle_waiting(*, limit: int = 50) -> int:
    """Act on mails that were stored and then left lying by a crash or a busy database. Returns how many."""
    waiting = InboundEmail.objects.filter(status=MailStatus.RECEIVED).order_by("pk").values_list("pk", flat=True)
    return sum(_handle_safely(pk) for pk in list(waiting[:limit]))


def _head_of(raw: bytes) -> bytes:
    head, end, _body = raw[:LONGEST_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")
    return head + end


def _store(raw: bytes, mail: ParsedMail, *, via: str, recipient: str, is_cut: bool) -> InboundEmail:
    """The row of this mail, which an earlier copy may have made. The digest keeps it single."""
    row, is_new = InboundEmail.objects.get_or_create(
        digest=mail.digest,
        defaults={
            "message_id": mail.message_id[:255],
            "sender": mail.sender.address[:320],
            "recipient": sanitise(recipient or next(iter(mail.recipients), ""))[:320],
            "subject": one_line(mail.subject, longest=500),
            "raw": raw,
            "via": via,
            "received_at": clock.now(),
            "status": MailStatus.QUARANTINED if is_cut else MailStatus.RECEIVED,
            "reason": Reason.TOO_LARGE if is_cut else "",
        },
    )
    if not is_new and is_authentic(mail, trusted=settings.MAIL_AUTHSERV_IDS[via]):
        _prefer_authentic(row, raw, via)
    return row


def _prefer_authentic(row: InboundEmail, raw: bytes, via: str) -> None:
    """A forged or stripped copy that came first must not keep the authentic mail from being acted on."""
    doubted = InboundEmail.objects.filter(
        pk=row.pk, status=MailStatus.QUARANTINED, reason=Reason.UNAUTHENTICATED, incident=None
    )
    doubted.update(raw=raw, via=via, status=MailStatus.RECEIVED, reason="")


def _handle_safely(pk: int) -> int:
    """1 where this call dealt with the mail."""
    try:
        return _handle(pk)
    except (OperationalError, InterfaceError):
        logger.exception("Mail %d is stored, the database could not act on it now", pk)
    except Exception:
        logger.exception("Mail %d is stored, acting on it failed", pk)
        _finish(pk, Route(MailStatus.FAILED, Reason.FAULT))
    return 0


@transaction.atomic
def _handle(pk: int) -> int:
    waiting = InboundEmail.objects.select_for_update(no_key=True).filter(pk=pk, status=MailStatus.RECEIVED)
    row = waiting.first()
    if row is None:
        return 0
    mail = parse(bytes(row.raw))
    route = find_route(row, mail)
    if route.status == MailStatus.ACCEPTED:
        try:
            with transaction.atomic():
                _act(row, mail, route)
        except InputRefused:
            route = Route(MailStatus.QUARANTINED, Reason.REFUSED)
    _finish(pk, route, row)
    return 1


def _act(row: InboundEmail, mail: ParsedMail, route: Route) -> None:
    if route.incident is not None:
        row.incident, row.event = add_reply(row, mail, incident=route.incident, actor=None, via=Via.EMAIL)
    elif route.service is not None:
        level = level_of_mail()
        row.incident, row.event = open_by_mail(mail, service=route.service, level=level, actor=None, via=Via.EMAIL)


def _finish(pk: int, route: Route, row: InboundEmail | None = None) -> None:
    facts = {"incident": row.incident, "event": row.event} if row else {}
    InboundEmail.objects.filter(pk=pk, status=MailStatus.RECEIVED).update(
        status=route.status, reason=route.reason, handled_at=clock.now(), **facts
    )
