"""Chat groups of incidents: made once, by themselves or on demand, with the right people, whatever dies meanwhile."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog.models import Role
from incidents.models import Incident
from incidents.services import acknowledge_incident, cancel_incident, declare_major
from lifecycle.models import Event, Via
from lifecycle.transitions import NotPermitted
from notifications.channels.base import ChannelError
from notifications.channels.chats import Note
from notifications.fake_carrier.records import Modes
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import PagingSettings, WarRoom
from notifications.services import warrooms
from notifications.services.dispatching import dispatch_events
from notifications.services.warrooms import claim_rooms, finish, want_war_room, work
from notifications.warrooms import ROOMS, Plan
from notifications.warrooms.base import Talk
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db
KINDS = ("slack", "feishu")


@pytest.fixture(scope="module")
def running() -> Iterator[FakeCarrier]:
    with FakeCarrier(account_sid="AC1", auth_token="t") as carrier:
        yield carrier


@pytest.fixture
def carrier(running: FakeCarrier, settings: Any) -> Iterator[FakeCarrier]:
    """Both programs are set up."""
    running.reset()
    settings.OUTBOUND_ALLOW = [running.url.removeprefix("http://")]
    settings.SLACK_API_URL, settings.SLACK_BOT_TOKEN = f"{running.url}/slack/api", "t"
    settings.FEISHU_API_URL = f"{running.url}/feishu"
    settings.FEISHU_APP_ID, settings.FEISHU_APP_SECRET = "cli_1", "t"
    yield running
    running.assert_nothing_unexpected()


def choose(kind: str = "", levels: tuple[int, ...] = ()) -> None:
    PagingSettings.objects.update(war_room_kind=kind, war_room_levels=list(levels))


def make_rooms() -> None:
    """What the cycle does, in this thread."""
    dispatch_events()
    claims, failures = claim_rooms()
    assert not failures
    for claim in claims:
        work(claim)


def verbs(incident: Incident) -> list[str]:
    return list(
        Event.objects.about(incident).filter(verb__contains="war_room").order_by("id").values_list("verb", flat=True)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_group_is_made_by_itself_for_the_levels_that_say_so(carrier: FakeCarrier, kind: str) -> None:
    choose(kind, (1,))
    handler, absent = make_person(), make_person(Role.INCIDENT_MANAGER, name="Nobody There")
    carrier.exchange.strangers.add(absent.email)
    make_incident(level=2)
    incident = make_incident(level=1, title="Payments <!channel> fail", description="Since 03:00")
    acknowledge_incident(incident, actor=handler, via=Via.WEB)
    make_rooms()
    room = WarRoom.objects.get()
    assert (room.incident, room.status, room.missing) == (incident, "open", ["Nobody There"])
    assert handler.name in room.invited
    assert room.url.startswith("https://applink.feishu.cn/" if kind == "feishu" else f"{carrier.url}/archives/C")
    group = carrier.made_group(incident.reference.lower())
    assert handler.email in group.group.members
    line = group.expect_message(f"[L1][{incident.reference}]", "Since 03:00")
    assert (line.mentions, line.links) == ((), (f"http://testserver{incident.get_absolute_url()}",))
    assert "[L1] Payments" in group.group.topic
    assert verbs(incident) == ["want_war_room", "open_war_room"]
    make_rooms()
    group.expect_nothing()


@pytest.mark.parametrize("kind", KINDS)
def test_its_end_is_told_once(carrier: FakeCarrier, kind: str) -> None:
    choose(kind, (2,))
    incident = make_incident()
    make_rooms()
    group = carrier.made_group(incident.reference.lower())
    group.expect_message("handling of the incident")
    cancel_incident(incident, actor=make_person(), via=Via.WEB, reason="False alarm")
    make_rooms()
    group.expect_message("The incident is over")
    make_rooms()
    assert WarRoom.objects.get().status == "closed"


def test_a_major_incident_gets_one_whatever_its_level(carrier: FakeCarrier) -> None:
    incident = make_incident(level=2)
    make_rooms()
    assert not WarRoom.objects.exists()
    declare_major(incident, actor=make_person(Role.INCIDENT_MANAGER), via=Via.WEB, reason="Large")
    make_rooms()
    carrier.made_group(incident.reference.lower()).expect_message("handling of the incident")


def test_without_a_chat_program_nothing_happens_and_nothing_is_shown(client: Client) -> None:
    choose("", (1, 2, 3))
    incident = make_incident(level=1)
    make_rooms()
    assert not WarRoom.objects.exists()
    client.force_login(make_person())
    page = client.get(incident.get_absolute_url())
    assert page.status_code == 200
    assert "war-room" not in page.content.decode()
    answer = client.post(f"/incidents/{incident.pk}/chat-group/create/", follow=True)
    assert "No chat program is set up" in answer.content.decode()


def test_the_button_makes_it_and_then_leads_there(carrier: FakeCarrier, client: Client) -> None:
    incident, person = make_incident(), make_person()
    client.force_login(person)
    assert "Create chat group" in client.get(incident.get_absolute_url()).content.decode()
    page = client.post(f"/incidents/{incident.pk}/chat-group/create/", follow=True).content.decode()
    assert "Being made in Slack" in page
    assert "Create chat group" not in page
    make_rooms()
    carrier.made_group(incident.reference.lower()).expect_message("handling of the incident")
    page = client.get(incident.get_absolute_url()).content.decode()
    assert WarRoom.objects.get().url in page
    assert "Open chat" in page


def test_who_does_not_handle_incidents_may_not(carrier: FakeCarrier, client: Client) -> None:
    incident, reader = make_incident(), make_person(Role.MANAGER)
    with pytest.raises(NotPermitted):
        want_war_room(incident, actor=reader, via=Via.WEB)
    client.force_login(reader)
    assert "Create chat group" not in client.get(incident.get_absolute_url()).content.decode()
    client.post(f"/incidents/{incident.pk}/chat-group/create/")
    assert not WarRoom.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", ["open", "invite", "write"])
def test_an_attempt_that_died_is_taken_up_without_a_second_group_or_message(
    carrier: FakeCarrier, clock: Clock, monkeypatch: pytest.MonkeyPatch, kind: str, step: str
) -> None:
    """The process dies right after that step: nothing of it is known but what the program kept."""
    choose(kind, (2,))
    incident = make_incident()
    program = ROOMS[kind]
    genuine = getattr(program, step)

    def die(*values: Any, **options: Any) -> None:
        genuine(*values, **options)
        raise SystemExit

    monkeypatch.setattr(program, step, die, raising=True)
    with pytest.raises(SystemExit):
        make_rooms()
    monkeypatch.undo()
    make_rooms()
    assert WarRoom.objects.get().status == "wanted", "the lease still holds"
    clock.advance(warrooms.LEASE + timedelta(seconds=1))
    make_rooms()
    made = [group for group in carrier.exchange.groups.values() if group.is_made_by_us]
    assert [group.name for group in made] == [incident.reference.lower()]
    carrier.made_group(incident.reference.lower()).expect_message("handling of the incident")
    assert WarRoom.objects.get().status == "open"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("refusal", "wait"), [("429", 7), ("500", 15), ("garbled", 15)])
def test_trouble_is_waited_out(carrier: FakeCarrier, clock: Clock, kind: str, refusal: Any, wait: int) -> None:
    choose(kind, (2,))
    incident = make_incident()
    carrier.change_modes(Modes(chat_refusal=refusal))
    make_rooms()
    room = WarRoom.objects.get()
    assert (room.status, room.attempt) == ("wanted", 1)
    carrier.change_modes(Modes())
    make_rooms()
    assert WarRoom.objects.get().attempt == 1, "it is left alone for a while"
    clock.advance(timedelta(seconds=(60 if kind == "feishu" and refusal == "429" else wait) + 1))
    make_rooms()
    carrier.made_group(incident.reference.lower()).expect_message("handling of the incident")


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_token_is_told_and_may_be_mended(
    carrier: FakeCarrier, settings: Any, client: Client, kind: str
) -> None:
    choose(kind, (2,))
    settings.SLACK_BOT_TOKEN = settings.FEISHU_APP_SECRET = "wrong"
    incident = make_incident()
    make_rooms()
    assert WarRoom.objects.get().status == "failed"
    assert verbs(incident) == ["want_war_room", "fail_war_room"]
    client.force_login(make_person())
    page = client.get(incident.get_absolute_url()).content.decode()
    assert "Try again" in page
    assert "refuses" in page
    settings.SLACK_BOT_TOKEN = settings.FEISHU_APP_SECRET = "t"
    client.post(f"/incidents/{incident.pk}/chat-group/create/")
    make_rooms()
    carrier.made_group(incident.reference.lower()).expect_message("handling of the incident")


def test_who_finishes_late_is_fenced_off(carrier: FakeCarrier, clock: Clock) -> None:
    choose("slack", (2,))
    incident = make_incident()
    dispatch_events()
    (late,), _failures = claim_rooms()
    clock.advance(warrooms.LEASE + timedelta(seconds=1))
    make_rooms()
    finish(late, warrooms.Outcome(error=ChannelError("late", permanent=True)))
    assert WarRoom.objects.get().status == "open"
    carrier.made_group(incident.reference.lower()).expect_message("handling of the incident")


def test_a_confidential_incident_gets_a_private_channel_with_those_who_may_see_it(
    carrier: FakeCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is on call and has nothing to do with it stays outside."""
    outsider = make_person()
    monkeypatch.setattr(warrooms, "managers_of", lambda _incident: [outsider])
    team = make_team(outsider)
    insider = make_person()
    incident = make_incident(service=make_service(operations_team=team))
    acknowledge_incident(incident, actor=insider, via=Via.WEB)
    Incident.objects.filter(pk=incident.pk).update(is_restricted=True, owner=insider)
    want_war_room(incident, actor=None, via=Via.SYSTEM)
    make_rooms()
    group = carrier.made_group(incident.reference.lower())
    group.expect_message("handling of the incident")
    assert group.group.is_private
    assert outsider.email not in group.group.members
    assert insider.email in group.group.members


