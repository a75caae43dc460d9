"""What a report says of its level, judging it anew, and that running numbers stay whole."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import override

from catalog.models import Role
from incidents import services
from incidents.models import Category, Criterion, CustomField, Incident, Level, MatrixCell
from incidents.presentation import describe
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, VersionConflict
from tests.factories import make_incident, make_person, make_service

pytestmark = pytest.mark.django_db

MANY = 50


def level(number: int) -> Level:
    return Level.objects.get(pk=number)


def worded(*wordings: str) -> list[Criterion]:
    return [Criterion.objects.get(wording=wording) for wording in wordings]


def report(**fields: Any) -> Incident:
    """A report by a person that names no level unless asked to."""
    values: dict[str, Any] = {
        "title": "Cards fail",
        "service": make_service(),
        "source": "web",
        "via": "web",
        "actor": make_person(),
    }
    return services.open_incident(**(values | fields))


def told(incident: Incident, verb: str) -> Event:
    return Event.objects.about(incident).get(verb=verb)


# --- The level of a report --------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", range(9))
def test_a_report_takes_the_level_of_its_cell(cell: int) -> None:
    row = MatrixCell.objects.all()[cell]
    incident = report(impact=row.impact, urgency=row.urgency)
    assert (incident.level_id, incident.priority, incident.suggested_level_id) == (
        row.level_id,
        row.priority,
        row.level_id,
    )
    assert incident.level_reason == ""


def test_a_criterion_that_applies_wins_and_is_the_reason() -> None:
    incident = report(impact=3, urgency=3, criteria=worded("Data loss", "Some users impaired"))
    assert (incident.level_id, incident.priority, incident.level_reason) == (1, 5, "Data loss")
    data = told(incident, "report").data
    assert data["level"] == 1
    assert data["source"] == "web"
    assert data["suggestion"] == {"level": 1, "priority": 5, "reasons": [{"criterion": "Data loss"}]}
    assert data["criteria"] == ["Data loss", "Some users impaired"]
    assert data["is_followed"] is True


def test_a_level_against_the_suggestion_needs_a_reason() -> None:
    with pytest.raises(InputRefused) as refusal:
        report(impact=1, urgency=1, level=level(3), level_reason="  ")
    assert list(refusal.value.errors) == ["level_reason"]
    assert not Incident.objects.exists()
    incident = report(impact=1, urgency=1, level=level(3), level_reason="Only our own test shop")
    assert (incident.level_id, incident.suggested_level_id, incident.level_reason) == (3, 1, "Only our own test shop")
    assert told(incident, "report").data["is_followed"] is False


def test_the_suggested_level_chosen_by_hand_needs_none() -> None:
    assert report(impact=1, urgency=1, level=level(1)).level_id == 1


def test_a_level_alone_needs_none_and_no_level_at_all_is_refused() -> None:
    incident = report(level=level(2))
    assert (incident.level_id, incident.suggested_level_id, incident.priority) == (2, None, None)
    assert "suggestion" not in told(incident, "report").data
    with pytest.raises(InputRefused) as refusal:
        report()
    assert list(refusal.value.errors) == ["level"]


@pytest.mark.parametrize("half", ["impact", "urgency"])
def test_half_a_judgement_is_refused(half: str) -> None:
    other = {"impact": "urgency", "urgency": "impact"}[half]
    with pytest.raises(InputRefused) as refusal:
        report(level=level(2), **{half: 1})
    assert list(refusal.value.errors) == [other]


def test_a_degree_that_is_none_is_refused() -> None:
    with pytest.raises(InputRefused) as refusal:
        report(impact=4, urgency=1)
    assert list(refusal.value.errors) == ["impact"]


def test_a_site_that_changes_its_matrix_is_obeyed() -> None:
    MatrixCell.objects.filter(impact=3, urgency=3).update(level=2, priority=4)
    incident = report(impact=3, urgency=3)
    assert (incident.level_id, incident.priority) == (2, 4)


# --- Texts, tags, custom fields -------------------------------------------------------------------------------


def test_text_that_cannot_be_kept_is_repaired_and_the_event_says_so() -> None:
    incident = report(
        level=level(2), title="Cards\0 fail\r\nBcc: x", description="a\ud800b", reporter_name="N\0", note="\0"
    )
    incident.refresh_from_db()
    assert incident.title == "Cards\ufffd fail Bcc: x"
    assert (incident.description, incident.reporter_name) == ("a\ufffdb", "N\ufffd")
    assert told(incident, "report").data["sanitised"] is True
    assert "sanitised" not in told(report(level=level(2)), "report").data


def test_a_detector_s_text_is_never_lost() -> None:
    service = make_service(name="Cards")
    when = clock.now()
    found, is_new = services.open_or_find(
        title="\x07", service=service, level=level(2), dedup_key="k\0", occurred_at=when, description="\0", note="\0"
    )
    assert is_new
    assert told(found, "report").data["sanitised"] is True
    again = services.open_or_find(title="x", service=service, level=level(2), dedup_key="k\0", occurred_at=when)
    assert again == (found, False)


@pytest.mark.parametrize("title", ["", "  ", "\x07\u200b"])
def test_a_title_of_nothing_is_refused(title: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        report(level=level(2), title=title)
    assert list(refusal.value.errors) == ["title"]


@pytest.mark.parametrize("name", ["reporter_name", "reporter_contact", "reporter_email", "external_reference"])
def test_too_long_is_refused_to_people_and_cut_for_programs(name: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        report(level=level(2), **{name: "x" * 400})
    assert list(refusal.value.errors) == [name]
    kept = report(level=level(2), actor=None, **{name: "x" * 400})
    assert 100 <= len(getattr(kept, name)) <= 320


def test_tags_are_normalised_and_bounded() -> None:
    assert report(level=level(2), tags=[" Cards", "cards", "EU"]).tags == ["cards", "eu"]
    for tags in ([str(number) for number in range(21)], ["x" * 41]):
        with pytest.raises(InputRefused) as refusal:
            report(level=level(2), tags=tags)
        assert list(refusal.value.errors) == ["tags"]


KINDS: list[tuple[str, Any, Any]] = [
    ("text", " a\0 ", "a\ufffd"),
    ("number", "12", 12),
    ("number", 1.5, 1.5),
    ("choice", "north", "north"),
    ("date", "2026-01-31", "2026-01-31"),
    ("flag", "true", True),
    ("flag", False, False),
]
WRONG: list[tuple[str, Any]] = [
    ("text", 5),
    ("text", "x" * 2001),
    ("text", ["x"]),
    ("number", "twelve"),
    ("number", True),
    ("number", "nan"),
    ("number", 10**20),
    ("number", {"a": 1}),
    ("choice", "west"),
    ("choice", ["north"]),
    ("date", "31.01.2026"),
    ("date", "2026-02-30"),
    ("flag", "perhaps"),
    ("flag", 1),
]


def add_field(kind: str, **more: Any) -> CustomField:
    return CustomField.objects.create(key="extra", name="Extra", kind=kind, choices=["north", "south"], **more)


@pytest.mark.parametrize(("kind", "typed", "kept"), KINDS)
def test_custom_fields_of_every_kind_are_kept(kind: str, typed: Any, kept: Any) -> None:
    add_field(kind)
    incident = report(level=level(2), custom={"extra": typed})
    incident.refresh_from_db()
    assert incident.custom == {"extra": kept}


@pytest.mark.parametrize(("kind", "typed"), WRONG)
def test_a_value_of_another_kind_is_refused(kind: str, typed: Any) -> None:
    add_field(kind)
    with pytest.raises(InputRefused) as refusal:
        report(level=level(2), custom={"extra": typed})
    assert list(refusal.value.errors) == ["custom-extra"]


def test_unknown_retired_and_blank_required_fields_are_refused() -> None:
    add_field("text", is_required=True)
    CustomField.objects.create(key="old", name="Old", kind="text", is_active=False)
    with pytest.raises(InputRefused) as refusal:
        report(level=level(2), custom={"extra": " ", "old": "x", "status": "closed"})
    assert set(refusal.value.errors) == {"custom-extra", "custom-old", "custom-status"}
    with pytest.raises(InputRefused):
        report(level=level(2), custom=["extra"])


# --- Judging anew -----------------------------------------------------------------------------------------------


def test_reclassifying_keeps_the_level_unless_it_is_asked_to_follow() -> None:
    incident, alice = report(level=level(2)), make_person()
    category = Category.objects.get(slug="payment-refund")
    asked: dict[str, Any] = {"actor": alice, "via": "web", "impact": 1, "urgency": 1, "category": category}
    with pytest.raises(InputRefused) as refusal:
        services.reclassify_incident(incident, **asked)
    assert list(refusal.value.errors) == ["level_reason"]
    services.reclassify_incident(incident, **asked, level_reason="The shop is closed today")
    incident.refresh_from_db()
    assert (incident.level_id, incident.suggested_level_id, incident.priority) == (2, 1, 1)
    assert (incident.level_reason, incident.category) == ("The shop is closed today", category)
    data = told(incident, "reclassify").data
    assert data["before"] == {"impact": None, "urgency": None, "category": ""}
    assert (data["impact"], data["category"], data["is_followed"]) == (1, "Refund", False)
    assert not Event.objects.about(incident).filter(verb="change_level").exists()


def test_following_the_suggestion_changes_the_level_and_derives_every_clock_anew() -> None:
    incident = report(level=level(2), occurred_at=clock.now() - timedelta(minutes=5))
    services.reclassify_incident(
        incident, actor=make_person(), via="web", criteria=worded("Data loss"), follow=True, expected_version=1
    )
    incident.refresh_from_db()
    assert (incident.level_id, incident.level_reason, incident.version) == (1, "Data loss", 2)
    due = {row.kind: row.due_at - row.origin_at for row in incident.clocks.all() if row.due_at}
    assert due["response"] == timedelta(minutes=10)
    assert due["recovery"] == timedelta(hours=2)
    changed = told(incident, "change_level").data
    assert (changed["from"], changed["to"]) == (2, 1)


def test_what_a_reclassification_does_not_name_stays() -> None:
    category = Category.objects.get(slug="data")
    incident = report(impact=2, urgency=2, category=category)
    services.reclassify_incident(incident, actor=make_person(), via="api", urgency=3)
    incident.refresh_from_db()
    assert (incident.impact, incident.urgency, incident.priority, incident.category) == (2, 3, 4, category)
    services.reclassify_incident(
        incident, actor=make_person(), via="api", impact=None, urgency=None, category=None, level_reason=""
    )
    incident.refresh_from_db()
    assert (incident.impact, incident.suggested_level_id, incident.category) == (None, None, None)


def test_only_those_who_handle_reclassify_and_only_what_is_open() -> None:
    incident, alice = report(level=level(2)), make_person()
    with pytest.raises(NotPermitted):
        services.reclassify_incident(incident, actor=make_person(Role.REPORTER), via="web", impact=1, urgency=1)
    with pytest.raises(VersionConflict):
        services.reclassify_incident(incident, actor=alice, via="web", impact=1, urgency=2, expected_version=7)
    services.cancel_incident(incident, actor=alice, via="web", reason="false")
    with pytest.raises(TransitionRefused):
        services.reclassify_incident(incident, actor=alice, via="web", impact=1, urgency=2)


def test_a_level_changed_by_hand_says_why_it_has_it() -> None:
    incident = report(impact=2, urgency=2)
    services.change_level(incident, actor=make_person(), via="web", level=level(1), reason="Three banks now")
    incident.refresh_from_db()
    assert (incident.level_id, incident.suggested_level_id, incident.level_reason) == (1, 3, "Three banks now")
    assert {"from": 3, "to": 1}.items() <= told(incident, "change_level").data.items()


def test_the_timeline_tells_the_new_judgement_in_both_languages() -> None:
    incident = report(level=level(1))
    services.reclassify_incident(incident, actor=make_person(), via="web", impact=1, urgency=1)
    with override("en"):
        text = describe(told(incident, "reclassify")).text
    assert text == "judged it anew: impact High, urgency High; Level 1 is suggested"
    with override("zh-hans"):
        assert describe(told(incident, "reclassify")).text


# --- Running numbers --------------------------------------------------------------------------------------------


def at_once(count: int, act: Callable[[int], None]) -> None:
    """Run it in so many threads that begin together; what one of them raises fails the test."""
    barrier, failures = threading.Barrier(count), list[BaseException]()

    def run(number: int) -> None:
        try:
            barrier.wait(timeout=60)
            act(number)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not failures
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.django_db(transaction=True)
def test_fifty_detectors_of_one_key_open_one_incident_and_burn_no_number() -> None:
    service, two, when = make_service(), level(2), clock.now()
    first = make_incident(service=service)
    found: list[tuple[int, bool]] = []

    def detect(_number: int) -> None:
        incident, is_new = services.open_or_find(
            title="Cards fail", service=service, level=two, dedup_key="rule-1", occurred_at=when
        )
        found.append((incident.pk, is_new))

    at_once(MANY, detect)
    assert len(found) == MANY
    assert {pk for pk, _is_new in found} == {first.pk + 1}
    assert sum(is_new for _pk, is_new in found) == 1
    assert make_incident(service=service).pk == first.pk + 2


@pytest.mark.django_db(transaction=True)
def test_fifty_reports_at_once_get_fifty_numbers_in_a_row() -> None:
    service, two, alice = make_service(), level(2), make_person()
    opened: list[int] = []
    at_once(MANY, lambda number: opened.append(report(title=f"{number}", service=service, level=two, actor=alice).pk))
    assert len(opened) == MANY
    assert sorted(opened) == list(range(min(opened), min(opened) + MANY))
    assert Incident.objects.count() == MANY


def test_a_key_that_was_found_costs_no_number() -> None:
    service, when = make_service(), clock.now()
    asked: dict[str, Any] = {"title": "x", "service": service, "level": level(2), "dedup_key": "k", "occurred_at": when}
    first, _is_new = services.open_or_find(**asked)
    for _again in range(5):
        assert services.open_or_find(**asked) == (first, False)
    assert make_incident(service=service).pk == first.pk + 1


def test_a_merged_incident_leads_to_the_one_that_goes_on() -> None:
    alice, when, service = make_person(), clock.now(), make_service()
    asked: dict[str, Any] = {"title": "x", "service": service, "level": level(2), "dedup_key": "k", "occurred_at": when}
    source, _is_new = services.open_or_find(**asked)
    middle, target = make_incident(service=service), make_incident(service=service)
    services.merge_incident(source, actor=alice, via="web", target=middle)
    services.merge_incident(middle, actor=alice, via="web", target=target)
    assert services.open_or_find(**asked) == (target, False)
    services.cancel_incident(target, actor=alice, via="web", reason="false alarm")
    fresh, is_new = services.open_or_find(**asked)
    assert is_new
    assert fresh.pk not in (source.pk, middle.pk, target.pk)
