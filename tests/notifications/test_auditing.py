"""The auditor: each invariant broken by hand in the database is found, put right and told, once; nothing else is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from incidents.models import Incident
from incidents.services import acknowledge_incident
from lifecycle import clock as database_clock
from notifications.cycle import run_cycle
from notifications.models import Alarm, AlarmKind, Audit, Delivery, Escalation, PagingSettings, Unpaged
from notifications.services import auditing
from notifications.services.auditing import run_audit
from notifications.services.dispatching import dispatch_events
from tests.clock import Clock
from tests.factories import acting, make_incident, make_service
from tests.notifications.outbox import Carrier, make_page, stand_in
from tests.scenarios.stage import Duty, make_duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    carrier = Carrier()
    stand_in(monkeypatch, carrier)
    return carrier


@pytest.fixture
def duty(clock: Clock) -> Duty:
    duty = make_duty()
    service = make_service(name="Mainstay paging", operations_team=duty.service.operations_team)
    PagingSettings.objects.update(internal_service=service)
    return duty


@pytest.fixture
def paged(duty: Duty, carrier: Carrier) -> Incident:
    """An incident that is being paged, with nothing late."""
    incident = make_incident(service=duty.service)
    for _ in range(3):
        assert run_cycle("test")
    assert run_audit().is_clean
    return incident


def sql(statement: str, *values: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0


def findings(audit: Audit) -> dict[str, tuple[int, int]]:
    return {each["invariant"]: (each["count"], each["repaired"]) for each in audit.findings}


def told() -> list[str]:
    """What the open incidents about paging are about."""
    return sorted(Incident.objects.open().filter(source="detection").values_list("dedup_key", flat=True))


def only(kind: AlarmKind, *, repaired: int = 1) -> tuple[dict[str, tuple[int, int]], list[str]]:
    return {kind.value: (1, repaired)}, [f"paging:{kind}"]


# --- An escalation that is not there --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "break_it",
    [
        "DELETE FROM notifications_escalation WHERE incident_id = %s",
        "UPDATE notifications_escalation SET status = 'stopped', next_due_at = NULL WHERE incident_id = %s",
        "UPDATE notifications_escalation SET status = 'exhausted', next_due_at = NULL WHERE incident_id = %s",
    ],
)
def test_an_incident_that_nobody_pages_is_paged_after_all(paged: Incident, clock: Clock, break_it: str) -> None:
    sql(break_it, paged.pk)
    clock.advance(seconds=61)
    assert run_cycle("test")
    audit = run_audit()
    assert (findings(audit), told()) == only(AlarmKind.UNPAGED)
    assert paged.escalations.filter(status="running").count() == 1
    assert audit.findings[0]["examples"] == [paged.reference]
    assert run_cycle("test")
    assert run_audit().is_clean


def test_a_report_whose_event_got_lost_is_paged_after_all(duty: Duty, carrier: Carrier, clock: Clock) -> None:
    incident = make_incident(service=duty.service)
    sql("UPDATE lifecycle_event SET dispatched_at = recorded_at + interval '1 second' WHERE dispatched_at IS NULL")
    clock.advance(seconds=61)
    assert run_cycle("test")
    assert (findings(run_audit()), told()) == only(AlarmKind.UNPAGED)
    assert incident.escalations.filter(status="running").exists()


def test_history_and_imports_are_not_paged(duty: Duty, clock: Clock) -> None:
    with database_clock.rehearse(clock.now() - timedelta(days=1)):
        incident = make_incident(service=duty.service)
    clock.advance(seconds=61)
    assert run_cycle("test")
    assert run_audit().is_clean
    assert not incident.escalations.exists()
    assert Unpaged.objects.get(incident=incident).check_at > clock.now() + timedelta(minutes=50)


def test_what_no_policy_covers_and_what_was_tried_to_the_end_is_all_right(paged: Incident, clock: Clock) -> None:
    """It is looked at again only an hour later."""
    for _ in range(8):
        escalation = Escalation.objects.get(incident=paged)
        if escalation.next_due_at is None:
            break
        clock.set(escalation.next_due_at)
        assert run_cycle("test")
    Escalation.objects.filter(incident=paged).update(next_step=10_000)
    clock.advance(hours=30)
    for _ in range(3):
        assert run_cycle("test")
    paged.refresh_from_db()
    assert paged.escalations.get().status == "exhausted"
    clock.advance(seconds=61)
    assert run_cycle("test")
    run_audit()
    assert AlarmKind.UNPAGED not in findings(run_audit())
    assert paged.escalations.count() == 1


def test_an_acknowledged_incident_leaves_the_watch(paged: Incident, duty: Duty) -> None:
    sql("DELETE FROM notifications_escalation WHERE incident_id = %s", paged.pk)
    assert Unpaged.objects.filter(incident=paged).exists()
    acknowledge_incident(paged, **acting(duty.primary))
    assert not Unpaged.objects.exists()


def test_an_incident_held_by_somebody_waits_for_the_next_audit(paged: Incident, clock: Clock) -> None:
    sql("DELETE FROM notifications_escalation WHERE incident_id = %s", paged.pk)
    clock.advance(seconds=61)
    assert auditing._page_after_all(paged.pk + 1000) is False
    assert Unpaged.objects.filter(incident=paged).exists()


# --- What is late, held or forgotten ---------------------------------------------------------------------------------

LATE: dict[AlarmKind, Callable[[Incident, Duty], Any]] = {
    AlarmKind.LATE_STEP: lambda incident, _duty: sql(
        "UPDATE notifications_escalation SET next_due_at = now() - interval '61 seconds' WHERE incident_id = %s",
        incident.pk,
    ),
    AlarmKind.LATE_NOTICE: lambda incident, _duty: sql(
        "UPDATE notifications_notice SET due_at = now() - interval '61 seconds' "
        "WHERE incident_id = %s AND kind = 'progress'",
        incident.pk,
    ),
    AlarmKind.LATE_DEADLINE: lambda incident, _duty: sql(
        "UPDATE incidents_clock SET due_at = now() - interval '61 seconds' "
        "WHERE incident_id = %s AND kind = 'response'",
        incident.pk,
    ),
    AlarmKind.LATE_MESSAGE: lambda incident, duty: sql(
        "UPDATE notifications_delivery SET due_at = now() - interval '61 seconds' WHERE id = %s",
        make_page(incident=incident, recipient=duty.secondary)[0].pk,
    ),
    AlarmKind.MISAIMED: lambda incident, _duty: sql(
        "UPDATE notifications_escalation SET next_due_at = now() + interval '10 years' WHERE incident_id = %s",
        incident.pk,
    ),
    AlarmKind.UNDISPATCHED: lambda incident, _duty: sql(
        "INSERT INTO lifecycle_event (subject_type_id, subject_id, verb, from_status, to_status, via, note, data, "
        "occurred_at, recorded_at) SELECT subject_type_id, subject_id, 'note', '', '', 'web', '', '{}', "
        "now() - interval '61 seconds', now() - interval '61 seconds' FROM lifecycle_event "
        "WHERE subject_id = %s AND verb = 'report'",
        incident.pk,
    ),
}


@pytest.mark.parametrize("kind", LATE)
def test_what_is_late_is_done_by_the_auditor_itself(paged: Incident, duty: Duty, kind: AlarmKind) -> None:
    LATE[kind](paged, duty)
    audit = run_audit()
    assert (findings(audit), told()) == only(kind)
    assert not audit.is_clean
    assert run_cycle("test")
    assert run_audit().is_clean


@pytest.mark.parametrize("lease", ["-6 minutes", "1 year"])
def test_a_lease_of_a_sender_that_is_gone_is_released(
    paged: Incident, duty: Duty, carrier: Carrier, lease: str
) -> None:
    (page,) = make_page(incident=paged, recipient=duty.secondary)
    sql(
        "UPDATE notifications_delivery SET status = 'sending', attempt = 1, claimed_at = now() - interval '6 minutes', "
        "lease_until = now() + %s::interval WHERE id = %s",
        lease,
        page.pk,
    )
    audit = run_audit()
    assert (findings(audit), told()) == only(AlarmKind.OLD_LEASE)
    for _ in range(2):
        assert run_cycle("test")
    page.refresh_from_db()
    assert page.status == "sent"


def test_a_message_whose_carrier_keeps_silent_is_given_up(paged: Incident, duty: Duty) -> None:
    (page,) = make_page(incident=paged, recipient=duty.secondary)
    sql(
        "UPDATE notifications_delivery SET status = 'sent', sent_at = now() - interval '12 minutes' WHERE id = %s",
        page.pk,
    )
    assert (findings(run_audit()), told()) == only(AlarmKind.UNFINISHED)
    page.refresh_from_db()
    assert page.status == "failed"


# --- When nobody ticks, and when everything did ----------------------------------------------------------------------


def test_a_cycle_that_stands_still_is_told_by_an_auditor_that_was_awake(paged: Incident, clock: Clock) -> None:
    clock.advance(minutes=10)
    assert AlarmKind.STANDSTILL not in findings(run_audit()), "everything stood still: the cycle gets its time"
    clock.advance(seconds=62)
    assert findings(run_audit())[AlarmKind.STANDSTILL] == (1, 0)


def test_a_look_that_fails_spoils_the_audit_and_no_other_look(
    paged: Incident, duty: Duty, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_now: Any) -> None:
        raise RuntimeError("the index is gone")

    broken = auditing.Look(AlarmKind.LATE_STEP, fail)
    monkeypatch.setattr(auditing, "LOOKS", (broken, *auditing.LOOKS))
    LATE[AlarmKind.LATE_NOTICE](paged, duty)
    audit = run_audit()
    assert not audit.is_clean
    assert {each["invariant"]: each["error"] for each in audit.findings} == {
        AlarmKind.LATE_STEP: "RuntimeError: the index is gone",
        AlarmKind.LATE_NOTICE: "",
    }


def test_trouble_with_paging_an_incident_about_paging_opens_no_other(paged: Incident, duty: Duty, clock: Clock) -> None:
    LATE[AlarmKind.LATE_STEP](paged, duty)
    run_audit()
    internal = Incident.objects.get(dedup_key="paging:late_step")
    for _ in range(2):
        assert run_cycle("test")
    for kind in (AlarmKind.LATE_NOTICE, AlarmKind.LATE_DEADLINE, AlarmKind.MISAIMED):
        LATE[kind](internal, duty)
    sql("UPDATE notifications_delivery SET status = 'cancelled' WHERE incident_id = %s", internal.pk)
    audit = run_audit()
    assert set(findings(audit)) == {AlarmKind.LATE_NOTICE, AlarmKind.LATE_DEADLINE, AlarmKind.MISAIMED}
    assert told() == ["paging:late_step"]


def test_the_incident_recovers_when_audits_stay_clean(paged: Incident, duty: Duty, clock: Clock) -> None:
    LATE[AlarmKind.LATE_NOTICE](paged, duty)
    run_audit()
    for _ in range(7):
        assert run_cycle("test")
        run_audit()
        clock.advance(seconds=60)
    assert Incident.objects.get(dedup_key="paging:late_notice").status == "recovered"
    assert not Alarm.objects.open().filter(kind=AlarmKind.LATE_NOTICE).exists()


def test_a_sweep_of_events_is_not_needed_where_they_are_dispatched(paged: Incident) -> None:
    dispatch_events()
    assert Delivery.objects.filter(incident=paged).exists()
    assert run_audit().is_clean
