"""What comes of findings: problems, action items, outcomes of problems; and the tables and their import."""

from datetime import date, timedelta
from typing import Any

import pytest

from catalog.models import Role
from detection.inspections import services
from detection.inspections.kinds import Fact
from detection.inspections.services.scores import read_rows, scores_of, whole_score
from detection.models import Capacity, ExpiryDate, FindingPeriod
from incidents.models import ActionItem
from incidents.services import cancel_incident, restrict_incident
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted
from problems import outcomes
from problems import services as problem_services
from tests.detection.inspections.makers import make_activity, make_finding, make_inspection, run, show
from tests.factories import acting, make_incident, make_person, make_service
from tests.problems.makers import problem_in

pytestmark = pytest.mark.django_db


def test_a_finding_raises_a_problem_with_what_is_known() -> None:
    alice = make_person()
    finding = make_finding(owner=alice, description="Seen at three tills.")
    services.raise_problem_of(finding, **acting(alice))
    problem = finding.problem
    assert problem is not None
    assert (problem.title, problem.service, problem.owner) == (finding.title, finding.service, alice)
    assert finding.reference in problem.description
    assert "Seen at three tills." in problem.description
    assert Event.objects.about(problem).filter(verb="link_finding").exists()
    with pytest.raises(InputRefused, match="already"):
        services.raise_problem_of(finding, **acting())
    services.unlink_problem(finding, reason="Another one.", **acting())
    other = problem_in("verifying")
    services.link_problem(finding, problem=other, **acting())
    assert finding.problem == other
    with pytest.raises(InputRefused, match="linked already"):
        services.link_problem(finding, problem=other, **acting())
    with pytest.raises(InputRefused, match="rejected"):
        services.link_problem(finding, problem=problem_in("rejected"), **acting())


def test_a_finding_opens_action_items() -> None:
    finding, owner = make_finding(), make_person(Role.DEVELOPER)
    due_on = clock.now().date() + timedelta(days=3)
    services.add_action(finding, title="Ask for the PIN", type="prevent", owner=owner, due_on=due_on, **acting())
    item = ActionItem.objects.from_origin(finding).get()
    assert (item.title, item.owner) == ("Ask for the PIN", owner)
    with pytest.raises(InputRefused) as refused:
        services.add_action(finding, title="x", type="pray", owner=owner, due_on=due_on, **acting())
    assert set(refused.value.errors) == {"type"}


def test_a_problem_closes_with_an_inspection_that_runs() -> None:
    inspection = make_inspection(name="PINs")
    problem = problem_in("verifying")
    problem_services.record_outcome(
        problem, outcome="inspection", outcome_text="PINs", outcome_reference=f"insp-{inspection.pk}", **acting()
    )
    assert problem.outcome_reference == inspection.reference
    target = outcomes.find("inspection", problem.outcome_reference)
    assert target == outcomes.Target(inspection.reference, "PINs", inspection.get_absolute_url())
    services.switch_inspection(inspection, is_active=False, **acting())
    for reference in (str(inspection.pk), "0", "9" * 30, "x"):
        assert outcomes.find("inspection", reference) is None


def test_findings_are_held_against_what_happened() -> None:
    now, reader = clock.now(), make_person()
    inspection, warned, quiet = make_inspection(), make_service(), make_service()
    with clock.rehearse(now - timedelta(days=40)):
        show(Fact("a", "A", service=warned.pk), Fact("b", "B", service=quiet.pk), Fact("c", "C"))
        run(inspection)
    inspection.runs.update(started_at=now - timedelta(days=40))
    with clock.rehearse(now - timedelta(days=30)):
        foretold, missed, mistaken = make_incident(service=warned), make_incident(), make_incident(service=quiet)
        hidden = make_incident(service=quiet)
        cancel_incident(mistaken, reason="false", **acting(make_person(Role.INCIDENT_MANAGER)))
        insider = make_person(Role.INCIDENT_MANAGER)
        restrict_incident(hidden, is_restricted=True, participants=[], **acting(insider))
    with clock.rehearse(now - timedelta(days=60)):
        make_incident()  # nobody was looking yet
    rows = read_rows(reader, now)
    a, b, c = inspection.findings.order_by("title").values_list("pk", flat=True)
    for found in (whole_score(rows, now), scores_of([inspection], rows, now)[inspection.pk]):
        assert (found.warned, found.unfollowed, found.unplaced) == ([a], [b], [c])
        assert (found.foretold, found.missed) == ([foretold.pk], [missed.pk])
    FindingPeriod.objects.all().delete()
    assert whole_score(rows, now).foretold == []


