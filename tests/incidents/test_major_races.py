"""A hundred people propose, or decide about, the same major incident: one winner, clean refusals."""

from typing import Any

import pytest

from catalog.models import Role
from incidents import services
from incidents.models import MajorProposal
from lifecycle.models import Event
from tests.factories import make_incident, make_person
from tests.incidents.test_races import all_at_once, fresh

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_hundred_propose_the_same_incident() -> None:
    incident, engineer = make_incident(), make_person()

    def propose(number: int) -> Any:
        return services.propose_major(fresh(incident), actor=engineer, via="web", reason=f"call {number}")

    answers, refusals = all_at_once(propose)
    assert (len(answers), len(refusals)) == (1, 99)
    assert Event.objects.filter(verb="propose_major").count() == incident.major_proposals.count() == 1


def test_a_hundred_decide_about_the_same_proposal() -> None:
    incident, managers = make_incident(), [make_person(Role.INCIDENT_MANAGER) for _number in range(4)]
    proposal = services.propose_major(incident, actor=make_person(), via="web", reason="calls")

    def decide(number: int) -> Any:
        found, manager = MajorProposal.objects.get(pk=proposal.pk), managers[number % 4]
        if number % 2:
            return services.accept_major(found, actor=manager, via="web", business_impact="no payments")
        return services.reject_major(found, actor=manager, via="web", reason="one shop")

    answers, refusals = all_at_once(decide)
    assert (len(answers), len(refusals)) == (1, 99)
    proposal.refresh_from_db()
    incident.refresh_from_db()
    assert incident.is_declared_major is (proposal.status == "accepted")
    assert Event.objects.filter(verb__in=("accept_major", "reject_major")).count() == 1
