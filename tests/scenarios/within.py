"""What a test or a measurement does inside a running stack: ``run(stack, "report", ...)`` calls a function from here.

Each function prints one line of JSON; it runs in a process of its own, with the stack's environment.
"""

import json
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deploy.stack import Stack
    from tests.scenarios.stage import Duty


def run(stack: "Stack", function: str, *arguments: Any) -> Any:
    """Call a function of this module in the stack; answers what it printed."""
    values = ", ".join(map(repr, arguments))
    code = f"from tests.scenarios import within; within.{function}({values})"
    done = stack.manage("shell", "--verbosity", "0", "-c", code)
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout.splitlines()[-1])


QUICK = ((0, "primary"), (4, "secondary"))


def lay_out(number: int, steps: Sequence[tuple[float, str]] = QUICK) -> None:
    """``number`` services with their people; incidents of level 2 page by ``steps``, seconds apart, and tell nobody
    else. Prints [{"service": id, "slug": ..., and a phone each: "primary", "secondary", "manager", "owner"}].
    """
    from django.db import transaction

    from tests.scenarios.stage import make_duty

    _go_on()
    with transaction.atomic():
        _set_quick_policy(steps)
        duties = [_name(make_duty()) for _place in range(number)]
    _answer(duties)


def _go_on() -> None:
    """Each call is a process of its own: the names that earlier ones gave are taken."""
    from catalog.models import BusinessLine, Person, Service, Team
    from tests.factories import number_after

    number_after(BusinessLine, Person, Service, Team)


def _set_quick_policy(steps: Sequence[tuple[float, str]]) -> None:
    from notifications.models import EscalationPolicy, EscalationStep, NotificationRule

    if EscalationPolicy.objects.filter(name="Quick").exists():
        return
    for table in (EscalationPolicy, NotificationRule):
        for calm in table.objects.filter(levels__contains=[2]):
            calm.levels = [level for level in calm.levels if level != 2]
            calm.save()
    quick = EscalationPolicy.objects.create(name="Quick", levels=[2], round_length=timedelta(minutes=20))
    for seconds, target in steps:
        after = timedelta(seconds=seconds)
        EscalationStep.objects.create(policy=quick, after=after, target=target, channels=["voice", "sms"])


def _name(duty: "Duty") -> dict[str, Any]:
    """Free the name of the service for the next duty."""
    duty.service.name = f"{duty.service.name} {duty.service.pk}"
    duty.service.save(update_fields=["name"])
    people = {role: getattr(duty, role).phone for role in ("primary", "secondary", "manager", "owner")}
    return {"service": duty.service.pk, "slug": duty.service.slug, **people}


def issue_token() -> None:
    """Prints a key to the API."""
    from catalog.services import issue_token as issue
    from tests.factories import make_person

    _go_on()
    _answer(issue(person=make_person(username="robot"), name="chaos")[1])


def report(service: int, level: int, title: str) -> None:
    """Open an incident; prints {"incident": id, "at": Unix time of the report by the database's clock}."""
    from catalog.models import Service
    from tests.factories import make_incident

    incident = make_incident(service=Service.objects.get(pk=service), level=level, title=title)
    _answer({"incident": incident.pk, "at": incident.reported_at.timestamp()})


def report_many(service: int, number: int, pause: float) -> None:
    """Open incidents of level 1 one after the other; prints how many."""
    from catalog.models import Service
    from tests.factories import make_incident

    chosen = Service.objects.get(pk=service)
    for place in range(number):
        make_incident(service=chosen, level=1, title=f"Disturbance {place}")
        time.sleep(pause)
    _answer(number)


def store_past(number: int) -> None:
    """Fill the outbox with finished deliveries and ended escalations, as after years; prints how many of each."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(PAST_DELIVERIES, [number])
        cursor.execute(PAST_ESCALATIONS, [number])
        cursor.execute("ANALYZE")
    _answer(number)


def prepare_storm(number: int, seconds: float) -> None:
    """As many incidents with a text to a person of its own each, all due at one moment some seconds from now; prints
    that moment as Unix time."""
    from catalog.models import Person
    from incidents.models import Incident
    from lifecycle import clock
    from notifications.models import Delivery, Escalation, EscalationPolicy
    from notifications.plan import Snapshot
    from tests.factories import make_incident

    _go_on()
    model = make_incident(title="Storm")
    kept = {field.attname: getattr(model, field.attname) for field in Incident._meta.concrete_fields}
    for unique in ("id", "status", "dedup_key"):
        kept.pop(unique)
    verified = {"phone_verified_at": clock.now(), "roles": ["operations"]}
    people = Person.objects.bulk_create(
        Person(username=f"storm{place}", name=f"Storm {place}", phone=f"+1556{place:07}", **verified)
        for place in range(number)
    )
    incidents = Incident.objects.bulk_create(Incident(**kept) for _place in range(number))
    at = clock.now() + timedelta(seconds=seconds)
    policy = EscalationPolicy.objects.get(levels__contains=[2])
    plan = {"policy": policy, "snapshot": Snapshot.of(policy).dump(), "started_at": at, "next_step": 1}
    Escalation.objects.bulk_create(
        Escalation(incident=incident, next_due_at=at + timedelta(hours=1), **plan) for incident in incidents
    )
    Delivery.objects.bulk_create(
        Delivery(
            incident=incident,
            recipient=person,
            channel="sms",
            purpose="page",
            dedup_key=f"escalation:{incident.pk}:0:{person.pk}:sms",
            destination=person.phone,
            body=f"[L2] INC-{incident.pk} Storm - reply 4 {incident.pk}",
            segments=1,
            wanted_at=at,
            due_at=at,
        )
        for incident, person in zip(incidents, people, strict=True)
    )
    _answer(at.timestamp())


def time_cycle(times: int) -> None:
    """Run the cycle when nothing is due; prints {"median_ms", "longest_ms", "queries"}."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from notifications.cycle import run_cycle
    from tests.scenarios.stage import tick

    tick()  # whatever was left to do
    with CaptureQueriesContext(connection) as queries:
        run_cycle("bench")
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        run_cycle("bench")
        spent.append(1000 * (time.perf_counter() - began))
    _answer({"median_ms": statistics.median(spent), "longest_ms": max(spent), "queries": len(queries)})


PAST_DELIVERIES = """
    INSERT INTO notifications_delivery (incident_id, recipient_id, channel, purpose, is_copy, dedup_key, token,
        destination, subject, body, status, not_sent_reason, due_at, attempt, provider_id, error_code, error,
        reached_by, sent_at, finished_at)
    SELECT i.id, p.id, 'sms', 'page', false, 'past:' || n, 'past-' || n, '+15550001111', '', 'text', 'delivered', '',
        statement_timestamp() - n * interval '1 minute', 1, 'SMpast' || n, '', '', '', statement_timestamp(),
        statement_timestamp()
    FROM generate_series(1, %s) n, (SELECT min(id) AS id FROM incidents_incident) i,
        (SELECT min(id) AS id FROM catalog_person) p
"""
PAST_ESCALATIONS = """
    INSERT INTO notifications_escalation (incident_id, snapshot, status, next_step, stopped_at, stop_reason)
    SELECT i.id, '{}', 'stopped', 1, statement_timestamp(), 'acknowledged'
    FROM generate_series(1, %s) n, (SELECT min(id) AS id FROM incidents_incident) i
"""


def _answer(value: Any) -> None:
    sys.stdout.write(f"{json.dumps(value)}\n")
