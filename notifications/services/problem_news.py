"""Tells by mail whose waiver is over: the problem's owner and who signed. Promised in the transaction of the event."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Person, Role
from lifecycle.models import Event
from notifications.models import Channel, Purpose
from notifications.services.plain import promise_plain
from problems import permissions
from problems.models import Problem


def tell_of_waiver(problem: Problem, event: Event) -> None:
    """One mail each. Where neither of the two is there any more and may see it, the incident managers decide."""
    known = [person for person in (problem.owner, problem.signed_by) if person is not None and person.is_active]
    there = {person.pk: person for person in known if permissions.sees(problem, person)}
    for person in there.values() or Person.objects.with_role(Role.INCIDENT_MANAGER):
        with override(person.language):
            sentence = _("A waiver is over: reopen the problem, or decide anew")
            promise_plain(
                recipient=person,
                channel=Channel.EMAIL,
                purpose=Purpose.ACTION,
                subject=f"{sentence}: {problem.title}",
                body=_body(problem, event, sentence),
                key=f"waiver:{event.pk}",
            )


def _body(problem: Problem, event: Event, sentence: str) -> str:
    facts = [
        _("The waiver held until %(day)s.") % {"day": event.data.get("ended_on", "")},
        _("Owner: %(name)s") % {"name": problem.owner.name if problem.owner else _("nobody")},
        _("Signed by: %(name)s") % {"name": problem.signed_by.name if problem.signed_by else _("nobody")},
    ]
    link = f"{settings.PUBLIC_URL}{problem.get_absolute_url()}"
    return "\n\n".join([f"{sentence}.", str(problem), problem.outcome_text, "\n".join(facts), link])
