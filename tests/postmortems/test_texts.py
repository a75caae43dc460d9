"""The running texts: who may write them when, and that nothing is lost when many write at once."""

import json
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from catalog.models import Role
from lifecycle.transitions import InputRefused, NotPermitted
from postmortems import services
from postmortems.models import Postmortem, Section, SectionRevision
from postmortems.services import WrongPhase, editing
from postmortems.services.editing import PLACES
from tests.factories import make_person
from tests.postmortems.makers import PHASES, make_postmortem, postmortem_in

OPEN = {
    "timeline": {"summary", "impact"},
    "issues": {"summary", "impact", "went-well", "lessons"},
    "actions": {"summary", "impact", "went-well", "lessons"},
    "published": set(),
}


def save(postmortem: Postmortem, key: str = "summary", **options: Any) -> editing.Saved:
    options.setdefault("actor", postmortem.started_by)
    return services.save_text(postmortem, key, via="web", **{"base": 0, **options})


@pytest.mark.django_db
@pytest.mark.parametrize("phase", PHASES)
def test_each_text_is_written_in_its_phases_only(phase: str) -> None:
    postmortem = postmortem_in(phase)
    for key in PLACES:
        if key in OPEN[phase]:
            assert save(postmortem, key, text="Words").text == "Words"
        else:
            with pytest.raises(WrongPhase):
                save(postmortem, key, text="Words")


@pytest.mark.django_db
def test_what_two_wrote_at_once_is_merged_and_every_text_kept() -> None:
    postmortem, bob = make_postmortem(), make_person()
    first = save(postmortem, text="one\ntwo")
    save(postmortem, text="one\ntwo\nby bob", base=first.version, actor=bob)
    merged = save(postmortem, text="ONE\ntwo", base=first.version)
    assert merged.text == "ONE\ntwo\nby bob"
    assert merged.version > merged.sent
    on = save(postmortem, text="ONE\ntwo and more", base=merged.sent)  # typed on before the answer came
    assert on.text == "ONE\ntwo and more\nby bob"
    both = save(postmortem, text="ONE\ntwo changed\nby bob", base=merged.version, actor=bob)
    assert both.text == "ONE\ntwo and more changed\nby bob"
    kept = set(SectionRevision.objects.values_list("text", flat=True))
    assert {"ONE\ntwo", "ONE\ntwo and more", "ONE\ntwo changed\nby bob"} <= kept
    assert Section.objects.get().text == both.text
    assert postmortem.events.filter(verb="edit_section").count() == 2  # one a person and sitting
    assert editing.writers_of(postmortem, but=bob) == {"summary": [str(postmortem.started_by)]}


@pytest.mark.django_db
def test_a_bad_text_is_refused_and_stays_as_it_was_typed(client: Client) -> None:
    writer = make_person()
    postmortem = make_postmortem(actor=writer)
    with pytest.raises(InputRefused, match="too long"):
        save(postmortem, text="x" * 20_001)
    with pytest.raises(NotPermitted):
        save(postmortem, text="x", actor=make_person(Role.REPORTER))
    client.force_login(writer)
    address = reverse("postmortems:text", args=[postmortem.pk, "summary"])
    answer = client.post(address, {"text": "5 MB " * 5000, "base": "0"})
    assert answer.status_code == 400
    assert "5 MB 5 MB" in answer.content.decode()
    told = client.post(address, {"text": "x" * 30_000, "base": "x"}, headers={"accept": "application/json"})
    assert (told.status_code, "too long" in told.json()["reason"]) == (400, True)
    for base in ("", "-1", "9" * 30, "٣"):
        told = client.post(address, {"text": "\x00<b>", "base": base}, headers={"accept": "application/json"})
        assert told.status_code == 200
    assert client.post(reverse("postmortems:text", args=[postmortem.pk, "nothing"])).status_code == 404
    assert client.post(address, {"text": "Without scripts", "base": Section.objects.get().version}).status_code == 302


@pytest.mark.django_db
def test_others_see_what_was_saved_and_hints_for_it(client: Client) -> None:
    postmortem, bob = make_postmortem(), make_person(name="Bob Stone")
    client.force_login(bob)
    address = reverse("postmortems:poll-texts", args=[postmortem.pk])
    save(postmortem, text="Cards failed")
    told = client.get(address, {"known": "summary:0,impact:0"}).json()
    assert told["texts"]["summary"]["text"] == "Cards failed"
    assert set(told["writers"]) == {"summary"}
    assert client.get(address, {"known": "summary:1,impact:0,went-well:0,lessons:0"}).json()["texts"] == {}
    saving = reverse("postmortems:text", args=[postmortem.pk, "impact"])
    typed = {"text": "Bob forgot the key. It was human error.", "base": 0}
    hints = client.post(saving, typed, headers={"accept": "application/json"}).json()["hints"]
    assert len(hints) == 3  # a name beside a fault, a person as the cause, a cause where facts belong
    page = client.get(reverse("postmortems:texts", args=[postmortem.pk])).content.decode()
    assert "Cards failed" in page


TOKEN = "a" * 32
PERSON = """
import http.client, json, sys, urllib.parse
host, port, path, cookie, token, name = sys.argv[1:]
base, text = 0, ""
for turn in range(3):
    text = f"{text}\\n{name} line {turn}" if turn % 2 else f"{name} line {turn}\\n{text}"
    body = urllib.parse.urlencode({"text": text, "base": base, "csrfmiddlewaretoken": token})
    line = http.client.HTTPConnection(host, int(port), timeout=30)
    line.request("POST", path, body, {
        "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
        "Cookie": cookie, "Referer": f"http://{host}:{port}/", "X-CSRFToken": token})
    answer = line.getresponse()
    told = json.loads(answer.read())
    assert answer.status == 200, told
    base, text = (told["version"], told["text"]) if turn == 0 else (told["sent"], text)
"""


@pytest.mark.django_db(transaction=True)
def test_twenty_people_who_write_at_once_lose_nothing(live_server: Any) -> None:
    """Twenty processes, each with a session of its own; the second time they take the merged text over, then they go on
    from what they had sent."""
    postmortem = make_postmortem()
    path = reverse("postmortems:text", args=[postmortem.pk, "summary"])
    host, port = live_server.url.removeprefix("http://").split(":")
    running = []
    for number in range(20):
        client = Client()
        client.force_login(make_person())
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = f"{settings.CSRF_COOKIE_NAME}={TOKEN}; {settings.SESSION_COOKIE_NAME}={session}"
        command = [sys.executable, "-I", "-c", PERSON, host, port, path, cookie, TOKEN, f"person {number:02}"]
        running.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
    faults = [process.communicate(timeout=120)[1] for process in running]
    assert [fault for fault in faults if fault] == []
    lines = Section.objects.get(postmortem=postmortem, key="summary").text.splitlines()
    wanted = {f"person {number:02} line {turn}" for number in range(20) for turn in range(3)}
    assert wanted - set(lines) == set()
    assert json.dumps(sorted(lines)) == json.dumps(sorted([*wanted, *[""] * lines.count("")]))
