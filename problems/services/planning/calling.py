"""HTTP steps: called when a person presses, through the one hardened client, with what came back beside the step."""

import re
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from lifecycle import clock
from lifecycle.text import sanitise
from lifecycle.transitions import InputRefused, lock, record_event
from outbound import Answer, OutboundError, request
from problems.models import PlanStep, RunStatus, RunStep, StepKind, StepStatus
from problems.services.planning.checking import host_of
from problems.services.planning.secrets import open_headers
from problems.services.planning.ticking import begin, end_step, facts_of, require_open, touch

SECONDS = 10.0
HELD_FOR = timedelta(seconds=30)
"""Longer than any call takes: after that, a call whose process died keeps nobody from repeating it."""
KEPT_LETTERS = 500
SHORTEST_SECRET = 4
HIDDEN = "•••"


def call_step(step: RunStep, *, actor: Person, via: str) -> RunStep:
    """Make the call once. Done where the server says 2xx; otherwise the step stays open and shows what came back.

    Nothing is locked while the call is on its way; a second press meanwhile is refused. An address that may not be
    called is refused by the client, and stays on the incident's timeline. Raises InputRefused, NotPermitted,
    TransitionRefused. In a drill nothing is called.
    """
    headers = _take(step, actor, via)
    if step.run.incident.is_drill:
        _pretend(step, actor, via)
        return step
    try:
        answer: Answer | OutboundError = _call(step.step, step.run.incident, headers)
    except OutboundError as error:
        answer = error
    _keep(step, answer, headers, actor, via)
    return step


@transaction.atomic
def _take(step: RunStep, actor: Person, via: str) -> dict[str, str]:
    """Mark the step as being called. Returns the headers to send."""
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
    return headers


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
def _keep(step: RunStep, answer: Answer | OutboundError, headers: dict[str, str], actor: Person, via: str) -> None:
    """The answer belongs to the step even where somebody ended the run meanwhile."""
    run = step.run
    lock(run)
    step.refresh_from_db()
    step.run = run
    step.calling_since = None
    data: dict[str, Any]
    if isinstance(answer, Answer):
        step.answer_status, step.answer = answer.status, _first_words(answer.body, headers)
        data, note, is_done = {"status": answer.status}, "", answer.is_success
    else:
        step.answer_status, step.answer = None, str(answer)
        data, note, is_done = {"code": answer.code}, step.answer, False
    step.save(update_fields=["calling_since", "answer_status", "answer"])
    if is_done and run.status == RunStatus.RUNNING and step.status == StepStatus.OPEN:
        end_step(run, step, StepStatus.DONE, actor=actor, via=via, verb="tick_step", data=data)
        return
    touch(run)
    facts = {**facts_of(step), "host": host_of(step.step.url), **data}
    record_event(run.incident, "answer_call" if is_done else "fail_call", actor=actor, via=via, note=note, data=facts)


def _first_words(body: bytes, headers: dict[str, str]) -> str:
    """What may be kept of the answer: its beginning, without the secrets that were sent, should it repeat them."""
    text = sanitise(body[: 8 * KEPT_LETTERS].decode("utf-8", "replace"))
    for value in headers.values():
        for secret in {value, *value.split()}:
            if len(secret) >= SHORTEST_SECRET:
                text = re.sub(re.escape(secret), HIDDEN, text, flags=re.IGNORECASE)
    return text[:KEPT_LETTERS]
