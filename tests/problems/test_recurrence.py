"""What comes back raises one problem, with its evidence."""

from datetime import timedelta
from typing import Any

import pytest

from incidents import services as incident_services
from incidents.models import Category, Incident
from lifecycle import clock as time
from lifecycle.models import Event
from lifecycle.transitions import TransitionRefused
from problems import services
from problems.models import DueLook, Evidence, Problem, RecurrencePolicy
from problems.services.recurring import look_for_recurrences
from tests.clock import Clock
from tests.factories import acting, make_incident, make_service
from tests.problems.makers import close

pytestmark = pytest.mark.django_db


def seen(clock: Clock, times: int, **fields: Any) -> list[Incident]:
    """The same over and over: each time it ends before it comes back."""
    found = []
    for _ in range(times):
        found.append(make_incident(**fields))

        end(found[-1])
        look_for_recurrences()
        clock.advance(hours=3)
    return found


def end(incident: Incident, cause: str = "known") -> None:
    who = acting()
    incident_services.acknowledge_incident(incident, **who)
    incident_services.recover_incident(incident, **who)
    incident_services.resolve_incident(incident, resolution="restarted", cause_class=cause, **who)


def evidence_of(problem: Problem) -> set[int]:
    return set(Evidence.objects.filter(problem=problem).values_list("incident", flat=True))


def test_the_third_time_within_the_window_raises_a_problem_with_the_evidence(clock: Clock) -> None:
    incidents = seen(clock, 2, dedup_key="probe:42", service=make_service())
    assert not Problem.objects.exists()
    incidents += seen(clock, 1, dedup_key="probe:42", service=incidents[0].service)
    problem = Problem.objects.get()
    assert evidence_of(problem) == {incident.pk for incident in incidents}
    assert set(problem.incidents.all()) == set(incidents)
    assert problem.service == incidents[0].service
    assert all(incident.reference in problem.description for incident in incidents)
    told = Event.objects.about(problem).get(verb="raise")
    assert (told.data["kind"], told.data["count"]) == ("fingerprint", 3)
    assert Event.objects.about(incidents[0]).filter(verb="link_problem").count() == 1


def test_the_fourth_time_is_fed_to_the_same_problem(clock: Clock) -> None:
    service = make_service()
    incidents = seen(clock, 4, dedup_key="probe:42", service=service)
    assert evidence_of(Problem.objects.get()) == {incident.pk for incident in incidents}


def test_what_is_older_than_the_window_does_not_count(clock: Clock) -> None:
    service = make_service()
    seen(clock, 2, dedup_key="probe:42", service=service, title="a")
    clock.advance(days=31)
    seen(clock, 1, dedup_key="probe:42", service=service, title="b")
    assert not Problem.objects.exists()


def test_a_reopened_incident_counts_again(clock: Clock) -> None:
    RecurrencePolicy.objects.exclude(kind="fingerprint").update(is_active=False)
    first = seen(clock, 1, dedup_key="probe:42", service=make_service())[0]
    for _ in range(2):
        incident_services.reopen_incident(Incident.objects.get(pk=first.pk), reason="again", **acting())
        clock.advance(hours=2)
        again = Incident.objects.get(pk=first.pk)
        who = acting()
        incident_services.resolve_incident(again, resolution="restarted", cause_class="known", **who)
        look_for_recurrences()
    assert evidence_of(Problem.objects.get()) == {first.pk}


def test_duplicates_merged_at_once_are_one_occurrence_and_later_ones_are_more(clock: Clock) -> None:
    service = make_service()
    RecurrencePolicy.objects.exclude(kind="text").update(is_active=False)
    target = make_incident(service=service, title="Refunds hang")
    for _ in range(4):
        duplicate = make_incident(service=service, title="Refunds hang")
        incident_services.merge_incident(duplicate, target=target, **acting())
    look_for_recurrences()
    assert not Problem.objects.exists()
    for _ in range(2):
        clock.advance(hours=5)
        duplicate = make_incident(service=service, title="Refunds hang")
        incident_services.merge_incident(duplicate, target=target, **acting())
    look_for_recurrences()
    assert evidence_of(Problem.objects.get()) == {target.pk}


