"""Steps that page: what is wanted stands on the incident's timeline, and paging reacts to it."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle.transitions import InputRefused, lock
from problems.models import PageRole, RunStep, StepKind, StepStatus
from problems.services.planning.ticking import begin, end_step, require_open

VERB = "page_from_plan"


@transaction.atomic
def page_step(step: RunStep, *, actor: Person, via: str) -> RunStep:
    """Page whom the step names, once: pressed twice it pages once.

    The event ``page_from_plan`` of the incident says whom: ``role``, and ``person`` where it is one in particular.
    """
    lock(step.run.incident)  # before the run's, as everywhere: whoever reacts writes to the incident
    run = begin(step, actor)
    if step.step.kind != StepKind.PAGE:
        raise InputRefused(step=_("This step pages nobody."))
    if step.status == StepStatus.DONE:
        return step
    require_open(step)
    if run.incident.is_over:
        raise InputRefused(step=_("The incident is over: nobody needs to be paged."))
    data: dict[str, Any] = {"role": step.step.role, "whom": str(step.step.person or step.step.get_role_display())}
    if step.step.role == PageRole.PERSON:
        data["person"] = step.step.person_id
    end_step(run, step, StepStatus.DONE, actor=actor, via=via, verb=VERB, data=data)
    return step