def test_an_activity_is_written_down_and_its_findings_are_owned() -> None:
    service, today = make_service(), clock.now().date()
    activity = make_activity(services=[service], kind="white_hat", report_url="https://bounty.example/7")
    finding = make_finding(activity)
    assert (finding.owner, finding.due_on) == (service.owner, today + timedelta(days=14))
    services.edit_activity(activity, outcome="failed", services=[service, make_service()], **acting())
    assert (activity.services.count(), activity.version) == (2, 2)
    bad: dict[str, dict[str, Any]] = {
        "report_url": {"report_url": "javascript:alert(1)"},
        "services": {"services": []},
        "kind": {"kind": "party"},
        "title": {"title": ""},
    }
    for field, fields in bad.items():
        with pytest.raises(InputRefused) as refused:
            make_activity(**fields)
        assert set(refused.value.errors) == {field}
    with pytest.raises(InputRefused):
        make_activity(report_url="https://user:secret@bounty.example/")
    with pytest.raises(NotPermitted):
        services.record_activity(services=[service], **acting(make_person(Role.DEVELOPER)))


CSV = "\ufeffname;service;kind;expires_on\nwww;tills;certificate;2027-01-31\nlease;tills;;2026-12-31\n"


def test_a_table_is_imported_and_imported_again() -> None:
    make_service(slug="tills")
    first = services.import_entries(ExpiryDate, CSV, **acting())
    assert (first.added, first.changed, first.unchanged) == (2, 0, 0)
    again = services.import_entries(ExpiryDate, CSV.replace("2026-12-31", "2027-12-31"), **acting())
    assert (again.added, again.changed, again.unchanged) == (0, 1, 1)
    lease = ExpiryDate.objects.get(name="lease")
    assert (lease.expires_on, lease.kind) == (date(2027, 12, 31), "certificate")
    told = Event.objects.about(lease).get(verb="edit")
    assert told.data == {"changed": {"expires_on": ["2026-12-31", "2027-12-31"]}}
    services.remove_entry(lease, **acting())
    assert not ExpiryDate.objects.filter(name="lease").exists()
    full = services.import_entries(Capacity, "name,service,value,threshold\ndisk,tills,80.5,100\n", **acting())
    assert full.added == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "name"),
        ("name,service\nwww,tills\n", "expires_on"),
        ("name,service,expires_on\nwww,tills,2027-01-31\nwww2,nowhere,2027-01-31\n", "line 3"),
        ("name,service,expires_on\nwww,tills,31.1.2027\n", "line 2"),
        ("name,service,expires_on\n,tills,2027-01-31\n", "line 2"),
        ('name,service,expires_on\n"www,tills,2027-01-31\n', "CSV"),
        ("name,service,expires_on,kind\nwww,tills,2027-01-31,spell\n", "line 2"),
    ],
)
def test_a_table_with_a_fault_is_not_imported_at_all(text: str, words: str) -> None:
    make_service(slug="tills")
    with pytest.raises(InputRefused) as refused:
        services.import_entries(ExpiryDate, text, **acting())
    assert words in refused.value.errors["file"]
    assert not ExpiryDate.objects.exists()


def test_a_capacity_is_more_than_nothing() -> None:
    for field, value in (("threshold", 0), ("value", -1), ("value", float("nan"))):
        fields: dict[str, Any] = {
            "name": "disk",
            "service": make_service(),
            "value": 1.0,
            "threshold": 2.0,
            field: value,
        }
        with pytest.raises(InputRefused):
            services.add_entry(Capacity, **fields)
