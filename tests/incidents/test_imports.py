"""``manage.py import_incidents``: what it writes, what it leaves alone, what it says."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import BusinessLine, Role, Service, Team
from incidents.imports.faults import Faults
from incidents.imports.profile_reading import load_profile
from incidents.imports.running import Import, import_file
from incidents.imports.writing import Importer
from incidents.models import Category, Clock, ImportedIncident, ImportRun, Incident, Reminder
from incidents.presentation.timeline import describe
from incidents.services import acknowledge_incident, reopen_incident, resume_incident, transfer_incident
from incidents.services.checking import check_all_clocks
from lifecycle.models import Event, Via
from tests.factories import make_person, make_service, make_team
from tests.incidents.imports.exports import PROFILE, export, line, written
from tests.incidents.imports.test_folding import STORY

pytestmark = pytest.mark.django_db
SECOND = line(ticket="T2", state="Ask", product="Shop", kind="Payment", place="Milan", problem="P7")
SHIPPED = {
    "servicenow": (
        "number,incident_state,active,reassignment_count,reopen_count,sys_mod_count,made_sla,caller_id,opened_at,"
        "sys_updated_by,sys_updated_at,category,subcategory,u_symptom,impact,urgency,priority,assignment_group,"
        "problem_id,resolved_at,closed_at\n"
        "INC1,New,true,0,0,0,true,Caller 1,29/2/2016 01:16,U1,29/2/2016 01:23,Cat 1,Sub 1,S 1,2 - Medium,2 - Medium,"
        "3 - Moderate,Group 1,?,29/2/2016 11:29,5/3/2016 12:00\n"
        "INC1,-100,true,0,0,1,true,Caller 1,29/2/2016 01:16,U1,29/2/2016 02:00,Cat 1,Sub 1,S 1,2 - Medium,2 - Medium,"
        "3 - Moderate,Group 1,?,29/2/2016 11:29,5/3/2016 12:00\n"
        "INC1,Closed,false,1,2,4,false,Caller 1,29/2/2016 01:16,U2,5/3/2016 12:00,Cat 1,Sub 1,S 1,2 - Medium,"
        "2 - Medium,3 - Moderate,Group 2,P1,29/2/2016 11:29,5/3/2016 12:00\n"
    ),
    "vinst": (
        "case_id,event_no,time:timestamp,concept:name,lifecycle:transition,impact,product,org:resource,org:group\n"
        "1-7,0,2012-01-11T15:49:42+01:00,Queued,Awaiting Assignment,Major,P1,Ann,A\n"
        "1-7,1,2012-01-12T15:49:42+01:00,Accepted,Wait - User,Major,P1,Ann,B\n"
        "1-7,2,2012-01-13T15:49:42+01:00,Completed,In Call,Major,P1,Ann,B\n"
    ),
    "helpdesk": (
        "case_id,time:timestamp,concept:name,org:resource,customer,product,service_type,workgroup\n"
        "Case 1,2012-10-09T14:50:17+00:00,Assign seriousness,V1,C1,P1,S1,W1\n"
        "Case 1,2012-10-09T14:51:17+00:00,Closed,V1,C1,P1,S1,W1\n"
    ),
    "jira": (
        "Issue key,Summary,Description,Status,Priority,Project name,Project key,Issue Type,Reporter,Assignee,Created,"
        "Resolved,Labels,Labels\n"
        'OPS-1,Checkout is slow,"Two\nlines",Done,High,Shop,OPS,Incident,Ann,Bo,03/Mar/26 9:15 AM,'
        "04/Mar/26 10:00 AM,a,b\n"
    ),
}


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Any]:
    """Writes lines as an export with its profile, and imports it."""
    make_person(Role.ADMINISTRATOR, username="root")
    profile = load_profile(str(written(tmp_path, PROFILE, "desk.toml")))

    def run(*lines: str, **options: Any) -> Import:
        return import_file(written(tmp_path, export(*lines)), profile, **options)

    return run


def everything() -> dict[str, int]:
    kinds = (Incident, Event, ImportedIncident, ImportRun, Service, BusinessLine, Team, Category)
    return {kind.__name__: kind.objects.count() for kind in kinds}


def rows_of_all() -> list[list[Any]]:
    kinds: list[Any] = [Incident, Event, ImportedIncident]
    return [list(kind.objects.order_by("pk").values()) for kind in kinds]


def incident_of(reference: str) -> Incident:
    return Incident.objects.get(imported__reference=reference)


def command(*arguments: Any, **options: Any) -> str:
    told = io.StringIO()
    call_command("import_incidents", *map(str, arguments), stdout=told, **options)
    return told.getvalue()


def test_an_incident_is_written_with_its_history(desk: Callable[..., Import]) -> None:
    made = desk(*STORY, SECOND)
    assert made.counts["created"] == 2
    first, second = incident_of("T1"), incident_of("T2")
    assert (first.status, first.source, first.level_id, first.priority) == ("closed", "import", 2, 2)
    assert (second.status, second.waiting_for, second.category and second.category.name) == (
        "pending",
        "reporter",
        "Payment",
    )
    assert first.external_reference == "T1"
    assert [event.to_status for event in first.events.all()] == [
        "reported",
        "acknowledged",
        "pending",
        "resolved",
        "closed",
    ]
    assert second.imported.facts["other"] == {"place": "Milan"}
    assert second.imported.facts["problem_id"] == "P7"


def test_the_past_starts_no_clock_and_pages_nobody(desk: Callable[..., Import]) -> None:
    desk(*STORY, SECOND)
    events: Any = Event.objects.all()
    assert not events.filter(verb="import", dispatched_at=None).exists()
    assert {event.recorded_at - event.occurred_at for event in events.filter(verb="import")} == {timedelta(0)}
    assert not Clock.objects.exists()
    assert not Reminder.objects.exists()
    assert not events.filter(dispatched_at=None).exclude(verb__in=("add_person", "verify_phone")).exists()


def test_missing_services_and_categories_are_added_but_not_offered(desk: Callable[..., Import]) -> None:
    desk(*STORY, SECOND)
    shop = Service.objects.get(name="Shop")
    assert (shop.business_line.name, shop.operations_team.name, shop.owner.username) == ("Imported", "Imported", "root")
    assert not shop.is_active
    payment = incident_of("T2").category
    assert payment is not None
    assert payment.name == "Payment"


def test_services_and_categories_that_exist_are_used_whatever_their_case(desk: Callable[..., Import]) -> None:
    service = make_service(name="shop")
    own = Category.objects.get(slug="payment")
    made = desk(SECOND)
    assert incident_of("T2").service == service
    assert incident_of("T2").category == own
    assert (made.places.new_services, made.places.new_categories) == (set(), set())


def test_a_second_run_changes_nothing(desk: Callable[..., Import]) -> None:
    desk(*STORY, SECOND)
    rows = rows_of_all()
    before = everything()
    made = desk(*STORY, SECOND)
    assert (made.counts["unchanged"], made.counts["created"], made.counts["events_added"]) == (2, 0, 0)
    assert everything() == before | {"ImportRun": 2}
    assert rows_of_all() == rows


def test_a_later_export_appends_what_has_happened_since(desk: Callable[..., Import]) -> None:
    desk(*STORY[:3], SECOND)
    assert incident_of("T1").status == "pending"
    made = desk(line(ticket="T0"), *STORY, SECOND)  # every row stands one line lower now
    assert (made.counts["created"], made.counts["updated"], made.counts["unchanged"]) == (1, 1, 1)
    first = incident_of("T1")
    assert (first.status, first.events.count(), first.version) == ("closed", 5, 2)
    assert first.imported.facts["sla_met"] is False


def test_what_was_worked_on_here_keeps_its_state(desk: Callable[..., Import]) -> None:
    desk(STORY[0])
    handler = make_person(Role.OPERATIONS)
    acknowledge_incident(incident_of("T1"), actor=handler, via=Via.WEB)
    made = desk(*STORY)
    assert made.counts["kept_own"] == 1
    first = incident_of("T1")
    assert (first.status, first.handler) == ("acknowledged", handler)
    assert first.events.filter(verb="import").count() == 5
    assert first.imported.facts["state"] == "Done"


def test_an_imported_incident_goes_on_here_with_clocks_that_its_log_explains(desk: Callable[..., Import]) -> None:
    desk(line(), line(ticket="T2", state="Done"), line(ticket="T3", state="Ask"), line(ticket="T4", state="Work"))
    boss = make_person(Role.INCIDENT_MANAGER)
    acknowledge_incident(incident_of("T1"), actor=boss, via=Via.WEB)
    reopen_incident(incident_of("T2"), actor=boss, via=Via.WEB, reason="Again", is_down=True)
    resume_incident(incident_of("T3"), actor=boss, via=Via.WEB)
    transfer_incident(incident_of("T4"), actor=boss, via=Via.WEB, team=make_team(boss), hand_over="See the log")
    assert {clock.incident.imported.reference for clock in Clock.objects.all()} == {"T2", "T4"}
    assert [differences for _incident, differences in check_all_clocks()] == [[], [], [], []]


def test_a_dry_run_writes_nothing_and_says_what_would_happen(desk: Callable[..., Import]) -> None:
    desk(*STORY[:2])
    before = everything()
    made = desk(*STORY, SECOND, is_dry=True)
    assert everything() == before
    assert made.run is None
    assert (made.counts["created"], made.counts["updated"]) == (1, 1)
    assert made.places.new_services == {"Shop"}


def test_a_limit_counts_incidents_and_takes_all_their_rows(desk: Callable[..., Import]) -> None:
    made = desk(STORY[0], SECOND, *STORY[1:], most=1)
    assert (made.counts["incidents"], made.counts["events"]) == (1, 5)


def test_the_run_keeps_its_figures(desk: Callable[..., Import]) -> None:
    desk(*STORY, line(ticket="T2", state="Done"), line(ticket="T2", state="Work"), line(ticket="T3", in_time="?"), "x")
    run = ImportRun.objects.get()
    assert run.finished_at is not None
    assert (run.profile, run.file_name, len(run.digest)) == ("desk", "export.csv", 64)
    expected = {
        "rows": 9,
        "incidents": 3,
        "events": 8,
        "reopened": 1,
        "reopen_rate": 0.333333,
        "sla_met": 1,
        "sla_missed": 1,
        "sla_met_share": 0.5,
        "faults": {"row left out": 1},
    }
    assert expected.items() <= run.counts.items()


def test_one_incident_that_the_database_refuses_does_not_cost_the_others(
    desk: Callable[..., Import], monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = Importer._columns

    def spoil(self: Importer, draft: Any) -> dict[str, Any]:
        return columns(self, draft) | ({"title": "x" * 400} if draft.reference == "T2" else {})

    monkeypatch.setattr(Importer, "_columns", spoil)
    faults = Faults()
    made = desk(*STORY, SECOND, line(ticket="T3"), faults=faults)
    assert (made.counts["created"], ImportedIncident.objects.count()) == (2, 2)
    assert [(fault.reference, str(fault.outcome)) for fault in faults.first] == [("T2", "incident left out")]
    assert "the database refuses it: value too long" in faults.first[0].reason


def test_the_words_of_an_imported_incident_are_found(desk: Callable[..., Import], client: Client) -> None:
    desk(*STORY, SECOND)
    client.force_login(make_person(Role.OPERATIONS))
    page = client.get("/incidents/", {"q": "T2", "status": "pending"})
    assert page.status_code == 200
    assert f"INC-{incident_of('T2').pk}" in page.content.decode()


def test_the_timeline_of_an_imported_incident_reads_as_it_was(desk: Callable[..., Import], client: Client) -> None:
    desk(*STORY[:2])
    told = [describe(event).text for event in incident_of("T1").events.all()]
    assert told == [
        "recorded elsewhere: opened as “New” (desk)",
        "recorded elsewhere: “Work” (A, priority: 2 high → 3 low)",
    ]
    client.force_login(make_person(Role.OPERATIONS))
    page = client.get(incident_of("T1").get_absolute_url())
    assert "recorded elsewhere" in page.content.decode()


def test_a_batch_takes_few_queries(desk: Callable[..., Import]) -> None:
    desk(line(ticket="T0"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        desk(*(line(ticket=f"A{n}") for n in range(5)))
    with CaptureQueriesContext(connection) as many:
        desk(*(line(ticket=f"B{n}") for n in range(200)))
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("name", "reference", "status", "facts", "faults"),
    [
        ("servicenow", "INC1", "closed", {"sla_met": False, "reopen_count": 2, "problem_id": "P1", "rows": 3}, 1),
        ("vinst", "1-7", "resolved", {"state": "Completed/In Call", "reassignment_count": 1, "sla_met": None}, 0),
        ("helpdesk", "Case 1", "closed", {"state": "Closed", "acknowledged_at": None}, 0),
        ("jira", "OPS-1", "closed", {"resolved_at": "2026-03-04T10:00:00+00:00", "priority": "High"}, 0),
    ],
)
def test_every_shipped_profile_imports_an_export_of_its_kind(
    tmp_path: Path, name: str, reference: str, status: str, facts: dict[str, Any], faults: int
) -> None:
    make_person(Role.ADMINISTRATOR)
    made = import_file(written(tmp_path, SHIPPED[name]), load_profile(name))
    assert made.counts["created"] == 1
    incident = incident_of(reference)
    assert incident.status == status
    assert facts.items() <= incident.imported.facts.items()
    in_rows = [fault for fault in made.faults.first if fault.row > 1]
    assert len(in_rows) == faults


def test_the_command_tells_counts_rates_and_faults(desk: Callable[..., Import], tmp_path: Path) -> None:
    path, errors = written(tmp_path, export(*STORY, line(ticket=""), "=1+1,x")), tmp_path / "errors.csv"
    told = command(path, "--profile", tmp_path / "desk.toml", "--errors", errors)
    assert "incidents: 1 (events: 5)" in told
    assert "reopen rate 0.0000 %" in told
    assert "SLA met as the source recorded it: 0 of 1, share 0.0000 %" in told
    assert "Faults: 2 × row left out" in told
    with errors.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["row"], row["column"], row["outcome"]) for row in rows] == [
        ("7", "ticket", "row left out"),
        ("8", "", "row left out"),
    ]
    assert rows[0]["reason"] == "the reference is missing"


def test_the_errors_file_runs_no_formula(desk: Callable[..., Import], tmp_path: Path) -> None:
    path, errors = written(tmp_path, export(line(ticket="=1+1", priority="=2+2"))), tmp_path / "errors.csv"
    command(path, "--profile", tmp_path / "desk.toml", "--errors", errors)
    with errors.open(encoding="utf-8-sig", newline="") as lines:
        row = next(csv.DictReader(lines))
    assert (row["reference"], row["value"]) == ("'=1+1", "'=2+2")


def test_the_command_shows_its_progress_on_stderr(
    desk: Callable[..., Import], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    told = command(written(tmp_path, export(*STORY)), "--profile", tmp_path / "desk.toml", "--dry-run")
    assert told.startswith("Dry run: nothing was written.")
    bars = capfd.readouterr().err
    assert "reading: 100%" in bars
    assert "checking: 100%" in bars


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("missing.csv", "--profile", "jira"), "missing.csv cannot be read"),
        (("export.csv", "--profile", "remedy"), "there is none of this name"),
        (("export.csv", "--profile", "jira"), "lacks columns that the profile jira needs: Issue key"),
        (("export.csv", "--profile", "desk.toml", "--limit", "0"), "--limit must be at least 1"),
        (("export.csv", "--profile", "desk.toml", "--owner", "nobody"), "no active person “nobody”"),
        (("export.csv", "--profile", "desk.toml", "--errors", "no/where.csv"), "cannot be written"),
        ((".", "--profile", "desk.toml"), "cannot be read"),
    ],
)
def test_what_cannot_be_used_at_all_is_refused_in_a_sentence(
    desk: Callable[..., Import],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    reason: str,
) -> None:
    written(tmp_path, export(*STORY))
    monkeypatch.chdir(tmp_path)
    before = everything()
    arguments = tuple("./desk.toml" if argument == "desk.toml" else argument for argument in arguments)
    with pytest.raises(CommandError, match=reason):
        command(*arguments)
    assert everything() == before


def test_new_services_need_somebody_who_owns_them(tmp_path: Path) -> None:
    profile = load_profile(str(written(tmp_path, PROFILE, "desk.toml")))
    path = written(tmp_path, export(*STORY))
    with pytest.raises(CommandError, match="New services need an owner"):
        command(path, "--profile", tmp_path / "desk.toml")
    assert not Incident.objects.exists()
    owner = make_person(Role.SERVICE_OWNER)
    import_file(path, profile, actor=owner)
    assert incident_of("T1").service.owner == owner
