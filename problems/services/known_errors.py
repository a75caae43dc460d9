"""Writing known errors down, and telling the open incidents what to do meanwhile."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from problems import permissions
from problems.models import KnownError, Problem


@transaction.atomic
def update_known_error(
    problem: Problem,
    *,
    actor: Person | None,
    via: str,
    cause: str,
    workaround: str,
    symptom: str = "",
    affected_version: str = "",
    expected_version: int | None = None,
) -> KnownError:
    """Write the known error anew; its workaround goes to every open incident that is linked."""
    if actor is not None and not permissions.works_on(problem, actor):
        raise NotPermitted("update_known_error")
    lock(problem, expected_version=expected_version)
    if not KnownError.objects.filter(problem=problem).exists():
        raise InputRefused(cause=_("It is no known error yet."))
    known = write_down(
        problem, actor=actor, cause=cause, workaround=workaround, symptom=symptom, affected_version=affected_version
    )
    problem.version += 1
    problem.save(update_fields=["version"])
    data = {"known_error": known.reference, "revision": known.revision}
    record_event(problem, "update_known_error", actor=actor, via=via, note=workaround, data=data)
    push_workaround(problem, known, actor=actor, via=via)
    return known


def write_down(
    problem: Problem, *, actor: Person | None, cause: str, workaround: str, symptom: str, affected_version: str
) -> KnownError:
    """Create or rewrite the problem's known error. Raises InputRefused without a cause or a workaround."""
    require_content(cause=cause, workaround=workaround)
    known = KnownError.objects.filter(problem=problem).first()
    if known is None:
        known = KnownError(revision=0)
    known.problem = problem
    known.cause, known.workaround = cause.strip(), workaround.strip()
    known.symptom, known.affected_version = symptom.strip(), affected_version.strip()
    known.revision += 1
    known.written_by, known.written_at = actor, clock.now()
    known.save()
    return known


def require_content(**texts: str) -> None:
    missing = {name: _("A known error needs this.") for name, text in texts.items() if not text.strip()}
    if missing:
        raise InputRefused(**missing)


def push_workaround(problem: Problem, known: KnownError, *, actor: Person | None, via: str) -> None:
    """Put the workaround on the timeline of every open incident behind which the problem stands."""
    data = {"problem": problem.pk, "reference": problem.reference, "known_error": known.reference}
    for incident in problem.incidents.open():
        record_event(incident, "receive_workaround", actor=actor, via=via, note=known.workaround, data=data)
