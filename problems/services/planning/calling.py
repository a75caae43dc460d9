"""HTTP steps: called when a person presses, through the one hardened client.

What came back is its status and how long it took; nobody is shown the body, or a plan would be a way to read servers
of our own network that may be called (docs/outbound.md).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from lifecycle import clock
from lifecycle.transitions import InputRefused, lock, record_event
from outbound import Answer, OutboundError, request
from problems.models import PlanStep, RunStatus, RunStep, StepKind, StepStatus
from problems.services.planning.checking import host_of
from problems.services.planning.secrets import open_headers
from problems.services.planning.ticking import begin, end_step, facts_of, require_open, touch

SECONDS = 10.0
HELD_FOR = timedelta(seconds=30)
"""Longer than any call takes: after that, a call whose process died keeps nobody from repeating it."""


@dataclass(frozen=True)
class Call:
    """One press: the headers to send, and the mark by which its answer knows that no later press has taken over."""

    headers: dict[str, str]
    since: datetime


def call_step(step: RunStep, *, actor: Person, via: str) -> RunStep:
    """Make the call once. Done where the server says 2xx; otherwise the step stays open and shows the status.

    Nothing is locked while the call is on its way; a second press meanwhile is refused. An address that may not be
    called is refused by the client, and stays on the incident's timeline. Raises InputRefused, NotPermitted,
    TransitionRefused. In a drill nothing is called.
    """
    call = _take(step, actor, via)
    if step.run.incident.is_drill:
        _pretend(step, actor, via)
        return step
    started = monotonic()
    try:
        answer: Answer | OutboundError = _call(step.step, step.run.incident, call.headers)
    except OutboundError as error:
        answer = error
    _keep(step, answer, call, monotonic() - started, actor, via)
    return step


@transaction.atomic
def _take(step: RunStep, actor: Person, via: str) -> Call:
    """Mark the step as being called."""
    run, now = begin(step, actor), clock.now()
    if step.step.kind != StepKind.CALL:
        raise InputRefused(step=_("This step calls nothing."))
    require_open(step)
    if step.calling_since is not None and step.calling_since > now - HELD_FOR:
        raise InputRefused(step=_("The call is on its way already."))
    headers = open_headers(step.step)
    step.calling_since = now
    step.save(update_fields=["calling_since"])
    touch(run)
    data = {**facts_of(step), "method": step.step.method, "host": host_of(step.step.url)}
    record_event(run.incident, "call_step", actor=actor, via=via, data=data)
    return Call(headers, now)


@transaction.atomic
def _pretend(step: RunStep, actor: Person, via: str) -> None:
    """In a drill everything happens but what others would feel."""
    run = begin(step, actor)
    step.calling_since, step.answer = None, _("A drill: nothing was called.")
    step.save(update_fields=["calling_since", "answer"])
    if step.status == StepStatus.OPEN:
        end_step(run, step, StepStatus.DONE, actor=actor, via=via, verb="tick_step")


def _call(step: PlanStep, incident: Incident, headers: dict[str, str]) -> Answer:
    body = step.body.replace("{incident}", incident.reference).encode()
    names = {name.lower() for name in headers}
    if body and "content-type" not in names:
        kind = "application/json" if body.lstrip()[:1] in (b"{", b"[") else "text/plain; charset=utf-8"
        headers = {**headers, "Content-Type": kind}
    return request(step.method, step.url, headers=headers, body=body, seconds=SECONDS)


@transaction.atomic
def _keep(step: RunStep, answer: Answer | OutboundError, call: Call, seconds: float, actor: Person, via: str) -> None:
    """The answer belongs to the step even where somebody ended the run meanwhile; one that comes after the step was
    called again belongs to the timeline alone."""
    run = step.run
    lock(run)
    step.refresh_from_db()
    step.run = run
    is_latest = step.calling_since == call.since
    data: dict[str, Any]
    if isinstance(answer, Answer):
        words = _("Answered in %(seconds)s s.") % {"seconds": f"{seconds:.1f}"}
        data, note, is_done = {"status": answer.status}, "", answer.is_success
    else:
        words = note = str(answer)
        data, is_done = {"code": answer.code}, False
    if is_latest:
        step.calling_since, step.answer_status, step.answer = None, data.get("status"), words
        step.save(update_fields=["calling_since", "answer_status", "answer"])
    if is_latest and is_done and run.status == RunStatus.RUNNING and step.status == StepStatus.OPEN:
        end_step(run, step, StepStatus.DONE, actor=actor, via=via, verb="tick_step", data=data)
        return
    touch(run)
    facts = {**facts_of(step), "host": host_of(step.step.url), **data}
    record_event(run.incident, "answer_call" if is_done else "fail_call", actor=actor, via=via, note=note, data=facts)
