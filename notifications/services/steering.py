"""What people change about a running escalation: earlier, left out, one more person."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Event, Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from notifications.models import Delivery, Escalation, EscalationStatus, Purpose
from notifications.plan import Due, Snapshot
from notifications.services.escalating import ZERO, due_steps, exhaust
from notifications.services.promising import ASKED, promise


@transaction.atomic
def escalate_now(incident: Incident, *, actor: Person | None, via: str, asked_in: Delivery | None = None) -> bool:
    """Page the next person at once instead of at the planned time; False where nothing is running.

    ``asked_in`` is the message whose key or reply asks: it counts once, however often a carrier repeats itself.
    Of several escalations the one whose next step is nearest comes forward.
    """
    lock(incident)
    data = {"delivery": asked_in.pk} if asked_in else {}
    if asked_in and Event.objects.about(incident).filter(verb="escalate", data=data).exists():
        return True
    escalation = incident.escalations.filter(status=EscalationStatus.RUNNING).order_by("next_due_at").first()
    if escalation is None:
        return False
    _bring_forward(escalation)
    record_event(incident, "escalate", actor=actor, via=via, data=data)
    return True


@transaction.atomic
def page_step_now(escalation: Escalation, step: int, *, actor: Person | None, via: str = Via.WEB) -> None:
    """Page a step to come at once; those before it are passed over, the later ones come earlier by as much."""
    incident = _begin(escalation, actor)
    dues = due_steps(escalation)
    wanted = _step(dues, step)
    passed = [due.step.index for due in dues if due.step.index < step]
    escalation.next_step, escalation.next_due_at = step, wanted.at
    _bring_forward(escalation)
    data = {"step": step, "target": wanted.step.target, "passed_over": passed}
    record_event(incident, "escalate", actor=actor, via=via, data=data)


@transaction.atomic
def skip_step(escalation: Escalation, step: int, *, actor: Person | None, via: str = Via.WEB) -> None:
    """Leave out the next step; all others keep their moments. ``step`` says which one was meant, so that two people who
    press at once skip one."""
    incident = _begin(escalation, actor)
    dues = due_steps(escalation)
    if step != escalation.next_step:
        raise InputRefused(step=_("That is no longer the next step. Look again."))
    due = dues[0]
    following = dues[1] if len(dues) > 1 else None
    data = {"step": step, "target": due.step.target, "due_at": due.at.isoformat()}
    record_event(incident, "skip_page", actor=actor, via=via, data=data)
    if following is None:
        exhaust(escalation)
        return
    escalation.next_step, escalation.next_due_at = following.step.index, following.at
    escalation.save(update_fields=["next_step", "next_due_at"])


@transaction.atomic
def add_to_escalation(escalation: Escalation, person: Person, *, actor: Person | None, via: str = Via.WEB) -> None:
    """Page that person too with every step to come."""
    incident = _begin(escalation, actor)
    _require_colleague(person)
    snapshot = Snapshot.load(escalation.snapshot)
    if person.pk in snapshot.also:
        raise InputRefused(person=_("%(person)s is paged with every step already.") % {"person": person})
    escalation.snapshot = {**escalation.snapshot, "also": [*snapshot.also, person.pk]}
    escalation.save(update_fields=["snapshot"])
    record_event(incident, "add_to_pages", actor=actor, via=via, data={"people": [person.name]})


@transaction.atomic
def page_person(incident: Incident, person: Person, *, actor: Person | None, via: str = Via.WEB) -> list[Delivery]:
    """Page somebody at once, by their own rules, whatever the plan says."""
    _require(incident, actor)
    lock(incident)
    _require_colleague(person)
    if incident.is_over:
        raise InputRefused(person=_("The incident is over: nobody needs to be paged."))
    event = record_event(incident, "page_person", actor=actor, via=via, data={"people": [person.name]})
    return promise(incident=incident, recipients=[person], channels=[], purpose=Purpose.PAGE, key=f"{ASKED}{event.pk}")


def may_steer(incident: Incident, person: Person) -> bool:
    return permissions.resolves(incident, person) or permissions.manages(incident, person)


def _begin(escalation: Escalation, actor: Person | None) -> Incident:
    """The incident's lock first, then the escalation as it is now."""
    incident = escalation.incident
    _require(incident, actor)
    lock(incident)
    escalation.refresh_from_db()
    escalation.incident = incident
    if escalation.status != EscalationStatus.RUNNING:
        raise InputRefused(step=_("This escalation is not running any more."))
    return incident


def _require(incident: Incident, actor: Person | None) -> None:
    if actor is not None and not may_steer(incident, actor):
        raise NotPermitted("page")


def _require_colleague(person: Person) -> None:
    if not person.is_colleague:
        raise InputRefused(person=_("%(person)s has no active account.") % {"person": person})


def _step(dues: list[Due], step: int) -> Due:
    found = next((due for due in dues if due.step.index == step), None)
    if found is None:
        raise InputRefused(step=_("That step has been taken already. Look again."))
    return found


def _bring_forward(escalation: Escalation) -> None:
    """The next step is due now, and all the later ones come earlier by as much."""
    if escalation.next_due_at is None:
        return
    ahead: timedelta = max(escalation.next_due_at - clock.now(), ZERO)
    escalation.brought_forward = (escalation.brought_forward or ZERO) + ahead
    escalation.next_due_at -= ahead
    escalation.save(update_fields=["next_step", "brought_forward", "next_due_at"])
