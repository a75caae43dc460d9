"""The report as a document: drafted by the cycle, worded, commented, mailed, signed, compared and amended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from catalog.services import set_audience
from incidents import services as handling
from incidents.models import Incident, Level
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from notifications.cycle import CYCLE
from notifications.models import Delivery, Purpose
from reports import services
from reports.frozen import digest_of
from reports.models import MonthlyReport, ReportComment, StoredFigures
from reports.monthly import stored
from reports.monthly.edited import fields_of
from reports.period import Month
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service
from tests.reports.months import at, make_october

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)
PAGE = "/reports/2026-10/"


@pytest.fixture(autouse=True)
def november(clock: Clock) -> Clock:
    clock.set(datetime(2026, 11, 3, 9, tzinfo=UTC))
    return clock


def signed_in(client: Client, role: str = Role.MANAGER, **fields: Any) -> Person:
    person = make_person(role, **fields)
    client.force_login(person)
    return person


def mails() -> list[Delivery]:
    return list(Delivery.objects.filter(purpose=Purpose.REPORT).order_by("recipient__name", "pk"))


# --- drafting -------------------------------------------------------------------------------------------


def test_the_cycle_drafts_each_month_once_and_tells_the_subscribers(november: Clock) -> None:
    assert services.draft_due_reports in CYCLE
    assert services.draft_due_reports() == 0  # nothing was ever reported
    make_october()
    anna, zhou = make_person(name="Anna"), make_person(name="Zhou", language="zh-hans")
    for person in (anna, zhou):
        services.subscribe(person)
    assert services.draft_due_reports() == 1
    assert services.draft_due_reports() == 0
    report = MonthlyReport.objects.get()
    assert (report.period, report.status) == (OCTOBER, "draft")
    assert [event.verb for event in Event.objects.about(report)] == ["draft"]
    first, second = mails()
    assert (first.recipient, second.recipient) == (anna, zhou)
    assert "7 incidents" in first.body
    assert "5 more than the month before" in first.body
    assert "/reports/2026-10/" in first.body
    assert "2026年10月" in second.subject
    november.set(datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC))
    assert services.draft_due_reports() == 2  # nothing ran in December
    assert len(mails()) == 6


def test_a_report_in_which_somebody_wrote_before_is_drafted_too(november: Clock) -> None:
    make_october()
    services.comment_on_report(OCTOBER, actor=make_person(), via="web", section="sla", text="already late")
    assert services.draft_due_reports() == 1
    assert MonthlyReport.objects.get().drafted_at is not None


def test_mails_name_only_what_their_reader_may_see_and_count_everything() -> None:
    secret = make_incident(title="Quietfox leaks", level=1, reported_at=at(5))
    manager, outsider = make_person(Role.INCIDENT_MANAGER, name="Max"), make_person(name="Olga")
    handling.restrict_incident(secret, is_restricted=True, participants=[], actor=manager, via="web")
    services.write_report(OCTOBER, actor=manager, via="web", text=f"INC-{secret.pk} was the worst.")
    for person in (manager, outsider):
        services.subscribe(person)
    make_person()  # has asked for nothing
    services.sign_report(OCTOBER, actor=manager, via="web")
    of_manager, of_outsider = mails()
    assert "Quietfox" in of_manager.body
    assert f"INC-{secret.pk} was the worst" in of_manager.body
    assert "Quietfox" not in of_outsider.body
    assert f"INC-{secret.pk}" not in of_outsider.body
    assert "1 incident" in of_outsider.body


def test_whoever_left_or_unsubscribed_gets_nothing(client: Client) -> None:
    manager = signed_in(client)
    assert client.post("/reports/subscription/").status_code == 302
    gone = make_person()
    services.subscribe(gone)
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    client.post("/reports/subscription/", {"off": "yes"})
    services.sign_report(OCTOBER, actor=manager, via="web")
    assert mails() == []
    with pytest.raises(NotPermitted):
        services.subscribe(make_person(Role.REPORTER))


# --- words ----------------------------------------------------------------------------------------------


def test_the_authors_sentence_stands_beside_the_written_one_in_each_language(client: Client) -> None:
    make_october()
    person = signed_in(client)
    words = {"text": "", "amount_en": "A quiet month.", "amount_zh-hans": "平静的一个月。", "speed_en": " "}
    assert client.post(f"{PAGE}text/", words).status_code == 302
    report = MonthlyReport.objects.get()
    assert report.wording == {"amount": {"en": "A quiet month.", "zh-hans": "平静的一个月。"}}
    first, *others = client.get(PAGE).context["sentences"]
    assert (first.text, first.is_own) == ("A quiet month.", True)
    assert first.written.startswith("October 2026 had 7 incidents, 5 more than the month before")
    assert [sentence.name for sentence in others] == ["speed", "kept", "stable"]
    assert not any(sentence.is_own for sentence in others)
    services.sign_report(OCTOBER, actor=person, via="web")
    Person.objects.filter(pk=person.pk).update(language="zh-hans")
    page = client.get(PAGE)
    assert page.context["sentences"][0].text == "平静的一个月。"
    assert "2026年10月" in page.context["sentences"][0].written
    assert client.get("/api/v1/reports/2026-10/").json()["sentences"][0] == "平静的一个月。"


def test_comments_are_told_by_section_and_touch_no_figure(client: Client) -> None:
    person = signed_in(client, Role.OPERATIONS)
    services.sign_report(OCTOBER, actor=make_person(Role.MANAGER), via="web")
    secret = make_incident(reported_at=at(5))
    handling.restrict_incident(
        secret, is_restricted=True, participants=[], actor=make_person(Role.INCIDENT_MANAGER), via="web"
    )
    said = {"section": "sla", "text": f"Like INC-{secret.pk}?", "edition": "1"}
    answer = client.post(f"{PAGE}comments/", said)
    assert answer["Location"] == f"{PAGE}#sla"
    comments = client.get(PAGE).context["comments"]
    assert [(each["author"], each["text"]) for each in comments["sla"]] == [(person, "Like INC-…?")]
    assert comments["top"] == []
    for wrong in ({"text": " "}, {"section": "nothing"}, {"text": "x" * 4001}):
        assert client.post(f"{PAGE}comments/", said | wrong).status_code == 400
    assert client.post(f"{PAGE}comments/", said | {"text": "x" * 4001}).content.decode().count("x" * 4001) == 1
    assert ReportComment.objects.count() == 1
    with pytest.raises(InputRefused):
        services.comment_on_report(OCTOBER, actor=person, via="web", section="sla", text="x", edition=7)
    with pytest.raises(NotPermitted):
        services.comment_on_report(
            OCTOBER, actor=make_person(Role.REPORTER), via="web", section="sla", text="seen from outside"
        )


# --- frozen figures -------------------------------------------------------------------------------------


def test_more_that_came_again_is_worse(client: Client) -> None:
    """One of October's two came again, none of September's."""
    for day, month in ((3, 9), (20, 9), (5, 10), (6, 10)):
        make_incident(reported_at=at(day, month=month), title=f"{month}-{day}")
    Incident.objects.filter(title="10-6").update(cause_class="recurring")
    signed_in(client)
    tile = next(each for each in client.get(PAGE).context["kpis"] if each["label"] == "Came again")
    assert (tile["value"].replace("\u00a0", " "), tile["note"]) == ("50.0 %", "50.0 points worse than the month before")


def test_a_signed_month_computed_again_gives_the_same_figures(client: Client, november: Clock) -> None:
    make_october()
    signed_in(client)
    client.post(f"{PAGE}sign/")
    report = MonthlyReport.objects.get()
    assert report.made_by is not None
    assert report.made_by["parameters"]["month"] == "2026-10"
    statements = report.made_by["statements"]
    assert any("percentile" in statement["sql"] for statement in statements)
    assert all(set(statement) == {"sql", "values"} for statement in statements)
    november.advance(hours=5)
    page = client.get(f"{PAGE}compare/")
    assert page.context["changes"] == []
    assert page.context["edits"] == []
    assert page.context["digest_now"] == report.digest == digest_of(report.numbers or {})


def test_a_later_edit_is_named_with_the_figures_that_it_changed(client: Client, november: Clock) -> None:
    incidents = make_october()
    signed_in(client)
    client.post(f"{PAGE}sign/")
    november.advance(hours=1)
    engineer = make_person()
    handling.add_note(incidents[0], actor=engineer, via="web", text="only talk")
    handling.cancel_incident(incidents[-1], actor=engineer, via="web", reason="it was a drill")
    page = client.get(f"{PAGE}compare/")
    changes = {change.path: change for change in page.context["changes"]}
    count = changes["incidents all count"]
    assert (count.name, count.then, count.now) == ("Incidents · all · how many", "7", "6")
    assert [edit.event.verb for edit in changes["incidents all count"].edits] == ["cancel"]
    assert [entry["edit"].incident for entry in page.context["edits"]] == [incidents[-1]]
    assert "it was a drill" in page.content.decode()
    assert client.get(PAGE).context["kpis"][0]["value"] == "7"
    assert page.context["is_intact"]


def test_each_figure_is_explained_by_the_fields_that_make_it_and_by_no_others(client: Client, november: Clock) -> None:
    incidents = make_october()
    signed_in(client)
    client.post(f"{PAGE}sign/")
    november.advance(hours=1)
    engineer, administrator = make_person(name="Alice"), make_person(Role.ADMINISTRATOR)
    web: dict[str, Any] = {"actor": engineer, "via": "web"}
    first, second, third, *_rest = incidents
    handling.change_level(third, **web, level=Level.objects.get(number=3), reason="Few were hit")
    impact = second.impacts.get()
    begin, end = impact.started_at, impact.ended_at
    handling.change_impact(impact, **web, started_at=begin, ended_at=end, affected_users=7000)
    handling.edit_incident(first, **web, title="Renamed")
    set_audience(
        service=second.service, valid_from=at(31).date(), daily_users=5, daily_page_views=9, actor=administrator
    )
    page = client.get(f"{PAGE}compare/")
    told = {
        change.path: [
            (edit.subject, *((field.name, field.was, field.is_now) for field in edit.fields)) for edit in change.edits
        ]
        for change in page.context["changes"]
    }
    relevelled = (third, ("level", "2", "3"))
    assert (
        told["incidents all by_level 2"] == told[f"incidents services {third.service.slug} by_level 2"] == [relevelled]
    )
    assert told["durations recover 2 count"] == [relevelled]
    users = (second, ("users", "20", "7,000"))
    audience = [subject for subject, *_fields in told["stability company uv whole"]]
    assert second.service in audience
    assert users in told["stability company uv lost"]
    assert not any("time" in path for path in told)
    assert users not in told["stability company uv whole"] or len(audience) > 1
    assert told[f"top {first.pk} title"] == [(first, ("title", "Day 1", "Renamed"))]
    text = page.content.decode()
    assert "level 2 → 3 · Alice" in " ".join(text.split())


def test_a_moment_written_in_another_zone_is_no_edit_of_it() -> None:
    same = {"from": "2026-10-05T12:00:00+00:00", "users": 5}
    event = Event(verb="change_impact", data={"from": "2026-10-05T20:00:00+08:00", "users": 7, "before": same})
    assert [(field.name, field.was, field.is_now) for field in fields_of(event)] == [("users", "5", "7")]


def test_what_was_edited_of_the_months_before_is_named_too(client: Client, november: Clock) -> None:
    make_october()
    signed_in(client)
    client.post(f"{PAGE}sign/")
    november.advance(hours=1)
    september = Incident.objects.get(title="September 4")
    handling.cancel_incident(september, actor=make_person(), via="web", reason="never was")
    changes = {each.path: each for each in client.get(f"{PAGE}compare/").context["changes"]}
    assert [edit.subject for edit in changes["previous incidents count"].edits] == [september]
    assert not any(path.startswith("incidents ") for path in changes)


def test_edits_of_restricted_incidents_are_not_named(client: Client, november: Clock) -> None:
    secret = make_october()[-1]
    manager = make_person(Role.INCIDENT_MANAGER)
    handling.restrict_incident(secret, is_restricted=True, participants=[], actor=manager, via="web")
    services.sign_report(OCTOBER, actor=manager, via="web")
    november.advance(hours=1)
    handling.cancel_incident(secret, actor=manager, via="web", reason="it was a drill")
    signed_in(client, Role.OPERATIONS)
    page = client.get(f"{PAGE}compare/")
    assert "incidents all count" in [change.path for change in page.context["changes"]]
    assert page.context["edits"] == []
    assert "Day 20" not in page.content.decode()
    assert client.get("/reports/2026-09/compare/").status_code == 404


def test_a_signed_report_is_amended_by_another_edition(client: Client, november: Clock) -> None:
    last = make_october()[-1]
    manager = signed_in(client)
    with pytest.raises(TransitionRefused, match="still a draft"):
        services.amend_report(OCTOBER, actor=manager, via="web", reason="too early")
    client.post(f"{PAGE}text/", {"text": "Calm."})
    client.post(f"{PAGE}sign/")
    assert client.post(f"{PAGE}amend/", {"reason": " "}).status_code == 400
    too_long = client.post(f"{PAGE}amend/", {"reason": "x" * 1001})
    assert (too_long.status_code, too_long.content.decode().count("x" * 1001)) == (400, 1)
    assert MonthlyReport.objects.count() == 1
    november.advance(hours=1)
    handling.cancel_incident(last, actor=make_person(), via="web", reason="it was a drill")
    services.subscribe(manager)
    client.post(f"{PAGE}amend/", {"reason": "one was a drill"})
    client.post(f"{PAGE}amend/", {"reason": "twice"})
    second, first = MonthlyReport.objects.of(OCTOBER)
    assert (second.edition, second.status, second.reason, second.text) == (2, "draft", "one was a drill", "Calm.")
    client.post(f"{PAGE}sign/")
    assert client.get(PAGE).context["kpis"][0]["value"] == "6"
    old = client.get(f"{PAGE}?edition=1")
    assert old.context["kpis"][0]["value"] == "7"
    assert not old.context["is_newest"]
    assert old.context["actions"] == []
    assert client.get(f"{PAGE}?edition=3").status_code == 404
    assert "one was a drill" in mails()[0].body
    api = client.get("/api/v1/reports/2026-10/").json()
    assert (api["edition"], api["editions"], api["reason"]) == (2, 2, "one was a drill")
    assert client.get("/api/v1/reports/2026-10/?edition=1").json()["digest"] == first.digest
    other = make_person(Role.OPERATIONS)
    with pytest.raises(NotPermitted):
        services.amend_report(OCTOBER, actor=other, via="web", reason="x")
    client.force_login(other)
    assert client.post(f"{PAGE}amend/", {"reason": "x"}).status_code == 403


# --- bad input and cost ---------------------------------------------------------------------------------


def test_odd_months_are_told_without_falling_over(client: Client) -> None:
    """Nothing at all; no recovery, a clock that ran backwards, no audience, impact without end or of no length."""
    signed_in(client, Role.INCIDENT_MANAGER)
    empty = client.get(PAGE)
    assert empty.context["kpis"][0]["value"] == "0"
    assert empty.context["charts"].keys() <= {"sla"}
    assert "In October 2026 no incident was reported." in empty.content.decode()
    for name in ("pdf", "xlsx", "csv"):
        assert client.get(f"{PAGE}report.{name}").status_code == 200
    service = make_service(name="Bare")
    service.audiences.all().delete()
    backwards, endless, open_one = (
        make_incident(service=service, reported_at=at(day), level=1 + day % 3) for day in (5, 6, 7)
    )
    Incident.objects.filter(pk=backwards.pk).update(
        acknowledged_at=at(4), recovered_at=at(5) - timedelta(hours=9), occurred_at=at(5)
    )
    web: dict[str, Any] = {"actor": make_person(), "via": "web"}
    handling.record_impact(endless, **web, affected_users=10**9, is_down=True)
    handling.record_impact(open_one, **web, started_at=at(7), ended_at=at(7), affected_users=5)
    page = client.get(PAGE)
    assert page.status_code == 200
    notes = {note["text"]: note["count"] for note in page.context["notes"]}
    assert notes["Incidents that lack a recovery time, excluded from that time"] == "3"
    assert any("Services without an audience" in text for text in notes)
    assert "100" not in page.context["kpis"][-1]["value"]
    for kpi in page.context["kpis"]:
        assert "nan" not in str(kpi).lower()


def test_pages_ask_the_same_number_of_queries_for_more(client: Client) -> None:
    manager = signed_in(client, Role.INCIDENT_MANAGER)
    make_october()
    services.sign_report(OCTOBER, actor=manager, via="web")
    service = make_service()

    def go_on(number: int) -> None:
        for day in range(1, number + 1):
            incident = make_incident(service=service, reported_at=at(day), level=1 + day % 3)
            handling.record_impact(incident, actor=None, via="web", ended_at=at(day, 20), affected_users=day)
            services.comment_on_report(OCTOBER, actor=manager, via="web", section="top", text=f"INC-{incident.pk}")

    pages, counts = (PAGE, f"{PAGE}compare/", "/reports/"), []
    client.get(f"{PAGE}compare/")  # content types are looked up once a process
    for number in (1, 9):
        go_on(number)
        with CaptureQueriesContext(connection) as captured:
            for page in pages:
                client.get(page)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_large_month_is_told_as_of_its_moment_and_renewed_by_the_cycle(
    client: Client, november: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "LARGE", 1)
    make_october()
    manager = signed_in(client)
    waiting = client.get(PAGE)
    assert (waiting.status_code, waiting["Refresh"]) == (202, "5")
    assert "being computed" in waiting.content.decode()
    told = client.get("/api/v1/reports/2026-10/")
    assert (told.status_code, told["Retry-After"]) == (202, "5")
    assert [client.get(f"{PAGE}report.{name}").status_code for name in ("pdf", "xlsx", "csv")] == [202] * 3
    assert client.get("/boards/trend/").status_code == 200
    assert StoredFigures.objects.get().numbers == {}
    assert stored.renew_figures() == 1
    assert client.get(PAGE).context["document"].stored_at is not None
    make_incident(reported_at=at(30))
    page = client.get(PAGE)
    assert page.context["kpis"][0]["value"] == "7"
    assert page.context["document"].stored_at is not None
    assert stored.renew_figures() == 0  # it has just been computed
    november.advance(minutes=2)
    assert stored.renew_figures() == 1
    assert client.get(PAGE).context["kpis"][0]["value"] == "8"
    make_incident(reported_at=at(31))
    report = services.sign_report(OCTOBER, actor=manager, via="web")
    assert report.numbers is not None
    assert report.numbers["incidents"]["all"]["count"] == 9
    monkeypatch.setattr(stored, "LARGE", 99)
    november.advance(minutes=2)
    stored.renew_figures()
    assert not StoredFigures.objects.exists()
