"""Notes: who may write them, who reads them, where they go, whom they tell."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog.models import Person, Role
from incidents import services
from incidents.models import Clock as SlaClock
from incidents.models import Incident
from lifecycle.models import Event, Via
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from tests.clock import Clock
from tests.factories import make_incident, make_person

pytestmark = pytest.mark.django_db


def by(actor: Person) -> dict[str, Any]:
    return {"actor": actor, "via": "web"}


@pytest.fixture
def alice() -> Person:
    return make_person(username="alice")


@pytest.fixture
def rita() -> Person:
    return make_person(Role.REPORTER, username="rita")


def waiting_for_the_reporter(alice: Person, **fields: Any) -> Incident:
    incident = make_incident(**fields)
    services.acknowledge_incident(incident, **by(alice))
    return services.hold_incident(incident, reason="Which browser?", waiting_for="reporter", **by(alice))


# --- Who writes, who reads ------------------------------------------------------------------------------------------


def test_a_colleagues_note_is_internal_unless_they_say_otherwise(alice: Person) -> None:
    incident = make_incident()
    assert services.add_note(incident, text="a", **by(alice)).data["visibility"] == "internal"
    assert services.add_note(incident, text="b", visibility="public", **by(alice)).data["visibility"] == "public"


def test_a_reporters_note_is_public_whatever_they_send(alice: Person, rita: Person) -> None:
    incident = make_incident(reporter=rita)
    event = services.add_note(incident, text="again", kind="decision", visibility="internal", **by(rita))
    assert (event.verb, event.data["visibility"]) == ("reply", "public")
    assert "kind" not in event.data


@pytest.mark.parametrize("kind", ["note", "decision", "evidence"])
def test_a_note_keeps_its_kind(alice: Person, kind: str) -> None:
    event = services.add_note(make_incident(), text="x", kind=kind, **by(alice))
    assert (event.verb, event.data["kind"]) == ("note", kind)


def test_a_stranger_writes_nothing(rita: Person) -> None:
    incident = make_incident()
    for write in (services.add_note, services.post_update):
        with pytest.raises(NotPermitted):
            write(incident, text="x", **by(rita))
    with pytest.raises(NotPermitted):
        services.reply_to_incident(incident, text="x", **by(rita))


def test_a_note_says_something_and_nothing_of_the_future(alice: Person, clock: Clock) -> None:
    incident = make_incident()
    with pytest.raises(InputRefused):
        services.add_note(incident, text=" \n ", **by(alice))
    with pytest.raises(InputRefused):
        services.add_note(incident, text="x", occurred_at=clock.now() + timedelta(minutes=5), **by(alice))


def test_a_late_entry_keeps_both_moments(alice: Person, clock: Clock) -> None:
    happened = clock.now() - timedelta(hours=2)
    event = services.add_note(make_incident(), text="Saw it", occurred_at=happened, **by(alice))
    assert event.occurred_at == happened
    assert event.recorded_at - happened >= timedelta(hours=2)
    assert event.is_backdated


# --- Updates ----------------------------------------------------------------------------------------------------------


def update_clocks(incident: Incident) -> list[tuple[int, bool]]:
    rows = SlaClock.objects.filter(incident=incident, kind="update").order_by("ordinal")
    return [(row.ordinal, row.stopped_at is None) for row in rows]


def test_an_update_is_public_and_begins_the_next_period(alice: Person, clock: Clock) -> None:
    incident = make_incident(level=1)
    assert update_clocks(incident) == [(1, True)]
    clock.advance(minutes=20)
    event = services.add_note(incident, text="We reroute", kind="update", **by(alice))
    assert (event.verb, event.data["visibility"]) == ("update", "public")
    assert update_clocks(incident) == [(1, False), (2, True)]
    assert SlaClock.objects.get(incident=incident, kind="update", ordinal=2).origin_at == event.occurred_at


def test_an_update_that_comes_too_late_is_a_breach(alice: Person, clock: Clock) -> None:
    incident = make_incident(level=1)
    clock.advance(minutes=300)
    services.post_update(incident, text="Sorry", **by(alice))
    assert SlaClock.objects.get(incident=incident, kind="update", ordinal=1).breached_at is not None
    breaches = Event.objects.about(incident).filter(verb="breach", data__clock="update")
    assert breaches.count() == 1


def test_after_the_recovery_no_further_period_begins(alice: Person) -> None:
    incident = make_incident(level=1)
    services.recover_incident(incident, **by(alice))
    before = update_clocks(incident)
    services.post_update(incident, text="It works", **by(alice))
    assert update_clocks(incident) == before


def test_an_update_counts_from_now_and_not_of_what_is_over(alice: Person, clock: Clock) -> None:
    incident = make_incident()
    earlier = clock.now() - timedelta(minutes=5)
    with pytest.raises(InputRefused):
        services.add_note(incident, text="x", kind="update", occurred_at=earlier, **by(alice))
    services.cancel_incident(incident, reason="false alarm", **by(alice))
    with pytest.raises(TransitionRefused):
        services.post_update(incident, text="x", **by(alice))


# --- Merged -----------------------------------------------------------------------------------------------------------


def test_a_note_on_a_merged_incident_goes_to_the_one_that_goes_on_and_says_so(alice: Person) -> None:
    first, second, third = (make_incident() for _ in range(3))
    services.merge_incident(first, target=second, **by(alice))
    services.merge_incident(second, target=third, **by(alice))
    event = services.add_note(first, text="Me too", **by(alice))
    assert (event.subject_id, event.data["source"]) == (third.pk, first.pk)
    assert not Event.objects.about(first).filter(verb="note").exists()
    client = Client()
    client.force_login(alice)
    assert f"for INC-{first.pk}, which was merged" in client.get(third.get_absolute_url()).content.decode()
    assert f"what you write goes to {third.reference}" in client.get(first.get_absolute_url()).content.decode()


# --- The reporter answers ---------------------------------------------------------------------------------------------


def test_the_reporters_note_ends_the_waiting_for_it(alice: Person, rita: Person, clock: Clock) -> None:
    incident = waiting_for_the_reporter(alice, reporter=rita, level=3)
    clock.advance(minutes=10)
    services.add_note(incident, text="Firefox", **by(rita))
    incident.refresh_from_db()
    assert incident.status == "acknowledged"
    verbs = list(Event.objects.about(incident).order_by("pk").values_list("verb", flat=True))
    assert verbs[-2:] == ["reply", "resume"]


def test_a_reply_without_an_account_ends_the_waiting_too(alice: Person) -> None:
    incident = waiting_for_the_reporter(alice, level=3)
    event = services.reply_to_incident(
        incident, actor=None, via=Via.EMAIL, text="Firefox", author_name="Li Na", data={"mail": 7}
    )
    incident.refresh_from_db()
    assert incident.status == "acknowledged"
    assert (event.data["name"], event.data["mail"], event.actor) == ("Li Na", 7, None)


@pytest.mark.parametrize("waiting_for", ["vendor", ""])
def test_it_goes_on_waiting_for_others(alice: Person, rita: Person, waiting_for: str) -> None:
    incident = make_incident(reporter=rita)
    services.acknowledge_incident(incident, **by(alice))
    services.hold_incident(incident, reason="the bank", waiting_for=waiting_for, **by(alice))
    services.add_note(incident, text="hello?", **by(rita))
    incident.refresh_from_db()
    assert incident.status == "pending"


def test_a_colleagues_note_does_not_answer_for_the_reporter(alice: Person, rita: Person) -> None:
    incident = waiting_for_the_reporter(alice, reporter=rita)
    services.add_note(incident, text="still nothing", visibility="public", **by(alice))
    incident.refresh_from_db()
    assert incident.status == "pending"


def test_a_reply_to_a_merged_report_ends_the_waiting_of_the_target(alice: Person) -> None:
    source, target = make_incident(), waiting_for_the_reporter(alice)
    services.merge_incident(source, target=target, **by(alice))
    services.reply_to_incident(source, actor=None, via=Via.WEB, text="Firefox", author_name="Li Na")
    target.refresh_from_db()
    assert target.status == "acknowledged"


# --- Letters ----------------------------------------------------------------------------------------------------------


def test_letters_that_cannot_be_kept_are_replaced_and_flagged() -> None:
    event = services.reply_to_incident(
        make_incident(), actor=None, via=Via.EMAIL, text="a\x00b\ud800c \u202e\u200b🔥Z̷̢a̴lgo", author_name="x\x00y"
    )
    event.refresh_from_db()
    assert event.note == "a\ufffdb\ufffdc \u202e\u200b🔥Z̷̢a̴lgo"
    assert event.data["is_sanitised"] is True
    assert event.data["name"] == "x\ufffdy"


def test_a_form_with_a_nul_is_told_so_and_never_a_fault(alice: Person) -> None:
    incident, client = make_incident(), Client()
    client.force_login(alice)
    answer = client.post(f"/incidents/{incident.pk}/note/", {"text": "a\x00b"})
    assert answer.status_code == 400
    assert client.post(f"/incidents/{incident.pk}/note/", {"text": "\u202eabc 🔥\r\nX: y\x1b[31m"}).status_code == 302
    assert Event.objects.about(incident).get(verb="note").note == "\u202eabc 🔥\r\nX: y\x1b[31m"
