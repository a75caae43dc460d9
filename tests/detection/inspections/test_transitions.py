"""The declared transitions of findings equal a literal table; all others are refused; four eyes see to the rest."""

from datetime import timedelta
from typing import Any

import pytest

from catalog.models import Role
from detection.inspections import services
from detection.inspections.kinds import Fact
from detection.models import Finding, FindingStatus
from incidents.commands import offered
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, declared, perform
from tests.clock import Clock
from tests.detection.inspections.makers import finding_in, make_finding, make_inspection, run, show
from tests.factories import acting, make_person

pytestmark = pytest.mark.django_db

TABLE = {
    "take_up": {"open"},
    "settle": {"open", "in_progress"},
    "confirm": {"done"},
    "close": {"open", "in_progress", "done", "waived"},
    "reappear": {"done", "closed"},
    "request_waiver": {"open", "in_progress"},
    "waive": {"open", "in_progress"},
    "reopen": {"done", "waived", "closed"},
}
OTHERS = [(verb, status) for verb, sources in TABLE.items() for status in FindingStatus.values if status not in sources]


def test_the_declared_transitions_equal_the_table() -> None:
    found: dict[str, set[str]] = {}
    for transition in declared(Finding):
        found.setdefault(transition.name, set()).add(str(transition.source))
    assert found == TABLE


def test_a_verb_is_refused_from_every_other_status() -> None:
    findings = {status: finding_in(status) for status in FindingStatus.values}
    for verb, status in OTHERS:
        finding = findings[status]
        events = Event.objects.about(finding).count()
        with pytest.raises(TransitionRefused) as refusal:
            perform(finding, verb, actor=None, via="web")
        assert verb not in refusal.value.allowed
        finding.refresh_from_db()
        assert (finding.status, Event.objects.about(finding).count()) == (status, events)


def test_a_finding_goes_its_way_and_another_person_confirms() -> None:
    alice, bob = make_person(), make_person(Role.DEVELOPER)
    finding = make_finding(owner=alice)
    services.take_up_finding(finding, **acting(alice))
    services.settle_finding(finding, note="The PIN is asked for.", **acting(alice))
    with pytest.raises(NotPermitted):
        services.confirm_finding(finding, **acting(alice))
    assert services.confirm_finding(finding, **acting(bob)).status == "closed"
    assert finding.periods.get().ended_at == finding.status_since
    services.reopen_finding(finding, reason="It takes 0000.", **acting(bob))
    assert (finding.status, finding.periods.filter(ended_at=None).count()) == ("open", 1)
    said = list(Event.objects.about(finding).values_list("verb", flat=True))
    assert said == ["find", "take_up", "settle", "confirm", "reopen"]


def test_a_risk_is_borne_by_somebody_other_than_its_owner_and_than_who_asked() -> None:
    owner, asker = make_person(Role.INCIDENT_MANAGER), make_person(Role.INCIDENT_MANAGER)
    engineer, manager = make_person(), make_person(Role.MANAGER)
    finding = make_finding(owner=owner)
    with pytest.raises(TransitionRefused, match="asked"):
        services.waive_finding(finding, **acting(manager))
    services.request_waiver(finding, reason="The terminals are replaced in June.", **acting(asker))
    for person in (owner, asker, engineer):
        with pytest.raises(NotPermitted):
            services.waive_finding(finding, **acting(person))
        assert "waive" not in [offer.verb for offer in offered(finding, person)]
    services.waive_finding(finding, **acting(manager))
    assert (finding.status, finding.waived_by) == ("waived", manager)
    services.reopen_finding(finding, reason="June is over.", **acting(engineer))
    assert (finding.waiver_reason, finding.waiver_by, finding.waived_by) == ("", None, None)


def test_who_only_reads_does_nothing() -> None:
    manager, reporter = make_person(Role.MANAGER), make_person(Role.REPORTER)
    finding = make_finding(owner=make_person())
    acts: list[Any] = [
        lambda who: services.take_up_finding(finding, **acting(who)),
        lambda who: services.settle_finding(finding, note="x", **acting(who)),
        lambda who: services.request_waiver(finding, reason="x", **acting(who)),
        lambda who: services.assign_finding(finding, owner=who, **acting(who)),
        lambda who: services.raise_problem_of(finding, **acting(who)),
    ]
    for act in acts:
        for person in (manager, reporter):
            with pytest.raises(NotPermitted):
                act(person)
    own = make_finding(owner=manager)
    assert services.take_up_finding(own, **acting(manager)).status == "in_progress"


def test_nothing_is_done_without_words() -> None:
    finding = make_finding()
    with pytest.raises(InputRefused):
        services.settle_finding(finding, note=" ", **acting())
    for ask in (services.request_waiver, services.reopen_finding):
        with pytest.raises(InputRefused):
            ask(finding, reason=" ", **acting())


def test_a_run_alone_says_that_a_finding_of_an_inspection_is_gone() -> None:
    show(Fact("a", "A"))
    inspection = make_inspection(service=None)
    run(inspection)
    finding = inspection.findings.get()
    services.settle_finding(finding, note="Done.", **acting())
    with pytest.raises(TransitionRefused, match="next run"):
        services.confirm_finding(finding, **acting())
    with pytest.raises(TransitionRefused, match="another person"):
        services.reinspect(make_finding(), **acting())
    services.reinspect(finding, **acting())
    inspection.refresh_from_db()
    assert inspection.asked_by is not None


def test_what_is_reopened_is_due_by_the_days_of_its_inspection(clock: Clock) -> None:
    clock.set(clock.now().replace(hour=20, minute=0) + timedelta(days=1))
    show(Fact("a", "A"))
    inspection = make_inspection(time_zone="Asia/Shanghai", days_until_due=0)
    run(inspection)
    finding = inspection.findings.get()
    services.settle_finding(finding, note="Done.", **acting())
    services.reopen_finding(finding, reason="Not at all.", **acting())
    assert finding.due_on == clock.now().date() + timedelta(days=1) + services.findings.AGAIN
