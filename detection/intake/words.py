"""The words of many tools for a status, a severity, a moment. Pure."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from detection.intake.signal import Meaning

OPEN = {
    *("firing", "fired", "fire", "alerting", "alert", "alarm", "triggered", "trigger", "open", "opened", "activated"),
    *("active", "down", "critical", "problem", "error", "failed", "failure", "failing", "fail", "warning", "warn"),
    *("created", "create", "new", "bad", "red", "degraded", "degradation", "unhealthy", "anomalous", "anomaly"),
    *("major", "minor", "raise", "raised", "violation", "violated", "breached", "breach", "exceeded", "unresolved"),
    *("offline", "unreachable", "timeout", "reopened", "reopen", "escalated", "unacknowledged", "unacked", "incident"),
    *("started", "start", "begin", "outage", "broken", "lost", "missing", "missed", "abnormal", "unavailable"),
    *("regression", "emergency", "fatal", "detected", "retriggered", "renotify", "notok", "unok", "disaster"),
}
RESOLVE = {
    *("ok", "okay", "resolved", "resolve", "closed", "close", "cleared", "clear", "recovered", "recovery", "recover"),
    *("up", "normal", "inactive", "deactivated", "canceled", "cancelled", "cancel", "ended", "end", "healthy"),
    *("success", "passing", "passed", "pass", "fixed", "green", "good", "operational", "online", "restored", "stopped"),
    *("finished", "completed", "autoresolved", "autoclosed", "archived", "reachable", "available", "solved"),
}
ACK = {"ack", "acked", "acknowledged", "acknowledge", "acknowledgement", "acknowledgment"}
UNKNOWN = {"nodata", "insufficientdata", "unknown", "stale", "paused", "undetermined", "suppressed", "muted"}
SEVERITIES = {
    "critical": (
        *("critical", "crit", "fatal", "emergency", "emerg", "disaster", "blocker", "p1", "sev0", "sev1", "p0"),
        *("availability", "page", "highest", "immediate", "panic"),
    ),
    "error": ("error", "err", "high", "major", "severe", "p2", "sev2", "alert", "down"),
    "warning": (
        *("warning", "warn", "medium", "moderate", "minor", "average", "p3", "sev3", "performance", "degraded"),
        *("resourcecontention", "resource", "normalpriority"),
    ),
    "info": (
        *("info", "informational", "information", "notice", "low", "lowest", "debug", "trivial", "p4", "p5", "sev4"),
        *("sev5", "notclassified"),
    ),
}
_SEVERITY = {word: severity for severity, words in SEVERITIES.items() for word in words}
GONE = {"ok", "okay", "clear", "cleared", "normal", "resolved", "recovered", "healthy", "up", "closed"}
"""Severities that say it is over."""
FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MOMENT = re.compile(
    r"^\s*(\d{4})[-/](\d\d?)[-/](\d\d?)[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?"
    r"\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?(?:\s+(?:UTC|GMT|[A-Z]{2,4}))?\s*$"
)


def tokens_of(text: str) -> list[str]:
    """``ALERT_RECOVERY`` -> alert, recovery; ``incident.acknowledged`` -> incident, acknowledged."""
    return [word.lower() for word in _TOKEN.findall(text[:200])]


def meaning_of(text: str) -> Meaning | None:
    """What a word or a short name says; None where it says nothing of a state."""
    tokens = tokens_of(text)
    if not tokens or len(tokens) > 4:
        return None
    joined = "".join(tokens)
    words = {*tokens, joined}
    if words & UNKNOWN or {"no", "data"} <= words or {"insufficient", "data"} <= words:
        return Meaning.UNKNOWN
    if "not" in words and words & RESOLVE:
        return Meaning.OPEN
    for known, meaning in ((ACK, Meaning.ACK), (RESOLVE, Meaning.RESOLVE), (OPEN, Meaning.OPEN)):
        if words & known:
            return meaning
    return None


def severity_of(text: str) -> str:
    """critical, error, warning or info; "" for a word that says nothing."""
    tokens = tokens_of(text)
    exact = re.sub(r"[^a-z0-9]", "", text.lower())
    for word in (exact, "".join(tokens), *reversed(tokens)):
        if word in _SEVERITY:
            return _SEVERITY[word]
    return ""


def is_gone(severity: str) -> bool:
    return "".join(tokens_of(severity)) in GONE


def moment_of(value: Any) -> datetime | None:
    """Seconds, milliseconds, micro- or nanoseconds since 1970, ISO 8601 and its relatives, dates of mails.

    A moment without a zone is taken as UTC. None for anything else, and for a moment that means "none" (year 1).
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _of_number(float(value))
    text = str(value).strip()[:60]
    if re.fullmatch(r"\d{9,19}(\.\d+)?", text):
        return _of_number(float(text))
    return _sensible(_of_text(text))


def _of_number(number: float) -> datetime | None:
    for unit in (1, 1e3, 1e6, 1e9):
        seconds = number / unit
        if FIRST.timestamp() <= seconds < LAST.timestamp():
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return None


def _of_text(text: str) -> datetime | None:
    found = _MOMENT.match(text)
    try:
        if found is None:
            mail = parsedate_to_datetime(text)
            return mail if mail.tzinfo else mail.replace(tzinfo=UTC)
        year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
        micro = int((found[7] or "0")[:6].ljust(6, "0"))
        moment = datetime(year, month, day, hour, minute, int(found[6] or 0), micro, tzinfo=UTC)
        return moment - _offset(found[8] or "Z")
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _offset(zone: str) -> timedelta:
    if zone[0] not in "+-":
        return timedelta(0)
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if zone[0] == "-" else offset


def _sensible(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and FIRST <= moment < LAST else None