def test_similar_words_of_one_service_are_a_recurrence(clock: Clock) -> None:
    service = make_service()
    for number in range(3):
        make_incident(service=service, title=f"Gateway node {number} times out on refunds")
        clock.advance(hours=3)
    look_for_recurrences()
    assert Problem.objects.get().evidence.values_list("kind", flat=True)[0] == "text"


def test_other_words_of_one_service_are_none(clock: Clock) -> None:
    service = make_service()
    for title in ("Refunds hang", "Login page is blank", "Ledger is late"):
        make_incident(service=service, title=title)
        clock.advance(hours=3)
    look_for_recurrences()
    assert not Problem.objects.exists()


def test_the_same_service_and_category_three_times_a_week(clock: Clock) -> None:
    service, category = make_service(), Category.objects.filter(parent__isnull=False)[0]
    for title in ("Refunds hang", "Login page is blank", "Ledger is late"):
        make_incident(service=service, title=title, category=category)
        clock.advance(hours=3)
    look_for_recurrences()
    assert Problem.objects.get().evidence.values_list("kind", flat=True)[0] == "category"


def test_three_of_unknown_cause_are_a_recurrence_once_that_is_known(clock: Clock) -> None:
    service = make_service()
    incidents = []
    for title in ("Refunds hang", "Login page is blank", "Ledger is late"):
        incidents.append(make_incident(service=service, title=title))
        clock.advance(hours=3)
    look_for_recurrences()
    assert not Problem.objects.exists()
    for incident in incidents:
        end(incident, "unknown")
    look_for_recurrences()
    assert Problem.objects.get().evidence.values_list("kind", flat=True)[0] == "cause"


def test_an_incident_with_an_open_problem_raises_no_other(clock: Clock) -> None:
    service = make_service()
    first = make_incident(dedup_key="probe:42", service=service)
    end(first)
    problem = services.raise_problem(incident=first, **acting())
    clock.advance(hours=3)
    later = seen(clock, 2, dedup_key="probe:42", service=service)
    found = Problem.objects.exclude(pk=problem.pk)
    assert not found.exists() or evidence_of(found.get()) == {incident.pk for incident in (first, *later)}


def test_people_who_linked_half_of_it_have_said_which_problem_it_is(clock: Clock) -> None:
    service = make_service()
    first, second = seen(clock, 2, dedup_key="probe:42", service=service)
    problem = services.raise_problem(incident=first, **acting())
    services.link_incident(problem, incident=second, **acting())
    third = seen(clock, 1, dedup_key="probe:42", service=service)[0]
    assert Problem.objects.get() == problem
    assert evidence_of(problem) == {third.pk}


def test_an_incident_that_somebody_unlinked_is_not_linked_again(clock: Clock) -> None:
    service = make_service()
    incidents = seen(clock, 3, dedup_key="probe:42", service=service)
    problem = Problem.objects.get()
    services.unlink_incident(problem, incident=incidents[0], reason="another cause", **acting())
    incident_services.reopen_incident(Incident.objects.get(pk=incidents[0].pk), reason="again", **acting())
    look_for_recurrences()
    assert Problem.objects.count() == 1
    assert incidents[0] not in problem.incidents.all()


def test_after_its_problem_was_rejected_it_has_to_come_back_as_often_again(clock: Clock) -> None:
    service = make_service()
    seen(clock, 3, dedup_key="probe:42", service=service)
    services.reject_problem(Problem.objects.get(), reason="maintenance", **acting())
    seen(clock, 2, dedup_key="probe:42", service=service)
    assert Problem.objects.count() == 1
    seen(clock, 1, dedup_key="probe:42", service=service)
    assert Problem.objects.count() == 2


def test_a_recurrence_after_closing_names_the_problem_before(clock: Clock) -> None:
    service = make_service()
    seen(clock, 3, dedup_key="probe:42", service=service)
    earlier, who = Problem.objects.get(), acting()
    services.investigate_problem(earlier, **who)
    services.mark_known_error(earlier, cause="index", workaround="restart", **who)
    services.plan_fix(earlier, fix="index", **who)
    services.verify_problem(earlier, **who)
    close(earlier, **who)
    clock.advance(hours=1)
    seen(clock, 3, dedup_key="probe:42", service=service)
    later = Problem.objects.exclude(pk=earlier.pk).get()
    assert earlier.reference in later.description
    with pytest.raises(TransitionRefused, match="still open"):
        services.reopen_problem(earlier, reason="back", **who)


