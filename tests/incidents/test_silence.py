"""What happens when nobody does anything: acknowledgements lapse, snoozes end, resolved incidents close."""

from datetime import timedelta
from typing import Any

import pytest

from catalog.models import Role
from incidents import services
from incidents.models import HandlingPolicy, Incident, Level, Status
from lifecycle import clock as time
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from tests.clock import Clock as Hand
from tests.factories import acting, make_incident, make_person

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def acknowledged(level: int = 1) -> tuple[Incident, dict[str, Any]]:
    incident, who = make_incident(level=level), acting()
    services.acknowledge_incident(incident, **who)
    return incident, who


def verbs(incident: Incident) -> list[str]:
    return list(Event.objects.about(incident).values_list("verb", flat=True))


# --- Acknowledged and forgotten -----------------------------------------------------------------------------------


def test_a_forgotten_acknowledgement_is_reminded_of_and_then_lapses(clock: Hand) -> None:
    incident, _who = acknowledged()
    clock.advance(minutes=44)
    assert services.check_acknowledgements() == 0
    clock.advance(minutes=2)
    assert services.check_acknowledgements() == 1
    assert services.check_acknowledgements() == 0, "it is reminded of once"
    clock.advance(minutes=15)
    services.check_acknowledgements()
    incident.refresh_from_db()
    assert (incident.status, incident.handler) == (Status.REPORTED, None)
    assert verbs(incident).count("remind") == 1
    assert verbs(incident)[-1] == "lapse"
    assert incident.owner is not None, "accountability does not lapse"


def test_a_sign_of_life_keeps_the_acknowledgement(clock: Hand) -> None:
    incident, who = acknowledged()
    clock.advance(minutes=40)
    services.add_note(incident, text="looking at the gateway", **who)
    clock.advance(minutes=30)
    services.check_acknowledgements()
    clock.advance(minutes=14)
    services.check_acknowledgements()
    incident.refresh_from_db()
    assert incident.status == Status.ACKNOWLEDGED
    assert "remind" not in verbs(incident)


def test_what_mainstay_does_is_no_sign_of_life(clock: Hand) -> None:
    incident, _who = acknowledged()
    clock.advance(minutes=61)
    services.record_breaches()
    services.check_acknowledgements()
    incident.refresh_from_db()
    assert incident.status == Status.REPORTED


def test_a_level_without_a_time_never_lapses(clock: Hand) -> None:
    incident, _who = acknowledged(level=3)
    clock.advance(days=30)
    assert services.check_acknowledgements() == 0
    assert incident.ack_expires_at is None


def test_after_a_lapse_somebody_acknowledges_anew_and_the_response_stays_met(clock: Hand) -> None:
    incident, _who = acknowledged()
    clock.advance(hours=2)
    services.check_acknowledgements()
    bob = make_person()
    services.acknowledge_incident(incident, actor=bob, via="voice")
    assert incident.handler == bob
    response = incident.clocks.get(kind="response")
    assert response.breached_at is None
    assert response.stopped_at is not None


# --- Snoozing -------------------------------------------------------------------------------------------------------


def test_a_snooze_ends_by_itself_and_keeps_the_acknowledgement_meanwhile(clock: Hand) -> None:
    incident, who = acknowledged()
    services.snooze_incident(incident, until=time.now() + 3 * HOUR, reason="the bank opens at nine", **who)
    clock.advance(hours=2)
    assert services.check_acknowledgements() == 1
    assert services.wake_incidents() == 0
    clock.advance(hours=1, minutes=1)
    assert services.wake_incidents() == 1
    incident.refresh_from_db()
    assert (incident.snoozed_until, incident.status) == (None, Status.ACKNOWLEDGED)
    assert verbs(incident)[-1] == "wake"


def test_somebody_ends_a_snooze_early() -> None:
    incident, who = acknowledged()
    services.snooze_incident(incident, until=time.now() + HOUR, reason="later", **who)
    services.wake_incident(incident, **who)
    with pytest.raises(TransitionRefused, match="not snoozed"):
        services.wake_incident(incident, **who)


def test_a_snooze_never_silences_a_page() -> None:
    incident = make_incident()
    with pytest.raises(TransitionRefused, match="acknowledge"):
        services.snooze_incident(incident, actor=make_person(), via="web", until=time.now() + HOUR, reason="later")


def test_a_snooze_needs_a_reason_a_future_and_a_role() -> None:
    incident, who = acknowledged()
    with pytest.raises(InputRefused):
        services.snooze_incident(incident, until=time.now() + HOUR, reason=" ", **who)
    with pytest.raises(InputRefused):
        services.snooze_incident(incident, until=time.now() - HOUR, reason="x", **who)
    reader = make_person(Role.SERVICE_OWNER)
    with pytest.raises(NotPermitted):
        services.snooze_incident(incident, actor=reader, via="web", until=time.now() + HOUR, reason="x")


# --- A reporter who says nothing ------------------------------------------------------------------------------------


def resolved(cause_class: str = "known") -> tuple[Incident, dict[str, Any]]:
    incident, who = acknowledged(level=3)
    services.resolve_incident(incident, resolution="explained", cause_class=cause_class, **who)
    return incident, who


def test_silence_closes_a_resolved_incident_after_the_days_of_the_policy(clock: Hand) -> None:
    HandlingPolicy.objects.create(pk=1, silent_days_until_close=3)
    incident, _who = resolved()
    clock.advance(days=2, hours=23)
    assert services.close_silent() == 0
    clock.advance(hours=2)
    assert services.close_silent() == 1
    incident.refresh_from_db()
    assert incident.status == Status.CLOSED
    assert Event.objects.about(incident).get(verb="close").data == {"is_silent": True}


def test_nobody_closes_it_by_hand_before_the_silence_is_over() -> None:
    incident, who = resolved()
    with pytest.raises(TransitionRefused, match="reporter must confirm"):
        services.close_incident(incident, **who)


def test_silence_does_not_close_what_needs_a_problem_but_says_so(clock: Hand) -> None:
    incident, _who = resolved("unknown")
    clock.advance(days=6)
    services.close_silent()
    incident.refresh_from_db()
    assert incident.status == Status.RESOLVED
    assert Event.objects.about(incident).get(verb="remind").data["kind"] == "close_blocked"
    assert services.close_silent() == 0, "it is tried again a day later"


def test_a_reopened_incident_does_not_close_by_an_old_silence(clock: Hand) -> None:
    incident, who = resolved()
    services.reopen_incident(incident, reason="again", **who)
    clock.advance(days=10)
    assert services.close_silent() == 0


def test_a_site_may_give_a_level_another_time(clock: Hand) -> None:
    Level.objects.filter(pk=3).update(acknowledgement_lasts=HOUR)
    incident, _who = acknowledged(level=3)
    clock.advance(hours=1, minutes=1)
    services.check_acknowledgements()
    incident.refresh_from_db()
    assert incident.status == Status.REPORTED
