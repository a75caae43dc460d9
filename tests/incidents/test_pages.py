"""The incident pages: who sees what, what is offered, and that nothing typed is lost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from incidents import services
from incidents.models import Incident, Level, Solution
from lifecycle.transitions import record_event
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def engineer() -> Person:
    return make_person(name="Alice")


@pytest.fixture
def page(engineer: Person) -> Client:
    return signed_in(engineer)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


# --- Access -------------------------------------------------------------------------------------------


def test_a_reporter_sees_only_their_own_incidents() -> None:
    reporter = make_person(Role.REPORTER)
    mine, other = make_incident(title="My card", reporter=reporter), make_incident(title="Somebody else's card")
    client = signed_in(reporter)
    listed = text_of(client.get("/incidents/?tab=all"))
    assert "My card" in listed
    assert "else" not in listed
    assert client.get(mine.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.get("/approvals/").status_code == 404


def test_a_reporter_confirms_their_own_incident() -> None:
    reporter, engineer = make_person(Role.REPORTER), make_person()
    incident = make_incident(reporter=reporter, level=3)
    services.acknowledge_incident(incident, actor=engineer, via="web")
    services.resolve_incident(incident, actor=engineer, via="web", resolution="done", cause_class="known")
    client = signed_in(reporter)
    assert "Confirm" in text_of(client.get(incident.get_absolute_url()))
    client.post(f"/incidents/{incident.pk}/confirm/", {"version": incident.version})
    incident.refresh_from_db()
    assert incident.confirmed_at is not None


def test_every_page_refuses_frames_and_foreign_scripts(page: Client) -> None:
    for url in ("/incidents/", make_incident().get_absolute_url(), "/incidents/new/", "/approvals/"):
        headers = page.get(url).headers
        assert headers["X-Frame-Options"] == "DENY"
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]


# --- The list -------------------------------------------------------------------------------------------


def count_queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_list_costs_the_same_for_three_and_for_thirty_rows(page: Client) -> None:
    service = make_service()
    for _number in range(3):
        make_incident(service=service)
    few = count_queries(page, "/incidents/")
    for _number in range(27):
        services.acknowledge_incident(make_incident(service=service), actor=make_person(), via="web")
    many = count_queries(page, "/incidents/")
    assert few == many
    assert many <= 12


def test_the_incident_whose_deadline_comes_first_stands_first(page: Client) -> None:
    calm, urgent = make_incident(title="calm", level=3), make_incident(title="urgent", level=1)
    listed = text_of(page.get("/incidents/"))
    assert listed.index(f'id="incident-{urgent.pk}"') < listed.index(f'id="incident-{calm.pk}"')


def test_all_incidents_stand_newest_first(page: Client) -> None:
    urgent, newest = make_incident(level=1), make_incident(level=3)
    listed = text_of(page.get("/incidents/?tab=all"))
    assert listed.index(f'id="incident-{newest.pk}"') < listed.index(f'id="incident-{urgent.pk}"')


def test_each_tab_shows_and_counts_its_incidents(engineer: Person, page: Client, clock: Clock) -> None:
    service = make_service(operations_team=make_team(engineer))
    new, of_team = make_incident(title="new"), make_incident(title="of-team", service=service)
    mine, major = make_incident(title="mine"), make_incident(title="major", level=1)
    over = make_incident(title="over")
    services.cancel_incident(over, actor=engineer, via="web", reason="test")
    services.assign_incident(mine, actor=engineer, via="web", owner=engineer)
    for incident in (of_team, mine, major):
        services.acknowledge_incident(incident, actor=make_person(), via="web")
    clock.advance(minutes=40)
    expected = {
        "mine": {mine},
        "team": {of_team},
        "unacknowledged": {new},
        "majors": {major},
        "at_risk": {new},
        "open": {new, of_team, mine, major},
        "all": {new, of_team, mine, major, over},
    }
    for tab, incidents in expected.items():
        listed = text_of(page.get(f"/incidents/?tab={tab}"))
        assert set(map(int, re.findall(r'id="incident-(\d+)"', listed))) == {row.pk for row in incidents}, tab
        assert re.search(
            rf'tab={tab}" aria-current="page">[^<]+<span class="count[^"]*">{len(incidents)}</span>', listed
        )


def test_filters_narrow_the_list(engineer: Person, page: Client) -> None:
    service = make_service(name="Refunds", slug="refunds")
    wanted = make_incident(title="Refund totals differ", service=service, level=1)
    other = make_incident(title="Login is slow")
    services.assign_incident(other, actor=engineer, via="web", owner=engineer)
    for query in ("q=refund", f"q=INC-{wanted.pk}", "service=refunds", "level=1", "owner=-"):
        listed = text_of(page.get(f"/incidents/?{query}"))
        assert "Refund totals differ" in listed, query
        assert "Login is slow" not in listed, query


@pytest.mark.parametrize(
    "query", ["status=nonsense", "level=x", "service=%00", "q=%00", "owner=nobody-here", "level=999"]
)
def test_a_filter_that_is_not_understood_says_so_and_shows_nothing(page: Client, query: str) -> None:
    incident = make_incident()
    response = page.get(f"/incidents/?{query}")
    assert response.status_code == 200
    assert "is not understood" in text_of(response)
    assert f'id="incident-{incident.pk}"' not in text_of(response)


@pytest.mark.parametrize(
    "query", ["page=%00", "page=-1", "page=99999999999999999999", "tab=%00", "show=%00", "unknown=1"]
)
def test_odd_addresses_are_harmless(page: Client, query: str) -> None:
    incident = make_incident()
    assert page.get(f"/incidents/?{query}").status_code == 200
    assert page.get(f"{incident.get_absolute_url()}?{query}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/incidents/99999999999999999999999/", "/incidents/%00/", "/incidents/0/", "/incidents/1/no%00/"]
)
def test_odd_numbers_are_not_found(page: Client, path: str) -> None:
    assert page.get(path).status_code == 404


def test_the_empty_list_is_quiet_or_says_which_filter_to_drop(page: Client) -> None:
    assert "All quiet" in text_of(page.get("/incidents/"))
    make_incident(title="something")
    listed = text_of(page.get("/incidents/?q=nothing&level=1"))
    assert "No incident matches" in listed
    assert "without Search: nothing" in listed
    assert 'href="/incidents/?tab=open&amp;level=1"' in listed


def test_long_lists_are_cut_into_pages_without_loss(page: Client) -> None:
    service = make_service()
    made = {make_incident(service=service).pk for _number in range(53)}
    seen: list[int] = []
    for number in (1, 2):
        listed = text_of(page.get(f"/incidents/?page={number}"))
        seen += map(int, re.findall(r'id="incident-(\d+)"', listed))
    assert "51 to 53 of 53" in listed
    assert sorted(seen) == sorted(made)


def test_an_incident_is_acknowledged_from_the_list(engineer: Person, page: Client) -> None:
    incident = make_incident()
    assert "Acknowledge</button>" in text_of(page.get("/incidents/"))
    response = page.post(f"/incidents/{incident.pk}/acknowledge/", {"version": 1, "next": "/incidents/?tab=open"})
    assert response.headers["Location"] == "/incidents/?tab=open"
    incident.refresh_from_db()
    assert incident.handler == engineer


def test_the_way_back_never_leaves_the_product(page: Client) -> None:
    incident = make_incident()
    response = page.post(f"/incidents/{incident.pk}/acknowledge/", {"next": "https://elsewhere.example/"})
    assert response.headers["Location"] == incident.get_absolute_url()


# --- The page ---------------------------------------------------------------------------------------------


def test_the_page_answers_the_questions_above_the_fold(page: Client) -> None:
    incident = make_incident(level=1, title="Cards fail", reporter_contact="+86 139")
    seen = text_of(page.get(incident.get_absolute_url()))
    for words in ("Level 1", incident.reference, "Cards fail", str(incident.service), "Response", "Recovery"):
        assert words in seen
    assert "+86 139" in seen
    assert "from the occurrence" in seen


def test_a_blocked_step_is_shown_with_its_reason(engineer: Person, page: Client) -> None:
    incident = make_incident(level=1)
    services.acknowledge_incident(incident, actor=engineer, via="web")
    services.recover_incident(incident, actor=engineer, via="web")
    seen = text_of(page.get(incident.get_absolute_url()))
    assert re.search(r'disabled aria-describedby="why-resolve">Resolve</button>', seen)
    assert "A solution needs the incident manager" in seen


def test_a_get_of_a_verb_opens_its_form_and_changes_nothing(page: Client) -> None:
    incident = make_incident()
    response = page.get(f"/incidents/{incident.pk}/recover/")
    assert response.status_code == 200
    assert 'class="card is-accent opened"' in text_of(response)
    incident.refresh_from_db()
    assert incident.status == "reported"


@pytest.mark.parametrize("tail", ["", "recover/", "change_level/", "card/"])
def test_no_two_fields_share_an_id(engineer: Person, page: Client, tail: str) -> None:
    incident = make_incident(level=1)
    services.propose_solution(incident, actor=make_person(), via="web", text="revert")
    seen = page.get(f"{incident.get_absolute_url()}{tail}").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', seen)
    assert sorted(ids) == sorted(set(ids))


def test_after_a_relapse_the_first_step_is_the_present_one_again(engineer: Person, page: Client) -> None:
    incident = make_incident()
    services.acknowledge_incident(incident, actor=engineer, via="web")
    services.recover_incident(incident, actor=engineer, via="web")
    services.reopen_incident(incident, actor=engineer, via="web", reason="again", is_down=True)
    seen = text_of(page.get(incident.get_absolute_url()))
    present = re.search(r'<li class="is-now" aria-current="step">.*?</li>', seen)
    assert present is not None
    assert "Reported" in present[0]


def test_an_unknown_verb_is_not_found(page: Client) -> None:
    assert page.post(f"/incidents/{make_incident().pk}/explode/").status_code == 404


def test_whoever_comes_too_late_reads_who_was_first_and_keeps_what_they_typed(page: Client) -> None:
    incident, other = make_incident(), make_person(name="Wang Wei")
    seen_version = incident.version
    services.recover_incident(incident, actor=other, via="web")
    typed = {"version": seen_version, "workaround": "I switched <PG-3> off\nand on", "recovered_at": ""}
    response = page.post(f"/incidents/{incident.pk}/recover/", typed)
    assert response.status_code == 409
    seen = response.content.decode()
    assert "Wang Wei recovered it" in seen
    assert "I switched &lt;PG-3&gt; off\nand on" in seen
    assert f'name="version" value="{incident.version}"' in seen


def test_missing_input_comes_back_with_a_sentence_and_everything_typed(engineer: Person, page: Client) -> None:
    incident = make_incident(level=3)
    services.acknowledge_incident(incident, actor=engineer, via="web")
    response = page.post(f"/incidents/{incident.pk}/resolve/", {"resolution": "restarted it", "cause_class": "x"})
    assert response.status_code == 400
    assert "restarted it" in text_of(response)
    assert "Select a valid choice" in text_of(response)


def test_a_refusal_of_the_service_stands_at_its_field(page: Client) -> None:
    incident = make_incident()
    typed = {"workaround": "kept", "recovered_at": "2001-01-01T00:00"}
    response = page.post(f"/incidents/{incident.pk}/recover/", typed)
    assert response.status_code == 400
    assert "It must have recovered between its occurrence and now." in text_of(response)
    assert "2001-01-01T00:00" in text_of(response)


def test_a_role_that_may_not_is_told_so(engineer: Person) -> None:
    developer = make_person(Role.DEVELOPER)
    incident = make_incident()
    response = signed_in(developer).post(f"/incidents/{incident.pk}/cancel/", {"reason": "no"})
    assert response.status_code == 403
    assert "Your role does not allow this." in text_of(response)


@pytest.mark.parametrize("verb", ["hold", "note", "cancel", "propose_solution"])
def test_nul_bytes_are_an_error_in_words(engineer: Person, page: Client, verb: str) -> None:
    incident = make_incident()
    services.acknowledge_incident(incident, actor=engineer, via="web")
    response = page.post(f"/incidents/{incident.pk}/{verb}/", {"reason": "a\0b", "text": "a\0b", "version": "\0"})
    assert response.status_code == 400
    assert "Null characters are not allowed." in text_of(response)


def test_the_whole_way_needs_no_script(engineer: Person, page: Client) -> None:
    """Report, acknowledge, recover, resolve, confirm and close by plain forms."""
    service = make_service()
    typed = {
        "title": "Refunds stand still",
        "description": "Since noon no refund goes out.",
        "service": service.slug,
        "level": "2",
        "occurred_at": "2026-01-01T12:00",
        "reported_at": "2026-01-01T12:05",
        "source": "hotline",
        "reporter_name": "A shop",
        "reporter_contact": "+86 139 1234",
    }
    response = page.post("/incidents/new/", typed)
    incident = Incident.objects.get()
    assert response.headers["Location"] == incident.get_absolute_url()
    steps: list[tuple[str, dict[str, str]]] = [
        ("acknowledge", {}),
        ("recover", {"workaround": "restarted"}),
        ("resolve", {"resolution": "fixed", "cause_class": "known"}),
        ("confirm", {"note": "called back at 14:00"}),
        ("close", {}),
    ]
    for verb, values in steps:
        incident.refresh_from_db()
        sent = {"version": str(incident.version), **values}
        assert page.post(f"/incidents/{incident.pk}/{verb}/", sent).status_code == 302, verb
    incident.refresh_from_db()
    assert incident.status == "closed"
    assert incident.reporter_contact == "+86 139 1234"


# --- The timeline -------------------------------------------------------------------------------------------


def test_a_late_entry_shows_when_it_was_made(engineer: Person, page: Client, clock: Clock) -> None:
    incident = make_incident()
    clock.advance(minutes=30)
    happened = clock.now() - timedelta(minutes=20)
    services.add_note(incident, actor=engineer, via="web", text="Saw it first", occurred_at=happened)
    assert re.search(r"Alice</b> noted.*entered", text_of(page.get(incident.get_absolute_url())))


def test_an_event_of_an_unknown_verb_is_still_told(page: Client) -> None:
    incident = make_incident()
    record_event(incident, "summon_oracle", actor=None, via="system", data={"people": ["Pythia"]})
    assert "summon oracle: Pythia" in text_of(page.get(incident.get_absolute_url()))


def test_the_timeline_is_filtered_by_kind(engineer: Person, page: Client) -> None:
    incident = make_incident()
    services.acknowledge_incident(incident, actor=engineer, via="voice")
    services.add_note(incident, actor=engineer, via="web", text="A thought")
    record_event(incident, "page", actor=None, via="system", data={"people": ["Bob"], "channels": ["voice"]})
    shown = {
        kind: text_of(page.get(f"{incident.get_absolute_url()}?show={kind}")) for kind in ("human", "status", "pages")
    }
    assert "A thought" in shown["human"]
    assert "A thought" not in shown["status"]
    assert "acknowledged it" in shown["status"]
    assert "Bob" in shown["pages"]
    assert "acknowledged it" not in shown["pages"]


def test_many_entries_of_the_system_in_a_row_are_folded(page: Client) -> None:
    incident = make_incident()
    for _number in range(7):
        record_event(incident, "page", actor=None, via="system")
    assert "entries by Mainstay" in text_of(page.get(incident.get_absolute_url()))


def test_a_breach_tells_which_clock_and_when(page: Client, clock: Clock) -> None:
    incident = make_incident()
    clock.advance(minutes=31)
    services.record_breaches()
    assert "Response was due at" in text_of(page.get(incident.get_absolute_url()))


def test_a_pause_is_accounted_for(engineer: Person, page: Client, clock: Clock) -> None:
    incident = make_incident()
    services.acknowledge_incident(incident, actor=engineer, via="web")
    services.hold_incident(incident, actor=engineer, via="web", reason="the bank is asleep")
    clock.advance(hours=1)
    services.resume_incident(incident, actor=engineer, via="web")
    seen = text_of(page.get(incident.get_absolute_url()))
    assert re.search(r"paused</span>.*1:00:0\d · the bank is asleep", seen)


def test_times_are_those_of_the_reader(clock: Clock) -> None:
    incident = make_incident()
    reader = make_person(time_zone="Asia/Shanghai")
    local = (incident.reported_at + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")
    assert local in text_of(signed_in(reader).get(incident.get_absolute_url()))


# --- Reporting ------------------------------------------------------------------------------------------------


def test_the_report_form_shows_the_worded_criteria(page: Client) -> None:
    seen = text_of(page.get("/incidents/new/"))
    for level in Level.objects.all():
        assert level.criteria.split(":")[0] in seen


def test_a_report_that_lacks_something_says_what_and_loses_nothing(page: Client) -> None:
    response = page.post("/incidents/new/", {"title": "Kept title", "description": "Kept details"})
    assert response.status_code == 400
    assert "Kept title" in text_of(response)
    assert "Kept details" in text_of(response)
    assert text_of(response).count("This field is required.") == 6
    assert not Incident.objects.exists()


def test_a_reporter_reports_in_their_own_name_and_cannot_choose_the_level() -> None:
    reporter, service = make_person(Role.REPORTER, name="Bao"), make_service()
    client = signed_in(reporter)
    form = text_of(client.get("/incidents/new/"))
    assert 'value="Bao"' in form
    assert 'name="level"' not in form
    typed = {
        "title": "Cannot pay",
        "description": "The button is grey",
        "service": service.slug,
        "level": "1",
        "reach": "3",
        "occurred_at": "2026-01-01T12:00",
        "reporter_name": "Bao",
        "reporter_contact": "bao@example.com",
    }
    assert client.post("/incidents/new/", typed).status_code == 302
    incident = Incident.objects.get()
    assert (incident.level_id, incident.reporter, incident.source) == (3, reporter, "web")


# --- The card and the approvals ----------------------------------------------------------------------------------


def test_the_card_is_small_and_acknowledges(engineer: Person, page: Client) -> None:
    incident = make_incident()
    for number in range(10):
        services.add_note(incident, actor=engineer, via="web", text=f"note {number} " + "x" * 2000)
    response = page.get(f"/incidents/{incident.pk}/card/")
    assert len(response.content) <= 40 * 1024
    assert text_of(response).count('id="event-') == 3
    assert f'action="/incidents/{incident.pk}/acknowledge/"' in text_of(response)


def test_only_somebody_else_approves_and_no_get_ever_does(page: Client, engineer: Person) -> None:
    incident, manager = make_incident(level=1), make_person(Role.INCIDENT_MANAGER)
    services.propose_solution(incident, actor=manager, via="web", text="Reroute to PG-5")
    solution, own = Solution.objects.get(), signed_in(manager)
    approve = f"/incidents/solutions/{solution.pk}/approve/"
    assert "Reroute to PG-5" in text_of(own.get("/approvals/"))
    other = signed_in(make_person(Role.INCIDENT_MANAGER))
    other.get(approve)
    assert own.post(approve).status_code == 403
    assert page.post(approve).status_code == 403
    solution.refresh_from_db()
    assert solution.status == "proposed"
    assert other.post(approve, {"note": "fine"}).status_code == 302
    solution.refresh_from_db()
    assert solution.status == "approved"
    assert "Nothing waits for a decision" in text_of(own.get("/approvals/"))


def test_a_rejection_needs_a_reason(engineer: Person) -> None:
    solution = services.propose_solution(make_incident(level=1), actor=engineer, via="web", text="restart")
    client = signed_in(make_person(Role.INCIDENT_MANAGER))
    assert client.post(f"/incidents/solutions/{solution.pk}/reject/", {"reason": " "}).status_code == 400
    assert client.post(f"/incidents/solutions/{solution.pk}/reject/", {"reason": "too risky"}).status_code == 302
    assert "too risky" in text_of(client.get(solution.get_absolute_url()))


def test_a_bypassed_solution_waits_for_its_approval(engineer: Person, page: Client) -> None:
    first, second = make_incident(level=2), make_incident(level=1)
    services.propose_solution(first, actor=engineer, via="web", text="calm one")
    loud = services.propose_solution(second, actor=engineer, via="web", text="loud one")
    services.bypass_solution(loud, actor=engineer, via="web", reason="every minute counts")
    listed = text_of(page.get("/approvals/"))
    assert "loud one" in listed
    assert "Approval after an emergency" in listed