def test_a_public_channel_of_the_same_name_is_no_stand_in_for_a_private_one(carrier: FakeCarrier) -> None:
    slack = ROOMS["slack"]
    slack.open(Talk(), Plan("inc-7", "x", is_private=False))
    with pytest.raises(ChannelError, match="may not use") as caught:
        slack.open(Talk(), Plan("inc-7", "x", is_private=True))
    assert caught.value.permanent


@pytest.mark.parametrize("kind", KINDS)
def test_the_conversation_ends_in_time(carrier: FakeCarrier, kind: str) -> None:
    with pytest.raises(ChannelError, match="too slow"):
        ROOMS[kind].open(Talk(ends=0), Plan("inc-7", "x", is_private=False))


@pytest.mark.parametrize("kind", KINDS)
def test_a_repeated_message_is_known_by_its_key(carrier: FakeCarrier, kind: str) -> None:
    program, plan = ROOMS[kind], Plan("inc-7", "x", is_private=False)
    room = program.open(Talk(), plan)
    for is_repeat in (False, True):
        program.write(Talk(), room, Note("Title", "words"), key="k1", is_repeat=is_repeat)
    carrier.made_group("inc-7").expect_message("words")
    carrier.made_group("inc-7").expect_nothing()


def test_the_api_asks_for_a_group_and_says_where_it_stands(carrier: FakeCarrier, client: Client) -> None:
    incident = make_incident()
    path = f"/api/v1/chat-groups/{incident.pk}/"
    client.force_login(make_person(Role.MANAGER))
    assert client.post(path).status_code == 403
    client.force_login(make_person())
    assert client.get(path).status_code == 404
    asked = client.post(path)
    assert (asked.status_code, asked.json()["status"]) == (202, "wanted")
    make_rooms()
    carrier.made_group(incident.reference.lower()).expect_message("handling of the incident")
    assert client.get(path).json()["status"] == "open"
    Incident.objects.update(is_restricted=True)
    assert client.post(path).status_code == 404
