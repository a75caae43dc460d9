"""What must be true after a run, read from the database and from the carrier's memory. The rules are pure."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.plan import STEPS
from tests.chaos.town import Town

# What is on its way when the acknowledgement commits may still arrive; a process that stood still sends it later.
IN_FLIGHT = 8.0
OPEN = ("queued", "sending")
FIRED = ("page", "page_skipped", "page_left_out")
ARRIVED = ("sent", "delivered")
DELIVERIES = """
    SELECT d.id, d.incident_id, d.token, d.channel, d.status, d.dedup_key, d.attempt,
        coalesce(nullif(d.not_sent_reason, ''), nullif(d.error, ''), nullif(d.error_code, ''), '')
    FROM notifications_delivery d WHERE d.incident_id = ANY(%s) AND d.purpose = 'page'
"""
EVENTS = """
    SELECT e.subject_id, e.verb, e.to_status, e.data, extract(epoch FROM e.recorded_at)::float
    FROM lifecycle_event e JOIN django_content_type t ON t.id = e.subject_type_id
    WHERE t.app_label = 'incidents' AND t.model = 'incident' AND e.subject_id = ANY(%s) ORDER BY e.id
"""
ESCALATIONS = """
    SELECT incident_id, status, extract(epoch FROM started_at)::float FROM notifications_escalation
    WHERE incident_id = ANY(%s) ORDER BY id
