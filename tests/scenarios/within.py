"""What a test or a measurement does inside a running stack: ``run(stack, "report", ...)`` calls a function from here.

Each function prints one line of JSON; it runs in a process of its own, with the stack's environment.
"""

import json
import sys
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


def lay_out(number: int) -> None:
    """``number`` services with their people; level 2 pages the secondary four seconds after the primary.

    Prints [{"service": id, "primary": phone, "secondary": phone}].
    """
    from notifications.models import EscalationPolicy, EscalationStep
    from tests.scenarios.stage import make_duty

    calm = EscalationPolicy.objects.get(levels__contains=[2])
    calm.levels = [1]
    calm.save()
    quick = EscalationPolicy.objects.create(name="Quick", levels=[2], round_length=timedelta(minutes=20))
    for seconds, target in ((0, "primary"), (4, "secondary")):
        after = timedelta(seconds=seconds)
        EscalationStep.objects.create(policy=quick, after=after, target=target, channels=["voice", "sms"])
    _answer([_name(make_duty(), place) for place in range(number)])


def _name(duty: "Duty", place: int) -> dict[str, Any]:
    """Free the name of the service for the next duty."""
    duty.service.name = f"{duty.service.name} {place}"
    duty.service.save(update_fields=["name"])
    return {"service": duty.service.pk, "primary": duty.primary.phone, "secondary": duty.secondary.phone}


def report(service: int, level: int, title: str) -> None:
    """Open an incident; prints {"incident": id, "at": Unix time of the report by the database's clock}."""
    from catalog.models import Service
    from tests.factories import make_incident

    incident = make_incident(service=Service.objects.get(pk=service), level=level, title=title)
    _answer({"incident": incident.pk, "at": incident.reported_at.timestamp()})


def _answer(value: Any) -> None:
    sys.stdout.write(f"{json.dumps(value)}\n")
