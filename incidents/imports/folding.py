"""Folds the rows of one reference into a draft of an incident. Pure: values in, a draft out, faults to ``complain``."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from incidents.imports.cells import Cells
from incidents.imports.drafts import Draft, Step
from incidents.imports.faults import Fault, Outcome
from incidents.imports.histories import FIRST, History, read_history
from incidents.imports.profile import CHANGES_OF, Profile, StatusWord
from incidents.imports.rows import Row
from incidents.imports.values import fill_in
from lifecycle.text import one_line

ENDED = ("resolved", "closed")
LONGEST_FACT = 2000
LONGEST_TITLE, LONGEST_SERVICE, LONGEST_REPORTER = 300, 100, 100
MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,250}\.[^@\s.]{1,60}")
ORDER = ("occurred", "opened", "acknowledged", "recovered", "resolved", "closed")


def fold(rows: Sequence[Row], profile: Profile, *, latest: datetime, complain: Callable[[Fault], Any]) -> Draft | None:
    """None where no row can be used. ``latest``: no moment may lie after it (now)."""
    history = read_history([Cells.of(row, profile, latest, complain) for row in rows], profile)
    if history is None:
        return None
    last = history.last.cells
    moments, contradictions = _moments(history, profile)
    priority = last.degree(profile.priority)
    return Draft(
        reference=last.row.reference,
        columns={
            **_texts(last, profile),
            **_status(history, moments),
            "priority": priority,
            "impact": last.degree(profile.impact),
            "urgency": last.degree(profile.urgency),
            "reopen_count": (reopen_count := _reopen_count(history, profile)),
        },
        steps=history.steps or _steps_of_moments(history, moments),
        facts={
            **_facts(history, profile),
            "reopen_count": reopen_count,
            **{f"{name}_at": _iso(moments.get(name)) for name in (*ORDER, *moments)},
            **({"contradictions": contradictions} if contradictions else {}),
        },
        service=_service(last, profile),
        category=tuple(name for column in profile.category if (name := one_line(last.text(column), longest=100))),
        level=profile.level_of_priority.get(priority, profile.level) if priority else None,
    )


def _texts(last: Cells, profile: Profile) -> dict[str, str]:
    title = one_line(fill_in(profile.title, last.texts), longest=LONGEST_TITLE)
    email = last.text(profile.reporter.email)
    contact = last.text(profile.reporter.contact)
    is_mail = MAIL.fullmatch(email) is not None
    return {
        "title": title or last.row.reference,
        "description": fill_in(profile.description, last.texts),
        "external_reference": last.row.reference,
        "reporter_name": one_line(last.text(profile.reporter.name), longest=LONGEST_REPORTER),
        "reporter_contact": one_line(contact or ("" if is_mail else email), longest=200),
        "reporter_email": email if is_mail else "",
    }


def _service(last: Cells, profile: Profile) -> str:
    """Rows that name none go to the one for all, or to one that says so."""
    name = last.text(profile.service.column) or profile.service.name or "unknown"
    return one_line(f"{profile.service.prefix}{name}", longest=LONGEST_SERVICE)


# --- Moments --------------------------------------------------------------------------------------------------


def _moments(history: History, profile: Profile) -> tuple[dict[str, datetime], dict[str, str]]:
    """(name -> moment, those left out because they lie before the opening)."""
    last = history.last.cells
    found = {name: _moment(history, profile, name) for name in profile.moments}
    opened = found.get("opened") or history.first.at
    known: dict[str, datetime] = {"opened": opened}
    contradictions: dict[str, str] = {}
    for name, at in found.items():
        column = profile.moments[name].column
        if at is None or name in ("opened", "occurred"):
            continue
        if at >= opened or not column:
            known[name] = max(at, opened)  # rows may be a little older than the opening that somebody typed
        else:
            contradictions[f"{name}_at"] = at.isoformat()
            last.fault(column, f"{name} before it was opened: the moment is left out", Outcome.VALUE)
    known["occurred"] = min(found.get("occurred") or opened, opened)
    _compare_ends(known, last, profile)
    return known, contradictions


def _moment(history: History, profile: Profile, name: str) -> datetime | None:
    moment = profile.moments[name]
    if moment.column:
        return history.last.cells.moment(moment.column)
    return history.time_of(moment) if profile.row_time else None


def _compare_ends(known: dict[str, datetime], last: Cells, profile: Profile) -> None:
    resolved, closed = known.get("resolved"), known.get("closed")
    if resolved and closed and closed < resolved:
        column = profile.moments["closed"].column
        last.fault(column, "closed before it was resolved: both are kept as recorded", Outcome.KEPT)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


# --- Status ---------------------------------------------------------------------------------------------------


def _status(history: History, moments: dict[str, datetime]) -> dict[str, Any]:
    """The status with the moments that belong to it. An ended incident has a resolved_at: where the source knows none,
    the closing or else the last row stands in, while facts["resolved_at"] stays empty."""
    word = history.last.word
    status, end = word.status, max(history.last.at, moments["opened"])
    is_closed, is_ended = status == "closed", status in ENDED
    closed = moments.get("closed", max(end, moments.get("resolved", end))) if is_closed else None
    return {
        "status": status,
        "occurred_at": moments["occurred"],
        "reported_at": moments["opened"],
        "acknowledged_at": None if status == "reported" else moments.get("acknowledged"),
        "recovered_at": _recovered_at(history, moments),
        "resolved_at": (moments.get("resolved") or closed or end) if is_ended else None,
        "is_resolution_assumed": is_ended and "resolved" not in moments,
        "closed_at": closed,
        "cancelled_at": end if status == "cancelled" else None,
        **_waiting(history, word),
    }


def _recovered_at(history: History, moments: dict[str, datetime]) -> datetime | None:
    """Where it is recovered, or ended and once was."""
    own = moments.get("recovered")
    if history.last.word.status in ENDED:
        return own
    since = history.recovered_since()
    return (own or max(since, moments["opened"])) if since else None


def _waiting(history: History, word: StatusWord) -> dict[str, str]:
    if word.status != "pending":
        return {"waiting_for": "", "pending_reason": "", "held_from": ""}
    return {
        "waiting_for": word.waiting_for,
        "pending_reason": history.last.state,
        "held_from": "recovered" if history.recovered_since() else "acknowledged",
    }


def _steps_of_moments(history: History, moments: dict[str, datetime]) -> list[Step]:
    """An export with one row an incident knows its history from its moments only."""
    names = {"opened": FIRST.status} | {name: name for name in ORDER[2:]}
    known = sorted(
        (moments[name], place, status) for place, (name, status) in enumerate(names.items()) if name in moments
    )
    steps: list[Step] = []
    for at, _place, status in known:
        before = steps[-1].to_status if steps else ""
        steps.append(Step(at, history.last.cells.row.number, status, before, status))
    now, row = history.last, history.last.cells.row.number
    if steps[-1].to_status != now.word.status:
        steps.append(Step(steps[-1].at, row, now.state, steps[-1].to_status, now.word.status))
    return steps


# --- Facts ----------------------------------------------------------------------------------------------------


def _reopen_count(history: History, profile: Profile) -> int:
    reopened = profile.reopened
    if reopened.column:
        return max((row.cells.count(reopened.column) or 0 for row in history.rows), default=0)
    return history.count_reopenings(reopened.out_of, reopened.into)


def _facts(history: History, profile: Profile) -> dict[str, Any]:
    """What the last row says, in the source's own words; None where it is unknown."""
    last = history.last.cells
    known = {
        "state": history.last.state,
        "priority": last.text(profile.priority.column),
        "impact": last.text(profile.impact.column),
        "urgency": last.text(profile.urgency.column),
        "group": last.text(profile.group),
        "service": last.text(profile.service.column),
        "category": last.text(profile.category[0]) if profile.category else "",
        "problem_id": last.text(profile.problem),
    }
    return {
        **{name: text[:LONGEST_FACT] or None for name, text in known.items()},
        "problem_ids": list(
            dict.fromkeys(problem for row in history.rows if (problem := row.cells.text(profile.problem)))
        ),
        "sla_met": last.verdict(profile.sla),
        "first_event_at": _iso(history.first.at),
        "last_event_at": _iso(history.last.at),
        "rows": len(history.rows),
        **{name: _counter(history, column) for name, column in profile.counters.items()},
        "other": {name: last.text(column)[:LONGEST_FACT] or None for name, column in profile.facts.items()},
    }


def _counter(history: History, column: str) -> int | None:
    """The number in the last row; "changes of X": how often X changed from row to row."""
    changing = column.removeprefix(CHANGES_OF)
    return history.count_changes(changing) if changing != column else history.last.cells.count(column)
