"""Bodies of other tools, read by what their fields mean. The recorded ones are scored where they are at hand."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from detection.intake import Meaning, NotAnAlert, NotUnderstood, Signal, signals_of
from detection.intake.reading import DEEPEST, depth_of, parse, read
from detection.intake.words import meaning_of, moment_of, severity_of

RECORDED = Path(__file__).resolve().parents[3] / "shared/data/webhooks"
FIELDS = ("kind", "meaning", "title", "severity", "time", "key")


def one(body: Any, kind: str = "json", **mapping: str) -> Signal:
    (signal,) = signals_of(kind, body, mapping)
    return signal


def scores(folder: Path) -> dict[str, Counter[str]]:
    """Field -> Counter(right, asked) over the bodies that expected.json names."""
    found: dict[str, Counter[str]] = {field: Counter() for field in FIELDS}
    for name, expected in json.loads((folder / "expected.json").read_text()).items():
        for field, is_right in judge(*read((folder / name).read_bytes())[:1], expected).items():
            found[field].update(asked=1, right=int(is_right))
    return found


def judge(body: Any, expected: dict[str, Any]) -> dict[str, bool]:
    """Which fields agree; those that expected.json leaves open are not judged."""
    try:
        signals = signals_of("json", body, {})
    except NotAnAlert as other:
        return {"kind": other.kind == expected["kind"]}
    except NotUnderstood:
        return {"kind": False}
    if expected["kind"] != "alert":
        return {"kind": False}
    wanted = {name: value if isinstance(value, list) else [value] for name, value in expected.items()}
    verdict = {"kind": len(signals) == len(wanted["title"])}
    for signal, status, title, severity, moment in zip(
        signals,
        *(wanted[name] for name in ("status", "title", "severity_at_source", "source_time")),
        strict=False,
    ):
        if status is not None:
            verdict["meaning"] = verdict.get("meaning", True) and signal.meaning == meaning_of(status.split(" ")[0])
        verdict["title"] = verdict.get("title", True) and signal.title == title
        verdict["severity"] = signal.severity_at_source == str(severity or "")
        verdict["time"] = moment_of(moment) in (signal.at, signal.started_at)
    hint = str(expected["dedup_hint"])
    verdict["key"] = all(hint in (signal.dedup_key, signal.group_key) for signal in signals)
    return verdict


@pytest.mark.skipif(not RECORDED.exists(), reason=f"there are no recorded bodies in {RECORDED}")
def test_recorded_bodies_are_read_as_their_tools_mean_them(capsys: pytest.CaptureFixture[str]) -> None:
    found = scores(RECORDED)
    with capsys.disabled():
        sys.stdout.write("".join(f"\n  {name} {count['right']} of {count['asked']}" for name, count in found.items()))
    for field, count in found.items():
        assert count["right"] >= 0.95 * count["asked"], field


@pytest.mark.parametrize(
    ("body", "meaning", "title", "key"),
    [
        # A problem with its id, named and dated as such.
        (
            {"ProblemID": "P-7", "State": "OPEN", "ProblemTitle": "Slow", "ProblemSeverity": "ERROR"},
            Meaning.OPEN,
            "Slow",
            "P-7",
        ),
        # A state within a part of its own, another tool's "up" as a number.
        (
            {"heartbeat": {"monitorID": 3, "status": 1, "time": "2024-01-01 10:00:00"}, "monitor": {"name": "Shop"}},
            Meaning.RESOLVE,
            "Shop",
            "3",
        ),
        # An action and what it is about.
        (
            {"action": "Close", "alert": {"alertId": "x-1", "message": "Queue long", "priority": "P2"}},
            Meaning.RESOLVE,
            "Queue long",
            "x-1",
        ),
        # A title that carries the state, beside the name that stays.
        (
            {"title": "[Alerting] CPU high", "ruleName": "CPU high", "ruleId": 5, "state": "alerting"},
            Meaning.OPEN,
            "CPU high",
            "5",
        ),
        # The state before is not the state now.
        (
            {"check_name": "Login", "previous_state": "DOWN", "current_state": "UP", "check_id": 9},
            Meaning.RESOLVE,
            "Login",
            "9",
        ),
        # Only a text, with the state in front.
        ({"text": "RESOLVED: payments are slow"}, Meaning.RESOLVE, "RESOLVED: payments are slow", None),
        ({"msg": "[Shop] [\N{LARGE RED CIRCLE} Down] timeout"}, Meaning.OPEN, None, None),
        ({"incident": {"state": "closed", "incident_id": "0.abc", "condition_name": "5xx"}}, "resolve", "5xx", "0.abc"),
    ],
)
def test_shapes_are_known_by_kind(body: Any, meaning: str, title: str | None, key: str | None) -> None:
    signal = one(body)
    assert signal.meaning == meaning
    assert title is None or signal.title == title
    assert key is None or signal.dedup_key == key


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"type": "url_verification", "challenge": "abc", "token": "t"}, "handshake"),
        ({"zen": "Keep it simple.", "hook_id": 1, "hook": {}}, "handshake"),
        ({"callback_id": "7", "actions": [{"name": "ack"}], "user": {}, "channel": {}, "token": "t"}, "chat command"),
        ({"action": "ack", "alert_id": "7"}, "chat command"),
        ({"event": "updated", "model": "device", "data": {"name": "sw-1", "status": "active"}}, "not an alert"),
    ],
)
def test_what_is_no_alert_is_known_as_such(body: Any, kind: str) -> None:
    with pytest.raises(NotAnAlert) as refused:
        signals_of("json", body, {})
    assert refused.value.kind == kind


def test_alertmanager_is_read_alert_by_alert() -> None:
    body = {
        "version": "4",
        "groupKey": "{}:{alertname=x}",
        "alerts": [
            {
                "status": "resolved",
                "labels": {"alertname": "Down", "severity": "critical", "host": "a"},
                "annotations": {"summary": "a is down", "runbook": "javascript:alert(1)"},
                "startsAt": "2024-01-01T10:00:00Z",
                "endsAt": "2024-01-01T10:05:00.123456789+02:00",
                "generatorURL": "http://prometheus/graph",
                "fingerprint": "abc",
            },
            {"status": "firing", "labels": {"alertname": "Down", "host": "b"}, "endsAt": "0001-01-01T00:00:00Z"},
        ],
    }
    over, firing = signals_of("alertmanager", body, {})
    assert (over.meaning, over.dedup_key, over.severity) == ("resolve", "abc", "critical")
    assert over.at == datetime(2024, 1, 1, 8, 5, 0, 123456, tzinfo=UTC)
    assert list(over.links) == ["http://prometheus/graph"]
    assert (firing.meaning, firing.at) == ("open", None)
    assert firing.dedup_key != over.dedup_key
    with pytest.raises(NotUnderstood):
        signals_of("alertmanager", {"alerts": [{"labels": "x"}]}, {})


def test_fields_may_be_named_by_their_paths() -> None:
    body = {"r": [{"what": {"n.ame": "Queue"}, "st": "rouge", "prio": "P1", "when": 1700000000, "id": 4}]}
    signal = one(
        body,
        "mapped",
        alerts="r",
        title="what.n.ame",
        status="st",
        severity="prio",
        time="when",
        dedup_key="id",
        resolve_when="vert, bleu",
        open_when="rouge",
    )
    assert (signal.title, signal.meaning, signal.severity, signal.dedup_key) == ("Queue", "open", "critical", "4")
    assert signal.at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *(
            ("ALERT_RECOVERY", "resolve"),
            ("incident.acknowledged", "ack"),
            ("Triggered", "open"),
            ("no_data", "unknown"),
        ),
        *(("NOT OK", "open"), ("unresolved", "open"), ("Deactivated", "resolve"), ("server", None), ("", None)),
    ],
)
def test_words_mean_states(text: str, meaning: str | None) -> None:
    assert meaning_of(text) == meaning


def test_severities_and_moments_are_read_in_many_writings() -> None:
    assert [severity_of(word) for word in ("CRITICAL", "P2", "Sev3", "informational", "banana", "3")] == [
        *("critical", "error", "warning", "info", "", "")
    ]
    wanted = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    for written in (
        *(1700000000, 1700000000000, "1700000000", "2023-11-14T22:13:20Z", "2023-11-14 22:13:20 +0000 UTC"),
        *("2023-11-15T00:13:20.000000000+0200", "Tue, 14 Nov 2023 22:13:20 GMT", "2023/11/14 22:13:20"),
    ):
        assert moment_of(written) == wanted, written
    for nothing in (True, None, "", "0001-01-01T00:00:00Z", "soon", 5, "2023-99-99T00:00:00Z"):
        assert moment_of(nothing) is None, nothing


def test_depth_is_known_before_anything_is_built() -> None:
    assert depth_of('{"a": "[[[[", "b": [1]}') == 2
    assert depth_of("[" * 100_000) == DEEPEST + 1
    with pytest.raises(NotUnderstood):
        parse("[" * 40 + "]" * 40)