@pytest.mark.parametrize("secret", ["incident", "service", "drill"])
def test_neither_what_is_restricted_nor_drills_count(clock: Clock, secret: str) -> None:
    service = make_service()
    for _ in range(3):
        incident = make_incident(service=service, dedup_key="probe:42")
        end(incident)
        Incident.objects.filter(pk=incident.pk).update(is_restricted=secret == "incident", is_drill=secret == "drill")
        clock.advance(hours=3)
    if secret == "service":
        type(service).objects.filter(pk=service.pk).update(is_restricted=True)
    look_for_recurrences()
    assert not Problem.objects.exists()
    assert not DueLook.objects.exists()


def test_false_alarms_do_not_count(clock: Clock) -> None:
    service = make_service()
    for _ in range(4):
        incident = make_incident(service=service, dedup_key="probe:42")
        incident_services.cancel_incident(incident, reason="false alarm", **acting())
        clock.advance(hours=3)
    look_for_recurrences()
    assert not Problem.objects.exists()


def test_a_switched_off_kind_is_not_watched_for(clock: Clock) -> None:
    RecurrencePolicy.objects.update(is_active=False)
    seen(clock, 3, dedup_key="probe:42", service=make_service())
    assert not Problem.objects.exists()


def test_a_busy_service_is_judged_by_its_own_past(clock: Clock) -> None:
    """Three a week of a category are nothing new where three a week are usual."""
    service, category = make_service(), Category.objects.filter(parent__isnull=False)[0]
    RecurrencePolicy.objects.exclude(kind="category").update(is_active=False)
    titles = ("Refunds hang", "Login page is blank", "Ledger is late")
    with time.rehearse(time.now() - timedelta(days=8)):
        make_incident(service=service, title="Before", category=category)
    policy = RecurrencePolicy.objects.get(kind="category")
    policy.days, policy.times = 1, 3
    policy.save()
    for _day in range(4):
        with time.rehearse(time.now()):
            for title in titles:
                make_incident(service=service, title=title, category=category)
        clock.advance(days=1)
    for title in titles:
        make_incident(service=service, title=title, category=category)
    look_for_recurrences()
    assert not Problem.objects.exists()
    for title in titles:
        make_incident(service=service, title=title, category=category)
        clock.advance(minutes=1)
    look_for_recurrences()
    assert Problem.objects.count() == 1


def test_a_look_costs_the_same_however_many_there_were(clock: Clock, django_assert_max_num_queries: Any) -> None:
    service = make_service()
    for _ in range(3):
        seen(clock, 3, dedup_key="probe:42", service=service)
    make_incident(dedup_key="probe:42", service=service)
    with django_assert_max_num_queries(40):
        look_for_recurrences()
    with django_assert_max_num_queries(1):
        look_for_recurrences()


def test_the_closing_duty_is_done_by_the_problem_that_was_raised(clock: Clock) -> None:
    seen(clock, 2, dedup_key="probe:42", service=(service := make_service()))
    incident, who = make_incident(dedup_key="probe:42", service=service), acting()
    end(incident, "recurring")
    incident_services.confirm_incident(incident, note="phone call", **who)
    with pytest.raises(TransitionRefused, match="problem"):
        incident_services.close_incident(incident, **who)
    look_for_recurrences()
    incident_services.close_incident(incident, **who)
    assert incident.status == "closed"


def test_a_whole_service_is_judged_against_its_past_each_time(clock: Clock) -> None:
    RecurrencePolicy.objects.exclude(kind="service").update(is_active=False)
    RecurrencePolicy.objects.update(times=4, days=1, factor=2)
    service = make_service()

    def day(incidents: int) -> None:
        for _ in range(incidents):
            make_incident(service=service)
            clock.advance(minutes=1)
        look_for_recurrences()

    day(4)
    assert not Problem.objects.exists()  # there is no past yet
    clock.advance(days=4)
    day(4)
    assert len(evidence_of(Problem.objects.get())) == 4
    clock.advance(days=2)
    day(1)
    assert len(evidence_of(Problem.objects.get())) == 4
