"""Merging: the target goes on, the source is read-only, and for some minutes it can be taken back."""

from typing import Any

import pytest

from incidents import services
from incidents.models import HandlingPolicy, Incident, Status
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, TransitionRefused
from tests.clock import Clock as Hand
from tests.factories import acting, make_incident

pytestmark = pytest.mark.django_db


def merged() -> tuple[Incident, Incident, dict[str, Any]]:
    source, target, who = make_incident(level=1), make_incident(), acting()
    services.acknowledge_incident(source, **who)
    services.merge_incident(source, target=target, **who)
    return source, target, who


def facts_of(incident: Incident) -> list[dict[str, Any]]:
    fields = ("kind", "ordinal", "origin_at", "due_at", "stopped_at", "is_void", "breached_at")
    return list(incident.clocks.order_by("kind", "ordinal").values(*fields))


def test_a_merged_incident_refuses_every_verb_but_the_way_back() -> None:
    source, _target, who = merged()
    with pytest.raises(TransitionRefused) as refused:
        services.recover_incident(source, **who)
    assert refused.value.allowed == ["unmerge"]


def test_undoing_a_merge_brings_back_status_and_clocks_as_if_nothing_had_been(clock: Hand) -> None:
    source, target, who = make_incident(level=2), make_incident(), acting()
    services.acknowledge_incident(source, **who)
    services.hold_incident(source, reason="the bank looks", **who)
    before = facts_of(source)
    services.merge_incident(source, target=target, **who)
    assert source.next_due_at is None
    clock.advance(minutes=9)
    services.unmerge_incident(source, **who)
    assert facts_of(source) == before
    assert (source.status, source.merged_into, source.cancelled_at) == (Status.PENDING, None, None)
    assert source.pending_reason == "the bank looks"
    services.resume_incident(source, **who)
    pause = source.clocks.get(kind="resolution").pauses.get()
    assert pause.ended_at is not None
    assert (pause.ended_at - pause.started_at).total_seconds() >= 540


def test_a_deadline_that_passed_while_it_was_merged_is_a_breach_after_all(clock: Hand) -> None:
    HandlingPolicy.objects.create(pk=1, merge_undo="03:00:00")
    source, _target, who = merged()
    clock.advance(hours=2, minutes=30)
    assert services.record_breaches() >= 1  # the target's response
    assert not source.clocks.filter(breached_at__isnull=False).exists()
    services.unmerge_incident(source, **who)
    services.record_breaches()
    assert source.clocks.filter(kind="recovery", breached_at__isnull=False).exists()


def test_a_merge_cannot_be_undone_after_the_time_of_the_policy(clock: Hand) -> None:
    source, _target, who = merged()
    clock.advance(minutes=11)
    with pytest.raises(TransitionRefused, match="has passed"):
        services.unmerge_incident(source, **who)


def test_a_false_alarm_is_not_unmerged() -> None:
    incident, who = make_incident(), acting()
    services.cancel_incident(incident, reason="false alarm", **who)
    with pytest.raises(TransitionRefused, match="not merged"):
        services.unmerge_incident(incident, **who)


def test_both_timelines_tell_of_the_merge() -> None:
    source, target, who = merged()
    assert Event.objects.about(target).get(verb="gain_duplicate").data == {"source": source.pk}
    services.unmerge_incident(source, **who)
    assert Event.objects.about(target).filter(verb="lose_duplicate").exists()


def test_an_incident_is_not_merged_into_one_that_is_merged_itself() -> None:
    source, _target, who = merged()
    with pytest.raises(InputRefused):
        services.merge_incident(make_incident(), target=source, **who)


def test_the_chain_of_merges_ends_at_the_incident_that_goes_on() -> None:
    first, second, who = merged()
    third = make_incident()
    services.merge_incident(second, target=third, **who)
    assert services.surviving(first) == third
