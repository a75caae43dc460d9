"""JSON whose fields somebody has named by their paths: ``event.check.0.name``. What is not named, or not there, is
found as in any JSON. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from detection.intake import generic
from detection.intake.fields import as_text, flat_labels
from detection.intake.signal import Meaning, NotUnderstood, Signal
from detection.intake.words import meaning_of, moment_of, severity_of
from detection.rules.words import gettext_noop

_ = gettext_noop

FIELDS = ("title", "status", "severity", "time", "dedup_key", "description", "labels", "alerts")
WORDS = ("open_when", "resolve_when", "ack_when")
"""The source's own words for a status, a comma between them."""
LONGEST_PATH = 200


def read(body: Any, mapping: Mapping[str, str]) -> list[Signal]:
    """``alerts`` is the path of a list with one alert each; the other paths then begin within it."""
    if "alerts" not in mapping:
        return [_read_one(body, mapping)]
    entries = at_path(body, mapping["alerts"])
    if not isinstance(entries, list) or not entries:
        raise NotUnderstood(_("There is no list at the path of the alerts."), mapping["alerts"])
    return [_read_one(entry, mapping) for entry in entries[: generic.MOST_SIGNALS]]


def at_path(body: Any, path: str) -> Any:
    """What stands there; None where nothing does. A name with dots in it may be written with them."""
    if path == "":
        return body
    if isinstance(body, Mapping):
        if path in body:
            return body[path]
        parts = path.split(".")
        for length in range(len(parts) - 1, 0, -1):
            head = ".".join(parts[:length])
            if head in body:
                return at_path(body[head], ".".join(parts[length:]))
        return None
    head, _dot, rest = path.partition(".")
    if isinstance(body, list) and head.isascii() and head.isdigit() and len(head) < 6 and int(head) < len(body):
        return at_path(body[int(head)], rest)
    return None


def _read_one(body: Any, mapping: Mapping[str, str]) -> Signal:
    if not isinstance(body, Mapping):
        raise NotUnderstood(_("An alert is no object."))
    said = {name: as_text(at_path(body, mapping[name])).strip() for name in FIELDS if name in mapping}
    guess = generic.signal_of(body if not said.get("title") else {**body, "alertname": said["title"]})
    status = said.get("status") or guess.status
    severity = said.get("severity") or guess.severity_at_source
    meaning = _meaning(status, mapping) or guess.meaning
    moment = moment_of(at_path(body, mapping["time"])) if "time" in mapping else None
    labels = flat_labels(at_path(body, mapping["labels"])) if "labels" in mapping else guess.labels
    return replace(
        guess,
        meaning=meaning,
        status=status[:100],
        severity=severity_of(severity) or guess.severity,
        severity_at_source=severity,
        description=said.get("description") or guess.description,
        dedup_key=said.get("dedup_key") or guess.dedup_key,
        at=moment or guess.at,
        started_at=moment or guess.started_at,
        labels=labels,
    )


def _meaning(status: str, mapping: Mapping[str, str]) -> Meaning | None:
    if not status:
        return None
    for name, meaning in zip(WORDS, (Meaning.OPEN, Meaning.RESOLVE, Meaning.ACK), strict=True):
        words = {word.strip().lower() for word in mapping.get(name, "").split(",") if word.strip()}
        if status.lower() in words:
            return meaning
    return meaning_of(status)
