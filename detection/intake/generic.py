"""JSON of any tool: found by what fields are called and what their values mean, not by whose body it is. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from detection.intake import alertmanager, names, others, pagerduty
from detection.intake.fields import Field, as_text, fields_of, flat_labels, links_in, unwrapped
from detection.intake.signal import Meaning, NotAnAlert, NotUnderstood, Signal
from detection.intake.words import is_gone, meaning_of, moment_of, severity_of
from detection.rules.words import gettext_noop

_ = gettext_noop

LISTS = ("alerts", "incidents", "problems", "messages", "events", "notifications", "records", "items")
MOST_SIGNALS = 5000
LONG_TITLE = 120
"""Of what is longer, the first line is the title."""
_MARKED = re.compile(r"[\[(](?:[^\w\])]*\s*)?([A-Za-z ]{2,20})[\])]|^([A-Za-z]{2,20})\s*[:\-]")
_OVER = re.compile(r"\b(has |is )?(recovered|resolved|back to normal|back up|is up|cleared)\b", re.IGNORECASE)


def read(body: Any) -> list[Signal]:
    """A signal for each alert of the body. Raises NotAnAlert, NotUnderstood."""
    body = unwrapped(body)
    if alertmanager.recognises(body):
        return alertmanager.read(body)
    if pagerduty.recognises(body) and not pagerduty.faults(body):
        return pagerduty.read(body)
    if isinstance(body, list):
        return _many([entry for entry in body if isinstance(entry, Mapping)], {})
    if not isinstance(body, Mapping):
        raise NotUnderstood(_("The body is neither an object nor a list of objects."))
    if kind := others.kind_of(body):
        raise NotAnAlert(kind)
    parts, around = _parts(body)
    return _many(parts, around) if parts else [signal_of(body)]


def _parts(body: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], dict[str, Any]]:
    """The alerts of a body that carries a list of them, and the scalars around it."""
    for name in LISTS:
        entries = next((value for key, value in body.items() if key.lower() == name), None)
        if not isinstance(entries, list) or not entries or not all(isinstance(entry, Mapping) for entry in entries):
            continue
        if all(_says_something(entry) for entry in entries[:20]):
            return entries, {key: value for key, value in body.items() if not isinstance(value, Mapping | list)}
    return [], {}


def _says_something(entry: Mapping[str, Any]) -> bool:
    fields = fields_of(entry)
    return bool(_title(fields, Meaning.OPEN)) and (_state(fields)[0] is not None or _alarms(fields))


def _many(entries: Sequence[Mapping[str, Any]], around: Mapping[str, Any]) -> list[Signal]:
    if not entries:
        raise NotUnderstood(_("The list is empty."))
    kinds = [others.kind_of(entry) for entry in entries]
    if all(kinds):
        raise NotAnAlert(kinds[0])
    alerts = [entry for entry, kind in zip(entries, kinds, strict=True) if not kind][:MOST_SIGNALS]
    return [
        alertmanager.read([entry])[0] if alertmanager.recognises([entry]) else signal_of({**around, **entry})
        for entry in alerts
    ]


def signal_of(body: Mapping[str, Any]) -> Signal:
    """The one alert of a body. Raises NotUnderstood where nothing names it."""
    fields = fields_of(body)
    meaning, status = _state(fields)
    severity = _severity(fields)
    if meaning is Meaning.OPEN and not _is_sure(fields, status) and _moment(fields, names.ENDS):
        meaning = Meaning.RESOLVE
    if meaning is None:
        meaning = _otherwise(fields, severity)
    title = _title(fields, meaning)
    if not title:
        raise NotUnderstood(_("Nothing in the body names an alert."))
    began, ended = _moment(fields, names.MOMENTS), _moment(fields, names.ENDS)
    labels = flat_labels(body)
    return Signal(
        meaning=meaning,
        status=status,
        title=title,
        description=_text(fields, names.DESCRIPTIONS),
        severity=severity_of(severity) or (severity_of(status) if meaning == Meaning.OPEN else ""),
        severity_at_source=severity,
        at=(ended if meaning == Meaning.RESOLVE else None) or began,
        started_at=began,
        dedup_key=_key(fields, title),
        labels=labels,
        links=links_in(body),
    )


def _best(fields: Iterable[Field], wanted: Sequence[str], *, deepest: int = 5) -> list[Field]:
    """Fields of these names, the best name first, then the nearest to the top."""
    rank = {name: number for number, name in reversed(list(enumerate(wanted)))}
    found: list[tuple[int, int, int, Field]] = []
    for field in fields:
        ranks = [rank[name] for name in field.names if name in rank]
        if ranks and field.depth <= deepest:
            found.append((min(ranks), field.depth, len(found), field))
    return [entry[-1] for entry in sorted(found, key=lambda entry: entry[:3])]


def _state(fields: Sequence[Field]) -> tuple[Meaning | None, str]:
    """What it means, and the source's own word."""
    for field in _best(fields, names.STATES):
        if isinstance(field.value, str) and (meaning := meaning_of(field.value)):
            return meaning, field.value[:100]
        if isinstance(field.value, int) and "heartbeat" in (field.parent, field.name) and field.value in (0, 1):
            return (Meaning.OPEN, Meaning.RESOLVE)[field.value], str(field.value)
    for field in fields:
        if isinstance(field.value, bool) and field.name in names.FIRES | names.FIXED:
            is_open = field.value == (field.name in names.FIRES)
            return (Meaning.OPEN if is_open else Meaning.RESOLVE), "firing" if is_open else "resolved"
    return None, ""


