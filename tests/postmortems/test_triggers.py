"""When a postmortem is proposed, what becomes one, and why: the policy against what an incident did."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Audience, Person, Role
from config.context_processors import _counts
from incidents import services as incident_services
from incidents.models import Incident
from incidents.presentation.approvals import decisions_for
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted
from notifications.models import Delivery
from notifications.services.dispatching import dispatch_events
from notifications.services.noticing import fire_notices
from postmortems import services
from postmortems.decisions import waiting_for
from postmortems.models import Postmortem, TriggerRule
from postmortems.services.settings import add_trigger, set_trigger
from postmortems.services.triggering import look_at
from postmortems.trigger import Effect, judge, minutes_of
from problems.services import raise_problem
from tests.factories import make_person, make_service
from tests.postmortems.makers import recovered_incident

WHO: dict[str, Any] = {"actor": None, "via": "web"}
AT = datetime(2026, 11, 21, 10, tzinfo=UTC)


def row(kind: str, threshold: int) -> Any:
    return SimpleNamespace(pk=1, kind=kind, threshold=threshold, days=None, answer="propose")


@pytest.mark.parametrize(
    ("kind", "threshold", "seen", "holds"),
    [
        ("level", 1, 2, False),
        ("level", 2, 2, True),
        ("level", 3, 2, True),
        ("major", 1, 1, True),
        ("users", 500, 500, True),
        ("users", 501, 500, False),
        ("share", 5, 5.0, True),
        ("share", 6, 5.0, False),
        ("down", 75, 75, True),
        ("down", 76, 75, False),
        ("service", 3, 3, True),
        ("problem", 4, 3, False),
    ],
)
def test_a_row_holds_from_its_threshold_on(kind: str, threshold: int, seen: float, holds: bool) -> None:
    down = [(AT, AT + timedelta(minutes=60)), (AT + timedelta(minutes=45), AT + timedelta(minutes=75))]
    effect = Effect(level=2, is_major=True, users=500, share=5.0, down=down, alike={1: 3})
    (finding,) = judge(effect, [row(kind, threshold)])
    assert (finding.seen, finding.holds) == (seen, holds)


def test_what_is_not_known_does_not_hold_and_overlaps_count_once() -> None:
    effect = Effect(level=3, is_major=False, users=9, share=None, down=[], alike={})
    assert [each.holds for each in judge(effect, [row("share", 1), row("service", 1)])] == [False, False]
    assert minutes_of([]) == 0
    apart = [(AT + timedelta(minutes=90), AT + timedelta(minutes=100)), (AT, AT + timedelta(minutes=5))]
    assert minutes_of(apart) == 15


def end(incident: Incident) -> Incident:
    if incident.level_id == 1:
        solution = incident_services.propose_solution(
            incident, text="Revert", actor=make_person(Role.INCIDENT_MANAGER), via="web"
        )
        incident_services.approve_solution(solution, actor=make_person(Role.INCIDENT_MANAGER), via="web")
    incident_services.resolve_incident(incident, resolution="Reverted", cause_class="known", **WHO)
    return incident


@pytest.mark.django_db
def test_an_incident_of_level_1_is_proposed_when_it_ends_and_never_twice() -> None:
    incident = end(recovered_incident(level=1, title="Cards fail"))
    postmortem = incident.postmortems.get()
    assert (postmortem.status, postmortem.title, postmortem.entries.count()) == ("proposed", "Cards fail", 0)
    services.decline_postmortem(postmortem, reason="The bank's own", **WHO)
    incident_services.confirm_incident(incident, note="by phone", **WHO)
    incident_services.close_incident(incident, **WHO)
    assert incident.postmortems.get() == postmortem
    assert postmortem.decline_reason == "The bank's own"
    services.begin_postmortem(postmortem, **WHO)
    assert (postmortem.status, postmortem.decline_reason) == ("timeline", "")
    assert postmortem.entries.exists()


@pytest.mark.django_db
def test_a_small_incident_is_not_and_its_page_says_why() -> None:
    incident = end(recovered_incident(level=3))
    look = incident.postmortem_looks.get()
    assert (look.outcome, [row["holds"] for row in look.findings]) == ("none", [False] * TriggerRule.objects.count())
    client = Client()
    client.force_login(make_person())
    body = client.get(incident.get_absolute_url()).content.decode()
    assert "Why was none proposed?" in body
    assert "Level 1 or worse" in body


@pytest.mark.django_db
def test_the_share_of_users_is_that_of_the_day() -> None:
    incident = recovered_incident(level=3)
    Audience.objects.create(
        service=incident.service, valid_from=incident.occurred_at.date(), daily_users=1000, daily_page_views=5000
    )
    incident_services.record_impact(incident, affected_users=50, **WHO)
    end(incident)
    finding = next(each for each in incident.postmortem_looks.get().findings if each["kind"] == "share")
    assert (finding["seen"], finding["holds"]) == (5.0, True)


@pytest.mark.django_db
def test_a_group_asks_an_incident_manager_and_becomes_one_postmortem() -> None:
    service = make_service()
    rule = TriggerRule.objects.get(kind="service")
    set_trigger(rule, threshold=3, days=7)
    first, second, third = (recovered_incident(service=service, level=3) for _number in range(3))
    end(first), end(second), end(third)
    postmortem = Postmortem.objects.get()
    assert set(postmortem.incidents.all()) == {first, second, third}
    assert postmortem.is_asked
    with pytest.raises(NotPermitted):
        services.begin_postmortem(postmortem, actor=make_person(Role.OPERATIONS), via="web")
    with pytest.raises(InputRefused):
        services.decline_postmortem(postmortem, actor=make_person(Role.INCIDENT_MANAGER), via="web", reason=" ")
    services.begin_postmortem(postmortem, actor=make_person(Role.INCIDENT_MANAGER), via="web")
    assert postmortem.status == "timeline"


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["problem", "family", "group"])
def test_what_belongs_together_joins_while_nothing_was_concluded(way: str) -> None:
    first = end(recovered_incident(level=1))
    postmortem = first.postmortems.get()
    services.begin_postmortem(postmortem, **WHO)
    service = first.service if way == "group" else make_service(name="Elsewhere")
    later = recovered_incident(level=1, service=service)
    if way == "problem":
        problem = raise_problem(incident=first, title="Leak", **WHO)
        problem.incidents.add(later)
    if way == "family":
        Incident.objects.filter(pk=later.pk).update(parent=first)
    entries = postmortem.entries.count()
    end(later)
    assert (later.postmortem_looks.get().outcome, later.postmortem_looks.get().merged_by) == ("joined", way)
    assert set(postmortem.incidents.all()) == {first, later}
    assert postmortem.entries.count() > entries
    services.open_issues(postmortem, **WHO)
    assert end(recovered_incident(level=1, service=service)).postmortems.get() != postmortem


@pytest.mark.django_db
def test_a_confidential_incident_stays_by_itself_and_keeps_its_title() -> None:
    first = end(recovered_incident(level=1))
    secret = recovered_incident(level=1, service=first.service, title="Salaries leak")
    Incident.objects.filter(pk=secret.pk).update(is_restricted=True)
    secret.refresh_from_db()
    end(secret)
    postmortem = secret.postmortems.get()
    assert postmortem != first.postmortems.get()
    assert "Salaries" not in postmortem.title
    drill = recovered_incident(level=1)
    Incident.objects.filter(pk=drill.pk).update(is_drill=True)
    drill.refresh_from_db()
    assert not end(drill).postmortems.exists()


@pytest.mark.django_db
def test_administrators_change_the_policy_and_everybody_reads_who_did() -> None:
    administrator, engineer = make_person(Role.ADMINISTRATOR, name="Ada"), make_person()

    def browse(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    rule = TriggerRule.objects.get(kind="level")
    address = reverse("postmortems:settings-trigger", args=[rule.pk])
    typed = {"kind": "level", "threshold": "2", "days": "", "answer": "propose", "is_active": "on"}
    assert browse(engineer).post(address, typed).status_code == 404
    assert browse(administrator).post(address, {**typed, "days": "3"}).status_code == 400
    assert browse(administrator).post(address, typed).status_code == 302
    new = reverse("postmortems:settings-new-trigger")
    assert browse(engineer).get(new).status_code == 404
    assert browse(administrator).post(new, {**typed, "kind": "share", "threshold": "101"}).status_code == 400
    assert browse(administrator).post(new, {**typed, "kind": "users", "threshold": "900"}).status_code == 302
    figures = {"longest_silence": "45 min", "first_look_days": "30", "last_look_days": "20"}
    policy = reverse("postmortems:settings-policy")
    assert browse(administrator).post(policy, figures).status_code == 400
    assert browse(administrator).post(policy, {**figures, "last_look_days": "60"}).status_code == 302
    body = browse(engineer).get(reverse("postmortems:settings")).content.decode()
    assert "Level 2 or worse" in body
    assert "45 min" in body
    assert body.count("Ada") >= 3
    with pytest.raises(NotPermitted):
        add_trigger(kind="level", threshold=1, days=None, answer="propose", is_active=True, actor=engineer)


@pytest.mark.django_db
def test_a_proposal_waits_among_the_approvals_of_whoever_decides_and_is_mailed_to_them(
    django_assert_num_queries: Any,
) -> None:
    manager, engineer, reporter = (
        make_person(Role.INCIDENT_MANAGER),
        make_person(Role.OPERATIONS),
        make_person(Role.REPORTER),
    )
    TriggerRule.objects.update(answer="ask")
    incident = recovered_incident(level=1)
    look_at(incident, verb="resolve")
    proposed: Postmortem = incident.postmortems.get()
    dispatch_events()
    fire_notices()
    mailed = Delivery.objects.filter(purpose="mention", incident=incident)
    assert {row.recipient for row in mailed} == {manager}
    assert proposed.reference in mailed.get().body
    assert proposed.get_absolute_url() in _browse(manager).get("/approvals/").content.decode()
    assert proposed.get_absolute_url() not in _browse(engineer).get("/approvals/").content.decode()
    assert _browse(reporter).get("/approvals/").status_code == 404
    assert waiting_for(manager).count() == 1  # type: ignore[union-attr]
    Incident.objects.filter(pk=incident.pk).update(is_restricted=True)
    assert proposed.reference not in _browse(engineer).get("/approvals/").content.decode()
    Incident.objects.filter(pk=incident.pk).update(is_restricted=False)
    TriggerRule.objects.update(answer="propose")
    look_at(recovered_incident(level=1), verb="resolve")
    assert len(decisions_for(engineer, clock.now())) == 1
    with CaptureQueriesContext(connection) as few:
        decisions_for(manager, clock.now())
    look_at(recovered_incident(level=1), verb="resolve")
    with django_assert_num_queries(len(few)):
        assert len(decisions_for(manager, clock.now())) == 3
    proposed.incidents.add(recovered_incident())
    assert _counts(manager)["incidents:approvals"] == 3
    services.decline_postmortem(proposed, actor=manager, via="web", reason="Known")
    assert proposed.get_absolute_url() not in _browse(manager).get("/approvals/").content.decode()


def _browse(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client