"""
INCIDENTS = "SELECT id, status, handler_id IS NOT NULL FROM incidents_incident WHERE id = ANY(%s)"


@dataclass(frozen=True)
class Page:
    """A delivery with the moments at which the carrier took it."""

    pk: int
    token: str
    channel: str
    status: str
    key: str
    attempt: int
    why_not: str
    taken_at: tuple[float, ...]


@dataclass
class Case:
    """One incident as it ended."""

    pk: int
    status: str = ""
    has_handler: bool = False
    started_at: float | None = None
    escalation: str = ""
    events: list[tuple[str, str, dict[str, Any], float]] = field(default_factory=list)
    pages: dict[int, Page] = field(default_factory=dict)

    def moments(self, verb: str) -> list[float]:
        return [at for name, _status, _data, at in self.events if name == verb]

    @property
    def acknowledged_at(self) -> float | None:
        return next(iter(self.moments("acknowledge")), None)

    def of_step(self, step: int) -> list[tuple[str, dict[str, Any]]]:
        """The events that tell of a step: it paged or it was left out."""
        told = [(verb, data) for verb, _status, data, _at in self.events if verb in FIRED]
        return [(verb, data) for verb, data in told if data.get("step") == step]


@dataclass
class Verdict:
    complaints: list[str] = field(default_factory=list)
    due: int = 0
    lost: int = 0
    duplicates: int = 0
    late: int = 0
    """Pages that the carrier took after the acknowledgement, within what may be in flight."""
    lags: list[float] = field(default_factory=list)


def read_cases(town: Town, incidents: list[int]) -> dict[int, Case]:
    cases = {pk: Case(pk) for pk in incidents}
    taken = _taken(town.ask_carrier("state"))
    for pk, status, has_handler in town.rows(INCIDENTS, incidents):
        cases[pk].status, cases[pk].has_handler = status, has_handler
    for pk, verb, status, data, at in town.rows(EVENTS, incidents):
        cases[pk].events.append((verb, status, data, at))
    for pk, status, started_at in town.rows(ESCALATIONS, incidents):
        cases[pk].escalation, cases[pk].started_at = status, cases[pk].started_at or started_at
    for pk, incident, token, channel, status, key, attempt, why_not in town.rows(DELIVERIES, incidents):
        moments = tuple(sorted(taken.get(token, ())))
        cases[incident].pages[pk] = Page(pk, token, channel, status, key, attempt, why_not, moments)
    return cases


def _taken(state: dict[str, Any]) -> dict[str, list[float]]:
    """Token of the delivery -> when the carrier took a message of it."""
    taken: dict[str, list[float]] = {}
    for record in [*state["calls"], *state["messages"]]:
        if record["callback_url"]:
            token = record["callback_url"].rstrip("/").split("/")[-2]
            taken.setdefault(token, []).append(record["created_at"])
    for mail in state["emails"]:
        token = mail["headers"].get("Message-ID", "").strip("<>").partition("@")[0]
        taken.setdefault(token, []).append(mail["created_at"])
    return taken


def has_settled(case: Case, now: float) -> bool:
    """Nothing more is going to happen by itself within the run."""
    if any(page.status in OPEN for page in case.pages.values()):
        return False
    if case.acknowledged_at is not None:
        return case.escalation != "running"
    return case.started_at is not None and all(case.of_step(step) for step in range(len(STEPS)))


def judge(cases: list[Case]) -> Verdict:
    verdict = Verdict()
    for case in cases:
        _judge_steps(case, verdict)
        _judge_pages(case, verdict)
        _judge_state(case, verdict)
    return verdict


def _judge_steps(case: Case, verdict: Verdict) -> None:
    """Every step that was due before the acknowledgement paged somebody, or says why it did not."""
    if case.started_at is None:
        if case.acknowledged_at is None:
            verdict.lost += 1
            verdict.complaints.append(f"INC-{case.pk}: nobody was paged at all")
        return
    for step, (after, _target) in enumerate(STEPS):
        due_at = case.started_at + after
        told = case.of_step(step)
        if not told and case.acknowledged_at is None:
            verdict.lost += 1
            verdict.complaints.append(f"INC-{case.pk}: step {step} did not fire")
        if not told:
            continue
        verdict.due += 1
        if len(told) > 1:
            verdict.complaints.append(f"INC-{case.pk}: step {step} fired {len(told)} times")
        verb, data = told[0]
        if verb == "page":
            _judge_page_event(case, step, due_at, data, verdict)


def _judge_page_event(case: Case, step: int, due_at: float, data: dict[str, Any], verdict: Verdict) -> None:
    pages = [case.pages[pk] for pk in data["deliveries"] if pk in case.pages]
    arrivals = [page.taken_at[0] for page in pages if page.taken_at]
    if not pages or not (arrivals or all(page.why_not for page in pages)):
        verdict.lost += 1
        verdict.complaints.append(f"INC-{case.pk}: step {step} was promised and did not arrive: {pages}")
    verdict.lags += [min(arrivals) - due_at] if arrivals else []


def _judge_pages(case: Case, verdict: Verdict) -> None:
    for page in case.pages.values():
        verdict.duplicates += max(0, len(page.taken_at) - 1)
        if page.status in OPEN:
            verdict.complaints.append(f"INC-{case.pk}: {page.key} is still {page.status}")
        elif page.status in ARRIVED and not page.taken_at:
            verdict.complaints.append(f"INC-{case.pk}: {page.key} is {page.status}, and the carrier never had it")
        elif page.status not in ARRIVED and not page.why_not:
            verdict.complaints.append(f"INC-{case.pk}: {page.key} is {page.status} and says not why")
        for at in page.taken_at if case.acknowledged_at else ():
            after = at - (case.acknowledged_at or at)
            verdict.late += after > 0
            if after > IN_FLIGHT:
                verdict.complaints.append(f"INC-{case.pk}: {page.key} came {after:.1f} s after the acknowledgement")


def _judge_state(case: Case, verdict: Verdict) -> None:
    """The incident is what its facts say, and paging runs only while nobody has it."""
    told = [status for _verb, status, _data, _at in case.events if status]
    if not told or told[-1] != case.status:
        verdict.complaints.append(f"INC-{case.pk} is {case.status}, its events say {told}")
    taken = len(case.moments("acknowledge"))
    if taken > 1 or (taken == 1) != case.has_handler:
        verdict.complaints.append(f"INC-{case.pk} was acknowledged {taken} times; has a handler: {case.has_handler}")
    if taken and case.escalation == "running":
        verdict.complaints.append(f"INC-{case.pk} is acknowledged and paging goes on")
    doubled = [key for key, number in Counter(page.key for page in case.pages.values()).items() if number > 1]
    if doubled:
        verdict.complaints.append(f"INC-{case.pk}: promised twice: {doubled}")
