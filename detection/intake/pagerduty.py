"""PagerDuty's Events API, version 2: what hundreds of tools can send to. Only the address has to be changed."""

from collections.abc import Mapping
from typing import Any

from detection.intake.alertmanager import fingerprint
from detection.intake.fields import as_text, flat_labels, links_in
from detection.intake.signal import Meaning, NotUnderstood, Signal
from detection.intake.words import moment_of, severity_of
from detection.rules.words import gettext_noop

_ = gettext_noop

ACTIONS = {"trigger": Meaning.OPEN, "acknowledge": Meaning.ACK, "resolve": Meaning.RESOLVE}
LONGEST_KEY = 255


def recognises(body: Any) -> bool:
    return isinstance(body, Mapping) and body.get("event_action") in ACTIONS


def faults(body: Any) -> list[str]:
    """What is wrong with the event, in the words of an API; empty where nothing is."""
    if not isinstance(body, Mapping):
        return ["the body must be an object"]
    found = []
    action, payload = body.get("event_action"), body.get("payload")
    if action not in ACTIONS:
        found.append("event_action must be one of trigger, acknowledge, resolve")
    key = body.get("dedup_key")
    if key is not None and (not isinstance(key, str) or len(key) > LONGEST_KEY):
        found.append(f"dedup_key must be a text of at most {LONGEST_KEY} letters")
    if action in ("acknowledge", "resolve") and not key:
        found.append("dedup_key is required to acknowledge or resolve")
    if action == "trigger":
        if not isinstance(payload, Mapping):
            return [*found, "payload is required to trigger"]
        found += [f"payload.{name} is required" for name in ("summary", "source", "severity") if not payload.get(name)]
    return found


def read(body: Any) -> list[Signal]:
    """One signal. Raises NotUnderstood."""
    if wrong := faults(body):
        raise NotUnderstood(_("This is no event of version 2."), "; ".join(wrong))
    payload = body.get("payload")
    payload = payload if isinstance(payload, Mapping) else {}
    severity = as_text(payload.get("severity"))
    at = moment_of(payload.get("timestamp"))
    labels = flat_labels({name: payload[name] for name in payload if name not in ("summary", "timestamp")})
    title = as_text(payload.get("summary")) or as_text(body.get("dedup_key"))
    return [
        Signal(
            meaning=ACTIONS[body["event_action"]],
            status=body["event_action"],
            title=title,
            severity=severity_of(severity),
            severity_at_source=severity,
            at=at,
            started_at=at,
            dedup_key=as_text(body.get("dedup_key")) or fingerprint({"title": title, **labels}),
            labels=labels,
            links=links_in(body),
        )
    ]
