"""Prometheus' Alertmanager, versions 3 and 4 of its webhook, Grafana's alike, and alerts posted as to Alertmanager."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from detection.intake.fields import as_text, links_in
from detection.intake.signal import Meaning, NotUnderstood, Signal
from detection.intake.words import meaning_of, moment_of, severity_of
from detection.rules.words import gettext_noop

_ = gettext_noop

DESCRIPTIONS = ("description", "message", "summary", "title")


def recognises(body: Any) -> bool:
    """A list of alerts with labels, alone or under "alerts"."""
    alerts = body.get("alerts") if isinstance(body, Mapping) else body
    return isinstance(alerts, list) and bool(alerts) and all(_is_alert(alert) for alert in alerts)


def _is_alert(alert: Any) -> bool:
    return isinstance(alert, Mapping) and isinstance(alert.get("labels"), Mapping) and bool(alert["labels"])


def read(body: Any) -> list[Signal]:
    """One signal for each alert. Raises NotUnderstood where it has another shape."""
    if not recognises(body):
        raise NotUnderstood(_("There is no list of alerts with labels."))
    around = body if isinstance(body, Mapping) else {}
    return [_signal(alert, around) for alert in (around.get("alerts") or body)]


def _signal(alert: Mapping[str, Any], around: Mapping[str, Any]) -> Signal:
    labels = {str(name): as_text(value) for name, value in alert["labels"].items()}
    notes = alert.get("annotations")
    notes = notes if isinstance(notes, Mapping) else {}
    starts, ends = moment_of(alert.get("startsAt")), moment_of(alert.get("endsAt"))
    status = as_text(alert.get("status") or around.get("status") or "firing")
    meaning = meaning_of(status) or Meaning.OPEN
    severity = labels.get("severity") or as_text(notes.get("severity"))
    group = as_text(around.get("groupKey"))
    summary = next((as_text(notes[name]) for name in ("summary", "title") if notes.get(name)), "")
    return Signal(
        meaning=meaning,
        status=status,
        title=labels.get("alertname") or summary or "Alert",
        description="\n".join(dict.fromkeys(as_text(notes[name]) for name in DESCRIPTIONS if notes.get(name))),
        severity=severity_of(severity),
        severity_at_source=severity,
        at=(ends if meaning == Meaning.RESOLVE else None) or starts,
        started_at=starts,
        dedup_key=as_text(alert.get("fingerprint")) or fingerprint(labels),
        group_key=group,
        labels={**labels, **({"group_key": group} if group else {})},
        links=links_in(alert),
    )


def fingerprint(labels: Mapping[str, str]) -> str:
    """The same labels, the same text."""
    return hashlib.sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:32]
