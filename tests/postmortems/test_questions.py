"""What a timeline cites beside events, what it asks about, and how it is answered."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog.models import Person
from detection.models import Alert
from incidents.models import Incident
from incidents.services import add_note, pin_entry
from lifecycle import clock as time
from lifecycle.models import Event
from lifecycle.transitions import InputRefused
from notifications.models import Channel, Delivery, DeliveryStatus, Purpose
from postmortems import facts, services
from postmortems.questions import questions_of, silences_of
from tests.factories import make_person
from tests.postmortems.makers import add_entry, make_postmortem, recovered_incident

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": None, "via": "web"}


def deliver(incident: Incident, person: Person, key: str, **fields: Any) -> Delivery:
    at = time.now()
    values = {"channel": Channel.SMS, "purpose": Purpose.INITIAL, "status": DeliveryStatus.DELIVERED, "sent_at": at}
    return Delivery.objects.create(incident=incident, recipient=person, dedup_key=key, body="x", **values | fields)


def test_alerts_and_messages_are_cited_once_and_without_names() -> None:
    incident, engineer = recovered_incident(), make_person(name="Alice Chen")
    at = time.now()
    Alert.objects.create(
        incident=incident, title="Success below 95 %", started_at=at, opened_at=at, last_seen_at=at, ended_at=at
    )
    first = deliver(incident, engineer, "a", sent_at=at)
    deliver(incident, make_person(), "b", sent_at=at)
    deliver(incident, engineer, "c", channel=Channel.EMAIL, sent_at=None, status=DeliveryStatus.QUEUED)
    postmortem = make_postmortem(incident)
    cited = {entry.citation: entry for entry in postmortem.entries.exclude(citation="")}
    alert = Alert.objects.get()
    assert set(cited) == {
        f"incident:{incident.pk}:occurred",
        f"alert:{alert.pk}:opened",
        f"alert:{alert.pk}:ended",
        f"delivery:{first.pk}",
    }
    told = cited[f"delivery:{first.pk}"]
    assert told.what == "Sent by SMS to 2 people: initial notice"
    assert incident.reference in told.source
    assert "Alice" not in "".join(entry.what for entry in cited.values())
    services.remove_entry(told, **WHO)
    assert services.draw_in_events(postmortem, **WHO) == 0
    deliver(incident, engineer, "d", purpose=Purpose.RECTIFIED)
    assert services.draw_in_events(postmortem, **WHO) == 1


def test_a_pinned_note_says_so() -> None:
    incident, engineer = recovered_incident(), make_person()
    add_note(incident, text="Half of the requests time out", actor=engineer, via="web")
    note = Event.objects.about(incident).get(verb="note")
    pin_entry(incident, actor=engineer, via="web", event=note.pk)
    assert "pinned" in make_postmortem(incident).entries.get(event=note).source


def test_a_question_is_answered_by_an_entry_or_by_a_name() -> None:
    postmortem, engineer = make_postmortem(), make_person(name="Alice")

    def asked() -> list[str]:
        answers = list(postmortem.gap_answers.all())
        return [each.milestone for each in questions_of(postmortem, answers) if each.answer is None]

    assert asked() == ["notified", "decided"]
    add_entry(postmortem, milestone="notified")
    assert asked() == ["decided"]
    services.answer_gap(postmortem, milestone="decided", note="nobody had to", actor=engineer, via="web")
    assert asked() == []
    with pytest.raises(InputRefused):
        services.answer_gap(postmortem, milestone="baked", **WHO)
    client = Client()
    client.force_login(engineer)
    assert "nobody had to" in client.get(postmortem.get_absolute_url()).content.decode()


def test_a_silence_is_answered_until_something_is_entered_in_between() -> None:
    postmortem, engineer = make_postmortem(), make_person(name="Alice")
    add_entry(postmortem, happened_at=time.now() - timedelta(hours=3))
    client = Client()
    client.force_login(engineer)
    (silence,) = silences_of(postmortem, [])
    typed = {
        "started_at": silence.gap.started_at.isoformat(),
        "ended_at": silence.gap.ended_at.isoformat(),
        "note": "waiting for the bank",
    }
    assert client.post(f"{postmortem.get_absolute_url()}answer_gap/", typed).status_code == 302
    body = client.get(postmortem.get_absolute_url()).content.decode()
    assert "says Alice" in body
    assert "No entry for" not in body
    with pytest.raises(InputRefused, match="from when to when"):
        services.answer_gap(postmortem, started_at=time.now(), **WHO)
    add_entry(postmortem, happened_at=silence.gap.started_at + timedelta(minutes=5))
    with pytest.raises(InputRefused, match="in between"):
        services.answer_gap(postmortem, started_at=silence.gap.started_at, ended_at=silence.gap.ended_at, **WHO)


def test_an_open_question_becomes_missing_data_with_one_click() -> None:
    postmortem = make_postmortem()
    services.open_issues(postmortem, **WHO)
    client = Client()
    client.force_login(make_person())
    body = client.get(postmortem.get_absolute_url()).content.decode()
    assert "The timeline does not say: Which decisions were taken, and when?" in body


def test_a_replay_is_kept_with_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    postmortem, engineer = make_postmortem(), make_person()
    at = time.now() - timedelta(minutes=70)
    found = [facts.Replay("Success rate", "/x/", at, 11, True), facts.Replay("Volume", "/y/", None, None, True)]
    monkeypatch.setattr(facts, "_replayers", [lambda _incident, _actor: found])
    services.replay_detection(postmortem, actor=engineer, via="web")
    client = Client()
    client.force_login(engineer)
    body = client.get(postmortem.get_absolute_url()).content.decode()
    assert "would have fired, 11 min before it was reported" in body
    assert "would not have fired" in body
    assert postmortem.events.get(verb="replay_detection").data == {"rules": 2, "fired": 1}
