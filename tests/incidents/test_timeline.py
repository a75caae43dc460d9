"""The timeline: what reporters read of it, how it is paged, that text stays text."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from incidents import services
from incidents.models import Incident, Pin
from incidents.presentation import timeline
from incidents.presentation.public import WORDS, WRITTEN, is_public
from incidents.presentation.sentences.register import _sentences
from incidents.presentation.timeline import (
    GROUPS,
    entries_for,
    events_for,
    in_group,
    public_entries,
    public_events,
    read_timeline,
)
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, record_event
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_team

pytestmark = pytest.mark.django_db


def by(actor: Person) -> dict[str, Any]:
    return {"actor": actor, "via": "web"}


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def alice() -> Person:
    return make_person(username="alice", name="Alice Secret")


@pytest.fixture
def rita() -> Person:
    return make_person(Role.REPORTER, username="rita", name="Rita")


def fill(incident: Incident, number: int, **fields: Any) -> None:
    """Events of the same moment and of others, as imports and floods make them."""
    kind, start = ContentType.objects.get_for_model(incident), incident.reported_at
    values = {"verb": "note", "via": "web", "data": {"visibility": "internal"}, **fields}
    Event.objects.bulk_create(
        Event(
            subject_type=kind,
            subject_id=incident.pk,
            note=f"entry {place}",
            occurred_at=start + timedelta(seconds=place // 3),
            recorded_at=start + timedelta(seconds=place // 3),
            **values,
        )
        for place in range(1, number + 1)
    )


# --- What reporters read ----------------------------------------------------------------------------------------------


@pytest.fixture
def story(alice: Person, rita: Person) -> Incident:
    incident = make_incident(level=1, reporter=rita, via="web", actor=rita)
    services.acknowledge_incident(incident, **by(alice))
    services.add_note(incident, text="internal thought", **by(alice))
    services.add_note(incident, text="public words", visibility="public", **by(alice))
    services.hold_incident(incident, reason="Which browser?", waiting_for="reporter", **by(alice))
    services.add_note(incident, text="Firefox", **by(rita))
    services.hold_incident(incident, reason="the vendor sleeps", waiting_for="vendor", **by(alice))
    services.resume_incident(incident, note="vendor woke", **by(alice))
    services.propose_solution(incident, text="reroute secretly", **by(alice))
    services.change_level(incident, level=type(incident.level).objects.get(pk=2), reason="only a few", **by(alice))
    services.transfer_incident(incident, team=make_team(name="Ledger crew"), hand_over="pw in vault", **by(alice))
    record_event(incident, "page", actor=None, via="system", data={"people": ["Bob"], "channels": ["voice"]})
    record_event(incident, "summon_oracle", actor=None, via="system", note="oracle", data={"people": ["Pythia"]})
    return incident


FACTS = ("verb", "note", "data", "actor", "occurred_at", "recorded_at")
SECRETS = (
    *("Alice Secret", "internal thought", "the vendor sleeps", "vendor woke", "reroute secretly", "only a few"),
    *("Ledger crew", "pw in vault", "Bob", "oracle", "Pythia"),
)


def test_a_reporter_reads_public_entries_in_plain_words(story: Incident, rita: Person) -> None:
    read = [(entry.actor, entry.text, entry.note) for entry in reversed(entries_for(story, rita))]
    assert read == [
        ("You", "reported it", ""),
        ("Our team", "started to work on it", ""),
        ("Our team", "wrote", "public words"),
        ("Our team", "asks you", "Which browser?"),
        ("You", "wrote", "Firefox"),
        ("Our team", "went on working on it", ""),
        ("Our team", "cannot go on at the moment", ""),
        ("Our team", "went on working on it", ""),
        ("Our team", "handed it to the developers", ""),
    ]
    assert read == [(entry.actor, entry.text, entry.note) for entry in reversed(public_entries(story))]


@pytest.mark.parametrize("address", ["/incidents/{}/", "/incidents/{}/card/", "/api/v1/incidents/{}/events/"])
def test_nothing_internal_of_the_timeline_reaches_a_reporter(story: Incident, rita: Person, address: str) -> None:
    text = signed_in(rita).get(address.format(story.pk)).content.decode()
    start = max(text.find('id="timeline"'), text.find('class="timeline"'), 0)
    assert "Firefox" in text or "handed it to the developers" in text
    assert [
        secret for secret in SECRETS if secret in text[start:].partition("</section>")[0].partition("<aside")[0]
    ] == []


def test_a_colleague_reads_everything(story: Incident, alice: Person) -> None:
    text = signed_in(alice).get(story.get_absolute_url()).content.decode()
    assert [secret for secret in SECRETS if secret not in text] == []


def test_no_way_of_asking_shows_a_reporter_more(story: Incident, rita: Person) -> None:
    page = signed_in(rita).get
    internal = Event.objects.about(story).get(note="internal thought")
    for query in (*(f"show={group}" for group in GROUPS), f"from={internal.pk}", "order=oldest"):
        assert "internal thought" not in page(f"{story.get_absolute_url()}?{query}").content.decode()
    services.pin_entry(story, event=internal.pk, **by(make_person()))
    assert "internal thought" not in page(story.get_absolute_url()).content.decode()


def test_the_one_table_is_the_condition_too(story: Incident) -> None:
    everything = Event.objects.about(story)
    assert {event.pk for event in everything if is_public(event)} == set(
        public_events(story).values_list("pk", flat=True)
    )
    assert set(WRITTEN) <= set(WORDS) <= set(_sentences)


def test_a_note_of_before_there_was_a_choice_is_internal(rita: Person) -> None:
    incident = make_incident(reporter=rita)
    record_event(incident, "note", actor=make_person(), via="web", note="old secret")
    assert "old secret" not in [entry.note for entry in entries_for(incident, rita)]


# --- Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_oldest_first", [False, True])
@pytest.mark.parametrize("group", GROUPS)
def test_the_pages_hold_every_entry_once_and_in_order(alice: Person, group: str, is_oldest_first: bool) -> None:
    incident = make_incident()
    fill(incident, 23, actor=alice)
    fill(incident, 11, verb="page", via="system")
    fill(incident, 7, verb="hold", from_status="acknowledged", to_status="pending", via="detector")
    wanted = list(events_for(incident, alice).filter(in_group(group)).values_list("pk", flat=True))
    assert len(wanted) > 6
    read: list[int] = []
    start = None
    while True:
        page = read_timeline(incident, alice, group=group, is_oldest_first=is_oldest_first, start=start, most=5)
        assert page.is_first == (not read)
        read += [entry.pk for entry in page.entries]
        start = page.further
        if start is None:
            break
    assert read == (wanted[::-1] if is_oldest_first else wanted)


def test_a_permalink_leads_to_the_page_that_shows_its_entry(
    alice: Person, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    incident, page = make_incident(), signed_in(alice).get
    clock.advance(minutes=60)
    fill(incident, 450, actor=alice)
    first = Event.objects.about(incident).get(note="entry 3")
    newest = page(incident.get_absolute_url()).content.decode()
    assert f'id="event-{first.pk}"' not in newest
    assert "Older entries" in newest
    link = f"{incident.get_absolute_url()}?from={first.pk}"
    assert f'id="event-{first.pk}"' in page(link).content.decode()
    assert "Back to the newest" in page(link).content.decode()
    shown = Event.objects.about(incident).get(note="entry 449")
    at_top = page(f"{incident.get_absolute_url()}?from={shown.pk}").content.decode()
    assert "Back to the newest" not in at_top
    assert f'href="{incident.get_absolute_url()}?from={shown.pk}#event-{shown.pk}"' in newest


@pytest.mark.parametrize("start", ["x", "-1", "9" * 30, "٣", "0"])
def test_an_entry_that_is_not_there_leads_to_the_beginning(alice: Person, start: str) -> None:
    incident = make_incident()
    other = make_incident()
    strange = Event.objects.about(other).get(verb="report").pk
    for asked in (start, str(strange)):
        answer = signed_in(alice).get(incident.get_absolute_url(), {"from": asked})
        assert answer.status_code == 200
        assert "reported it" in answer.content.decode()


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_a_long_timeline_costs_no_more_queries_than_a_short_one(alice: Person) -> None:
    short, long, client = make_incident(), make_incident(), signed_in(alice)
    fill(long, 500, actor=alice)
    for event in Event.objects.about(long).order_by("-pk")[:5]:
        services.pin_entry(long, event=event.pk, **by(alice))
    services.watch_incident(long, **by(alice))
    queries_of(client, short.get_absolute_url())
    # One more for the pins, two for what is similar to it: whatever the length.
    assert queries_of(client, long.get_absolute_url()) <= queries_of(client, short.get_absolute_url()) + 3


def test_the_stepper_knows_what_lies_far_behind_the_first_page(alice: Person) -> None:
    incident = make_incident()
    services.acknowledge_incident(incident, actor=alice, via="voice")
    fill(incident, 250, actor=alice)
    steps = timeline.way_of(incident)
    assert [event.verb for event in steps] == ["report", "acknowledge"]
    assert "phone key" in signed_in(alice).get(incident.get_absolute_url()).content.decode()


# --- Pins -------------------------------------------------------------------------------------------------------------


def test_a_pinned_entry_stands_on_top_and_its_event_stays_as_it_was(alice: Person) -> None:
    incident, client = make_incident(), signed_in(alice)
    event = services.add_note(incident, text="the bank's hotline", **by(alice))
    before = Event.objects.values(*FACTS).get(pk=event.pk)
    for _ in range(2):
        assert client.post(f"/incidents/{incident.pk}/pin/", {"event": event.pk}).status_code == 302
    page = client.get(incident.get_absolute_url()).content.decode()
    assert f'id="pinned-event-{event.pk}"' in page
    assert Pin.objects.get().event_id == event.pk
    assert before == Event.objects.values(*FACTS).get(pk=event.pk)
    client.post(f"/incidents/{incident.pk}/unpin/", {"event": event.pk})
    assert not Pin.objects.exists()
    verbs = Event.objects.about(incident).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["report", "note", "pin", "unpin"]


def test_only_entries_of_the_same_incident_are_pinned_and_not_by_reporters(alice: Person, rita: Person) -> None:
    incident, other = make_incident(reporter=rita), make_incident()
    strange, own = (Event.objects.about(record).get(verb="report") for record in (other, incident))
    with pytest.raises(InputRefused):
        services.pin_entry(incident, event=strange.pk, **by(alice))
    with pytest.raises(NotPermitted):
        services.pin_entry(incident, event=own.pk, **by(rita))
    assert "/pin/" not in signed_in(rita).get(incident.get_absolute_url()).content.decode()


def test_at_most_ten_are_pinned(alice: Person) -> None:
    incident = make_incident()
    fill(incident, 11)
    *ten, eleventh = Event.objects.about(incident).filter(verb="note")
    for event in ten:
        services.pin_entry(incident, event=event.pk, **by(alice))
    with pytest.raises(InputRefused, match="At most 10"):
        services.pin_entry(incident, event=eleventh.pk, **by(alice))


# --- Text is text -----------------------------------------------------------------------------------------------------

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "<script>alert(1)</script>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "javascript:alert(1) data:text/html,x vbscript:x",
    '<b hx-get="/logout/" hx-on:click="x" hx-trigger="load" data-hx-post="/x">',
    "<!channel> {{ incident.pk }} {% now 'Y' %}",
    "</textarea></title></bdi>",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_is_shown_as_text_everywhere(alice: Person, text: str) -> None:
    incident = make_incident(title=text, description=text, reporter_name=text[:100])
    services.add_note(incident, text=text, **by(alice))
    services.reply_to_incident(incident, actor=None, via="web", text=text, author_name=text)
    for address in ("", "card/"):
        page = signed_in(alice).get(f"{incident.get_absolute_url()}{address}").content.decode()
        for forbidden in (
            "<img src=x",
            "<svg onload",
            "<script>alert",
            'href="javascript:',
            "<b hx-get",
            "</textarea></title>",
        ):
            assert forbidden not in page
        assert 'href="data:' not in page


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see https://a.example/x?y=1&z=2.", "see {https://a.example/x?y=1&amp;z=2}."),
        ("看http://a.example/日志请看", "看{http://a.example/}日志请看"),
        ("(https://a.example/x_(y))", "({https://a.example/x_(y)})"),
        ("https://a.example/\u202ecod.exe", "{https://a.example/}\u202ecod.exe"),
        ("mailto:a.b@example.com, ok", "{mailto:a.b@example.com}, ok"),
        ('https://a.example/"onclick="x', "{https://a.example/}&quot;onclick=&quot;x"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("data:text/html,<b>", "data:text/html,&lt;b&gt;"),
        ("xhttps://a.example ftp://a.example", "xhttps://a.example ftp://a.example"),
        ("https:// http://", "https:// http://"),
    ],
)
def test_only_addresses_of_the_web_and_of_mail_become_links(text: str, html: str) -> None:
    shown = Template("{% load incident_words %}{{ text|linked }}").render(Context({"text": text}))
    before, brace, rest = html.partition("{")
    link, _brace, after = rest.partition("}")
    wanted = f'<a href="{link}" rel="noopener noreferrer nofollow">{link}</a>' if brace else ""
    assert shown == before + wanted + after


def test_text_that_turns_its_direction_round_is_kept_apart(alice: Person) -> None:
    incident = make_incident(title="abc \u202e fed")
    services.add_note(incident, text="abc \u202e fed\u200b 🔥", **by(alice))
    page = signed_in(alice).get(incident.get_absolute_url()).content.decode()
    assert "<bdi>abc \u202e fed\u200b 🔥</bdi>" in page
    assert "<h1><bdi>" in page


def test_line_breaks_reach_no_header(alice: Person) -> None:
    incident = make_incident(title="a\r\nSet-Cookie: x=y\x1b[31m")
    assert "\n" not in incident.title
    assert "\x1b" not in incident.title
    answer = signed_in(alice).get(incident.get_absolute_url())
    assert "x" not in answer.cookies


def test_no_page_of_a_person_is_kept_by_a_cache(alice: Person) -> None:
    incident = make_incident()
    for address in ("", "card/"):
        answer = signed_in(alice).get(f"{incident.get_absolute_url()}{address}")
        assert "no-store" in answer.headers["Cache-Control"]
        assert "Cookie" in answer.headers["Vary"]
