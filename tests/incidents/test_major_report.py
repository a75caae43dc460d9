"""The report of a major incident: opened at its end, drafted from the records, traced until it is signed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from catalog.models import Person, Role
from catalog.services import issue_token
from incidents import services
from incidents.models import HandlingPolicy, Incident, MajorReport, ReportStatus
from incidents.models.major import SECTIONS
from incidents.presentation import faces_of
from incidents.presentation.report_draft import Material, draft
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, VersionConflict, declared, perform
from notifications.models import Delivery
from notifications.services.dispatching import dispatch_events
from notifications.services.noticing import fire_notices
from tests.clock import Clock
from tests.factories import make_incident, make_person

pytestmark = pytest.mark.django_db

TABLE = {"submit": {"draft"}, "sign": {"submitted"}, "send_back": {"submitted"}}
REFUSED = [(verb, status) for verb, sources in TABLE.items() for status in ReportStatus.values if status not in sources]
TEXTS: dict[str, Any] = {name: f"what is to say of {name}" for name in SECTIONS}


@pytest.fixture
def engineer() -> Person:
    return make_person(name="Alice")


@pytest.fixture
def manager() -> Person:
    return make_person(Role.INCIDENT_MANAGER, name="Mona")


def resolve(engineer: Person, *, level: int = 1) -> Incident:
    """A major incident led to its resolution."""
    incident = make_incident(level=level, title="Cards fail")
    who: dict[str, Any] = {"actor": engineer, "via": "web"}
    services.acknowledge_incident(incident, **who)
    services.record_impact(incident, affected_users=1234, **who)
    if level == 1:
        solution = services.propose_solution(incident, text="Revert the index", **who)
        services.approve_solution(solution, actor=make_person(Role.INCIDENT_MANAGER), via="web")
    services.recover_incident(incident, workaround="Old index", **who)
    services.resolve_incident(incident, resolution="Index rebuilt", cause_class="known", **who)
    return incident


def report_in(status: str) -> MajorReport:
    """A report led to that status; its owner submitted it."""
    owner = make_person()
    report = resolve(owner).major_report
    who: dict[str, Any] = {"actor": owner, "via": "web"}
    if status in ("submitted", "signed"):
        services.write_report(report, **TEXTS, **who)
        services.submit_report(report, **who)
    if status == "signed":
        services.sign_report(report, actor=make_person(Role.INCIDENT_MANAGER), via="web")
    assert report.status == status
    return report


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


# --- Transitions ------------------------------------------------------------------------------------------


def test_the_declared_transitions_of_a_report_equal_the_table() -> None:
    found: dict[str, set[str]] = {}
    for transition in declared(MajorReport):
        found.setdefault(transition.name, set()).add(str(transition.source))
    assert found == TABLE


@pytest.mark.parametrize(("verb", "status"), REFUSED)
def test_a_verb_is_refused_from_every_other_status(verb: str, status: str) -> None:
    report = report_in(status)
    with pytest.raises(TransitionRefused) as refused:
        perform(report, verb, actor=None, via="web")
    assert refused.value.status == status
    report.refresh_from_db()
    assert report.status == status


# --- Opening ----------------------------------------------------------------------------------------------


def test_resolving_a_major_incident_opens_its_report(engineer: Person) -> None:
    incident = resolve(engineer)
    report = incident.major_report
    assert (report.owner, report.status) == (engineer, "draft")
    assert incident.resolved_at is not None
    days = HandlingPolicy.current().report_due_days
    assert abs(report.due_at - incident.resolved_at - timedelta(days=days)) < timedelta(seconds=5)


def test_an_ordinary_incident_owes_no_report(engineer: Person) -> None:
    resolve(engineer, level=2)
    assert not MajorReport.objects.exists()


def test_a_second_resolution_opens_no_second_report(engineer: Person) -> None:
    incident = resolve(engineer)
    services.reopen_incident(incident, actor=engineer, via="web", reason="again")
    services.resolve_incident(incident, actor=engineer, via="web", resolution="done", cause_class="known")
    assert MajorReport.objects.count() == 1


# --- Drafting ---------------------------------------------------------------------------------------------


def material(incident: Incident, at: Any) -> Material:
    return Material(
        incident=incident,
        events=list(Event.objects.about(incident).select_related("actor").order_by("occurred_at", "pk")),
        impacts=list(incident.impacts.all()),
        clocks=faces_of(incident, at),
        solutions=list(incident.solutions.all()),
        actions=[],
    )


def test_the_draft_tells_what_was_recorded(engineer: Person, clock: Clock) -> None:
    incident = resolve(engineer)
    drafted = draft(material(incident, clock.now()))
    assert set(drafted) == set(SECTIONS)
    assert f"{incident.reference} “Cards fail”" in drafted["summary"]
    assert "1,234 users" in drafted["impact"]
    assert "Recovery" in drafted["impact"]
    lines = drafted["timeline"].splitlines()
    assert any("Alice acknowledged it" in line for line in lines)
    assert any("Alice resolved it (Known cause): Index rebuilt" in line for line in lines)
    assert not any("asks Alice for the major-incident report" in line for line in lines)
    assert lines[1:] == sorted(lines[1:], key=lambda line: line[:16])
    assert "Resolution: Index rebuilt" in drafted["cause"]
    assert "Solution by Alice (Approved" in drafted["cause"]
    assert (drafted["actions"], drafted["lessons"]) == ("", "")


def test_the_draft_speaks_the_readers_language(engineer: Person, clock: Clock) -> None:
    incident = resolve(engineer)
    with translation.override("zh-hans"):
        lines = draft(material(incident, clock.now()))["timeline"]
    assert "acknowledged" not in lines


def test_a_long_story_is_cut(engineer: Person, clock: Clock) -> None:
    incident = resolve(engineer)
    for number in range(150):
        services.add_note(incident, actor=engineer, via="web", text=f"note {number} " + "x" * 400)
    lines = draft(material(incident, clock.now()))["timeline"].splitlines()
    assert len(lines) == 122
    assert "later entries" in lines[-1]
    assert max(len(line) for line in lines) < 330


# --- Writing ----------------------------------------------------------------------------------------------


def test_the_page_begins_with_the_draft_and_keeps_what_is_written(engineer: Person) -> None:
    report = resolve(engineer).major_report
    client, url = signed_in(engineer), report.get_absolute_url()
    assert "1,234 users" in text_of(client, url)
    posted = {**TEXTS, "summary": "Written by hand", "version": report.version}
    assert client.post(f"{url}write/", posted).status_code == 302
    report.refresh_from_db()
    assert report.sections == {**TEXTS, "summary": "Written by hand"}
    assert "Written by hand" in text_of(client, url)


def test_a_section_is_drafted_anew_and_the_rest_is_kept(engineer: Person) -> None:
    report = resolve(engineer).major_report
    client, url = signed_in(engineer), report.get_absolute_url()
    services.write_report(report, actor=engineer, via="web", **TEXTS)
    posted = {**TEXTS, "cause": "typed just now", "version": report.version, "redraft": "impact"}
    assert client.post(f"{url}write/", posted).status_code == 302
    report.refresh_from_db()
    assert (report.sections["impact"], report.sections["cause"]) == ("", "typed just now")
    assert "1,234 users" in text_of(client, url)
    event = Event.objects.about(report).filter(verb="write").latest("pk")
    assert event.data["before"] == {"impact": TEXTS["impact"], "cause": TEXTS["cause"]}


def test_two_writers_lose_nothing(engineer: Person, manager: Person) -> None:
    report = resolve(engineer).major_report
    seen = report.version
    services.write_report(report, actor=manager, via="web", summary="The manager's text")
    with pytest.raises(VersionConflict):
        services.write_report(report, actor=engineer, via="web", summary="mine", expected_version=seen)
    answer = signed_in(engineer).post(
        f"{report.get_absolute_url()}write/", {**TEXTS, "summary": "The engineer's long text", "version": seen}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The engineer&#x27;s long text" in page
    assert "The manager&#x27;s text" in page
    report.refresh_from_db()
    assert report.sections["summary"] == "The manager's text"


def test_only_its_owner_and_incident_managers_write(engineer: Person, manager: Person) -> None:
    report = resolve(engineer).major_report
    with pytest.raises(NotPermitted):
        services.write_report(report, actor=make_person(), via="web", summary="x")
    services.write_report(report, actor=manager, via="web", summary="x")
    assert report.sections["summary"] == "x"


def test_an_unknown_section_is_refused(engineer: Person) -> None:
    report = resolve(engineer).major_report
    with pytest.raises(InputRefused):
        services.write_report(report, actor=engineer, via="web", blame="x")


def test_a_submitted_report_is_not_written_any_more() -> None:
    report = report_in("submitted")
    with pytest.raises(TransitionRefused, match="sent back"):
        services.write_report(report, actor=report.owner or make_person(), via="web", summary="late")


def test_it_changes_hands_until_it_is_signed(engineer: Person, manager: Person) -> None:
    report = resolve(engineer).major_report
    other = make_person(name="Bob")
    services.assign_report(report, actor=engineer, via="web", owner=other)
    report.refresh_from_db()
    assert report.owner == other
    with pytest.raises(InputRefused):
        services.assign_report(report, actor=manager, via="web", owner=make_person(Role.REPORTER))
    with pytest.raises(TransitionRefused):
        services.assign_report(report_in("signed"), actor=manager, via="web", owner=other)


# --- Signing ----------------------------------------------------------------------------------------------


def test_a_report_with_an_empty_section_is_not_submitted(engineer: Person) -> None:
    report = resolve(engineer).major_report
    services.write_report(report, actor=engineer, via="web", **{**TEXTS, "lessons": " "})
    with pytest.raises(TransitionRefused, match="Every section"):
        services.submit_report(report, actor=engineer, via="web")


def test_another_incident_manager_signs(manager: Person) -> None:
    report = report_in("submitted")
    with pytest.raises(NotPermitted):
        services.sign_report(report, actor=make_person(), via="web")
    services.sign_report(report, actor=manager, via="web", note="Well written")
    assert (report.status, report.signed_by) == ("signed", manager)
    assert Event.objects.about(report.incident).filter(verb="sign_report", note="Well written").exists()


def test_nobody_signs_what_they_own_or_have_submitted(engineer: Person, manager: Person) -> None:
    owned = resolve(manager).major_report
    services.write_report(owned, actor=manager, via="web", **TEXTS)
    services.submit_report(owned, actor=manager, via="web")
    with pytest.raises(NotPermitted):
        services.sign_report(owned, actor=manager, via="web")
    services.assign_report(owned, actor=manager, via="web", owner=engineer)
    with pytest.raises(NotPermitted):  # handing it over does not help
        services.sign_report(owned, actor=manager, via="web")
    services.sign_report(owned, actor=make_person(Role.INCIDENT_MANAGER), via="web")


def test_sending_back_needs_a_reason_and_reaches_its_owner(manager: Person) -> None:
    report = report_in("submitted")
    with pytest.raises(InputRefused):
        services.send_back_report(report, actor=manager, via="web", reason="")
    services.send_back_report(report, actor=manager, via="web", reason="Say more about the impact")
    assert (report.status, report.submitted_by) == ("draft", None)
    dispatch_events()
    fire_notices()
    event = Event.objects.get(verb="send_back_report")
    mail = Delivery.objects.get(cause=event)
    assert mail.recipient == report.owner
    assert "Say more about the impact" in mail.body


# --- Tracing ----------------------------------------------------------------------------------------------


def reminded(incident: Incident) -> list[str]:
    services.fire_reminders()
    events = Event.objects.about(incident).filter(verb="remind", data__has_key="report").order_by("pk")
    return [event.data["kind"] for event in events]


def test_a_report_is_reminded_of_before_it_is_due_and_every_day_after(engineer: Person, clock: Clock) -> None:
    incident = resolve(engineer)
    clock.advance(days=3, hours=23)
    assert reminded(incident) == []
    clock.advance(hours=1, minutes=1)
    assert reminded(incident) == ["report_due"]
    clock.advance(days=1)
    assert reminded(incident) == ["report_due", "report_overdue"]
    clock.advance(days=1)
    assert reminded(incident) == ["report_due", "report_overdue", "report_overdue"]


def test_a_closed_incident_is_still_asked_for_its_report(engineer: Person, clock: Clock) -> None:
    incident = resolve(engineer)
    services.confirm_incident(incident, actor=engineer, via="web", note="by phone")
    services.close_incident(incident, actor=engineer, via="web")
    clock.advance(days=5, minutes=1)
    assert reminded(incident)[-1] == "report_overdue"
    assert "overdue" in text_of(signed_in(engineer), "/approvals/")
    assert "overdue" in text_of(signed_in(engineer), incident.get_absolute_url())


def test_a_signed_report_is_traced_no_further(clock: Clock) -> None:
    report = report_in("signed")
    clock.advance(days=10)
    assert reminded(report.incident) == []


# --- Pages and API ----------------------------------------------------------------------------------------


def test_whoever_may_not_see_the_incident_finds_no_report(engineer: Person) -> None:
    report = resolve(engineer).major_report
    services.restrict_incident(report.incident, actor=engineer, via="web", is_restricted=True)
    url = report.get_absolute_url()
    for stranger in (make_person(Role.REPORTER), make_person(Role.DEVELOPER)):
        client = signed_in(stranger)
        assert [client.get(page).status_code for page in (url, f"{url}print/")] == [404, 404]
        assert client.post(f"{url}write/", TEXTS).status_code == 404


def test_an_incident_without_a_report_has_no_such_page(manager: Person) -> None:
    assert signed_in(manager).get(f"{make_incident().get_absolute_url()}report/").status_code == 404


def test_the_print_view_holds_every_section() -> None:
    report = report_in("signed")
    page = text_of(signed_in(make_person()), f"{report.get_absolute_url()}print/")
    assert all(text in page for text in TEXTS.values())
    assert "<textarea" not in page


def test_the_api_writes_submits_and_signs(engineer: Person, manager: Person) -> None:
    report = resolve(engineer).major_report

    def call(person: Person, verb: str, body: dict[str, Any]) -> Any:
        key = issue_token(person=person, name="test")[1]
        address = f"/api/v1/major-reports/{report.pk}/{verb}/"
        return Client().post(address, body, "application/json", headers={"Authorization": f"Bearer {key}"})

    assert call(engineer, "submit", {}).status_code == 409
    assert call(engineer, "write", {**TEXTS, "version": report.version}).json()["sections"] == TEXTS
    assert call(engineer, "write", {"summary": "only this"}).json()["sections"] == {**TEXTS, "summary": "only this"}
    assert call(engineer, "submit", {}).json()["status"] == "submitted"
    assert call(engineer, "sign", {}).status_code == 403
    assert call(manager, "sign", {}).json()["signed_by"] == manager.username
