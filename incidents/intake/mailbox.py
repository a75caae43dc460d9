"""Reads a mailbox by IMAP. A mail is marked, or moved away, only once its row is committed; so one that is read twice
is taken in once (its digest), and none is lost.

Which mails are new is asked anew in every session, by a keyword on the server, never by a remembered number: UIDs are
used within one session only, so a changed UIDVALIDITY cannot mislead. A mail that cannot be read stays where it is
and does not keep the ones behind it.
"""

import contextlib
import imaplib
import logging
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError

from incidents.intake.handling import LONGEST_HEAD

logger = logging.getLogger(__name__)
KEYWORD = "MainstayDone"
TIMEOUT = 15.0
MOST_A_ROUND = 200
SESSIONS = 2
"""A connection that breaks is made anew once a round."""

Take = Callable[[bytes, bool], object]
"""Takes the bytes of a mail, and whether they are its head only; returns once it is stored."""


class MailboxError(Exception):
    """The mailbox cannot be read now."""


@dataclass(frozen=True)
class Round:
    """What one look into the mailbox did."""

    taken: int = 0
    failed: int = 0


def poll(take: Take, *, limit: int = MOST_A_ROUND) -> Round:
    """Give every new mail to ``take``, oldest first, at most ``limit``. Nothing where no mailbox is configured.

    Raises MailboxError where the server cannot be reached or refuses, also after a second try.
    """
    if not settings.IMAP_HOST:
        return Round()
    tried: set[bytes] = set()
    taken = failed = 0
    for session in range(1, SESSIONS + 1):
        try:
            with _opened() as box:
                for uid in _new_mails(box):
                    if uid in tried or len(tried) >= limit:
                        continue
                    is_taken = _take_one(box, uid, take)
                    tried.add(uid)
                    taken, failed = taken + is_taken, failed + (not is_taken)
            break
        except (imaplib.IMAP4.error, OSError) as error:
            logger.warning("The mailbox could not be read: %s", type(error).__name__)
            is_broken = isinstance(error, imaplib.IMAP4.abort | OSError)
            if session == SESSIONS or not is_broken:  # a refusal stays one, and asking again may lock the account
                raise MailboxError(f"{type(error).__name__}: {error}"[:300]) from error
    return Round(taken, failed)


def _take_one(box: imaplib.IMAP4, uid: bytes, take: Take) -> bool:
    """False where the mail could not be read or stored; it is then tried again at the next round."""
    try:
        raw, is_head = _fetch(box, uid)
        take(raw, is_head)
    except (imaplib.IMAP4.abort, OSError, DatabaseError):
        raise
    except Exception:
        logger.exception("Mail %s of the mailbox could not be taken in", uid.decode("ascii", "replace"))
        return False
    _mark(box, uid)
    return True


@contextlib.contextmanager
def _opened() -> Iterator[imaplib.IMAP4]:
    """The selected folder of the configured mailbox."""
    box = _connect()
    try:
        box.login(settings.IMAP_USER, settings.IMAP_PASSWORD)
        _expect("OK", box.select(_quote(settings.IMAP_FOLDER)))
        yield box
    finally:
        _leave(box)


def _leave(box: imaplib.IMAP4) -> None:
    try:
        box.logout()
    except (imaplib.IMAP4.error, OSError):
        with contextlib.suppress(OSError):
            box.shutdown()  # the library leaves the socket open where the server no longer answers


def _connect() -> imaplib.IMAP4:
    security, host = settings.IMAP_SECURITY, settings.IMAP_HOST
    if security == "tls":
        return imaplib.IMAP4_SSL(host, settings.IMAP_PORT or 993, ssl_context=_trust(), timeout=TIMEOUT)
    if security not in ("starttls", "off"):
        raise ImproperlyConfigured("MAINSTAY_IMAP_SECURITY must be tls, starttls or off.")
    box = imaplib.IMAP4(host, settings.IMAP_PORT or 143, timeout=TIMEOUT)
    if security == "starttls":
        box.starttls(_trust())
    return box


def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _new_mails(box: imaplib.IMAP4) -> list[bytes]:
    """UIDs, oldest first. A server that keeps no keywords of ours must have a folder for what is done."""
    wanted = "UNDELETED" if settings.IMAP_DONE_FOLDER or not _keeps_keywords(box) else f"UNDELETED UNKEYWORD {KEYWORD}"
    found = _expect("OK", box.uid("SEARCH", wanted))
    return sorted((found[0] or b"").split(), key=int)


def _keeps_keywords(box: imaplib.IMAP4) -> bool:
    _name, answer = box.response("PERMANENTFLAGS")
    flags = b" ".join(part for part in answer or [] if isinstance(part, bytes))
    is_kept = rb"\*" in flags or KEYWORD.encode() in flags
    if not is_kept and not settings.IMAP_DONE_FOLDER:
        raise imaplib.IMAP4.error("the server keeps no keywords: set MAINSTAY_IMAP_DONE_FOLDER")
    return is_kept


def _fetch(box: imaplib.IMAP4, uid: bytes) -> tuple[bytes, bool]:
    """The bytes of a mail; its head only where it is larger than we take."""
    size = re.search(rb"RFC822\.SIZE (\d+)", _joined(box.uid("FETCH", uid.decode(), "(RFC822.SIZE)")))
    is_head = size is None or int(size[1]) > settings.MAIL_LARGEST
    what = f"(BODY.PEEK[HEADER]<0.{LONGEST_HEAD}>)" if is_head else "(BODY.PEEK[])"
    for part in _expect("OK", box.uid("FETCH", uid.decode(), what)):
        if isinstance(part, tuple) and isinstance(part[1], bytes):
            return part[1], is_head
    raise ValueError("the server sent no such mail")


def _mark(box: imaplib.IMAP4, uid: bytes) -> None:
    """So that it is not read again: moved to the folder for what is done, or given our keyword."""
    name = uid.decode()
    if not settings.IMAP_DONE_FOLDER:
        _expect("OK", box.uid("STORE", name, "+FLAGS.SILENT", f"(\\Seen {KEYWORD})"))
    elif _can_move(box):
        _expect("OK", box.uid("MOVE", name, _quote(settings.IMAP_DONE_FOLDER)))
    else:
        _expect("OK", box.uid("COPY", name, _quote(settings.IMAP_DONE_FOLDER)))
        _expect("OK", box.uid("STORE", name, "+FLAGS.SILENT", "(\\Deleted)"))


def _can_move(box: imaplib.IMAP4) -> bool:
    """By RFC 6851. Servers name all they can only to those who have signed in."""
    names = _joined(box.capability()).upper().split()
    return b"MOVE" in names


def _expect(wanted: str, answer: tuple[str, list[Any]]) -> list[Any]:
    status, parts = answer
    if status != wanted:
        raise imaplib.IMAP4.error(_joined(answer).decode("utf-8", "replace")[:200])
    return parts


def _joined(answer: tuple[str, list[Any]]) -> bytes:
    return b" ".join(part if isinstance(part, bytes) else b" ".join(part) for part in answer[1] if part)


def _quote(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