def _is_sure(fields: Sequence[Field], status: str) -> bool:
    """Whether the state stands in a field that holds nothing but states."""
    return any(field.value == status and field.name not in names.WEAK_STATES for field in _best(fields, names.STATES))


def _otherwise(fields: Sequence[Field], severity: str) -> Meaning:
    """No field says how it stands: by its severity, a time of its end, a number, the words of its title."""
    if is_gone(severity) or _moment(fields, names.ENDS):
        return Meaning.RESOLVE
    for field in _best(fields, ("state",)):
        if as_text(field.value) == "0":
            return Meaning.RESOLVE
    for field in _best(fields, (*names.TITLES, *names.DESCRIPTIONS), deepest=3):
        text = as_text(field.value)[:300]
        words = [word for pair in _MARKED.findall(text) for word in pair if word]
        found = [meaning for word in words if (meaning := meaning_of(word))]
        if found:
            return found[0]
        if _OVER.search(text):
            return Meaning.RESOLVE
    return Meaning.OPEN


def _title(fields: Sequence[Field], meaning: Meaning) -> str:
    """What is watched, in its own name; else a title, without the state that a tool writes into it."""
    stable = _text(fields, names.STABLE_TITLES, is_word=True)
    if stable:
        return stable
    titles = [text for field in _best(fields, names.TITLES) if _is_title(field) and (text := as_text(field.value))]
    if not titles:
        return ""
    within = [
        as_text(field.value)
        for field in _best(fields, ("name", "rule", "monitor", "check"), deepest=2)
        if len(as_text(field.value)) > 3 and as_text(field.value) in titles[0]
    ]
    title = (within or titles)[0].strip()[:1000]
    return title if len(title) < LONG_TITLE else title.split("\n")[0]


def _is_title(field: Field) -> bool:
    if isinstance(field.value, bool) or len(as_text(field.value).strip()) < 2:
        return False
    if field.name == "name" and field.parent in names.OF_OTHERS:
        return False
    if field.name == "alerttype" and meaning_of(as_text(field.value)):
        return False
    is_known = set(field.names) & names.LATE_TITLES
    return not (is_known and not isinstance(field.value, str))


def _text(fields: Sequence[Field], wanted: Sequence[str], *, is_word: bool = False) -> str:
    for field in _best(fields, wanted):
        if isinstance(field.value, str) and field.value.strip():
            return field.value.strip()[: 1000 if is_word else 20_000]
    return ""


def _severity(fields: Sequence[Field]) -> str:
    """The source's own word. Of names that others use too ("level"), only values that mean a severity count."""
    for field in _best(fields, names.SEVERITIES):
        text = as_text(field.value)
        is_sure = field.name in ("severity", "criticality", "importancelevel", "priority", "urgency")
        if text and len(text) <= 60 and (is_sure or severity_of(text) or is_gone(text)):
            return text
    return ""


def _moment(fields: Sequence[Field], wanted: Sequence[str]) -> datetime | None:
    return next((moment for field in _best(fields, wanted) if (moment := moment_of(field.value))), None)


def _key(fields: Sequence[Field], title: str) -> str:
    """What stays the same from firing to resolving; where no field does, the place and the thing."""
    for field in _best(fields, names.KEYS):
        if not isinstance(field.value, bool) and 0 < len(text := as_text(field.value)) <= 500:
            return text
    parts = [as_text(found[0].value) for wanted in (names.PLACES, names.THINGS) if (found := _best(fields, wanted))]
    return "/".join(parts) if len(parts) > 1 else "/".join(dict.fromkeys([*parts, title]))


def _alarms(fields: Collection[Field]) -> bool:
    return any(set(field.names) & names.ALARMING for field in fields)
