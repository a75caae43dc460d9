"""The handbook says what the product does: it follows every change of the configuration, on the page and on paper."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from catalog.models import Person, Role, Team
from incidents.commands import INCIDENT_COMMANDS, label_of
from incidents.models import (
    ActionItem,
    ActionPolicy,
    Calendar,
    ClockKind,
    Criterion,
    HandlingPolicy,
    Incident,
    Level,
    LevelTarget,
    MatrixCell,
    Source,
    Status,
)
from incidents.services.staffing import ROLES
from lifecycle import clock
from lifecycle.transitions import declared
from notifications.models import EscalationPolicy, EscalationStep, NoticeKind, NotificationRule
from notifications.services.scheduling import set_schedule
from reports import pdf
from reports.handbook import Handbook, compile_handbook
from reports.handbook.chapters import clocks, informing, intake, purpose, statuses
from reports.handbook.words import span
from tests.factories import make_person, make_team

pytestmark = pytest.mark.django_db
PAGE, PDF = "/reports/handbook/", "/reports/handbook.pdf"
LANGUAGES = ["en", "zh-hans"]


def compiled() -> Handbook:
    return compile_handbook(clock.now())


def marks(handbook: Handbook) -> dict[str, str]:
    return {entry.chapter.key: entry.mark for entry in handbook.entries}


def signed_in(client: Client, role: str = Role.OPERATIONS, **fields: Any) -> Person:
    person = make_person(role, **fields)
    client.force_login(person)
    return person


def page_text(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return _spaced(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def paper(handbook: Handbook) -> Any:
    try:
        return pdf.lay_out(render_to_string("reports/handbook_pdf.html", {"handbook": handbook, "as_of": "now"}))
    except pdf.PdfUnavailable as fault:
        pytest.skip(f"no PDF here: {fault}")


def paper_text(document: Any) -> str:
    """What stands on the pages, line by line."""
    boxes = (box for page in document.pages for box in page._page_box.descendants())
    return _spaced(" ".join(box.text for box in boxes if getattr(box, "text", "")))


def _spaced(text: str) -> str:
    return " ".join(text.split())


# --- Who may read it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PAGE, PDF])
def test_only_colleagues_read_it(client: Client, address: str) -> None:
    assert client.get(address)["Location"].startswith("/login/")
    signed_in(client, Role.REPORTER)
    assert client.get(address).status_code == 404


def test_the_reports_page_leads_to_it(client: Client) -> None:
    signed_in(client, Role.MANAGER)
    assert f'href="{PAGE}"' in client.get("/reports/").content.decode()


# --- What it says ------------------------------------------------------------------------------------


def test_it_states_every_target_criterion_step_and_rule_in_force(client: Client) -> None:
    signed_in(client)
    text = page_text(client)
    for target in LevelTarget.objects.all():
        assert span(target.target) in text
    for criterion in Criterion.objects.filter(is_active=True):
        assert criterion.wording in text
    for transition in declared(Incident):
        assert str(transition.custom["label"]) in text
    for verb in INCIDENT_COMMANDS:
        assert label_of(Incident, verb) in text
    for policy in EscalationPolicy.objects.all():
        assert policy.name in text
    assert "After 10 min without acknowledgement: the on-call secondary, by phone call, SMS, e-mail." in text
    assert "Still nobody after 1 h 20 min: every incident manager is paged." in text
    assert "Without an answer it closes by itself after 5 days of silence." in text
    assert "A merge can be undone for 10 min" in text
    for transition in declared(ActionItem):
        assert str(transition.custom["label"]) in text
    assert "Its owner is reminded 3 days before the due date, on the due date, and on the day" in text
    assert "Another person verifies it: neither its owner nor who said that it is done." in text


def test_without_reminders_it_says_so(client: Client) -> None:
    signed_in(client)
    ActionPolicy.objects.create(pk=1, reminder_days=[], leader_after_days=0, repeat_days=1)
    text = page_text(client)
    assert "Its owner is reminded only on the day that somebody asked for." in text
    assert "From 1 day overdue on the leaders" in text
    assert "That is said again every day until it is done." in text


def test_nothing_that_can_be_configured_lacks_its_words() -> None:
    assert set(purpose.DUTIES) == set(Role)
    assert set(purpose.ON_AN_INCIDENT) == set(ROLES)
    assert set(statuses.MEANINGS) == set(Status)
    assert set(clocks.MEANINGS) == set(ClockKind)
    assert set(intake.WAYS) == set(Source) - {Source.IMPORT}
    assert set(informing.WHEN) | set(informing.TOLD) == set(NoticeKind)


def change_target() -> None:
    LevelTarget.objects.filter(level=1, kind=ClockKind.RESPONSE).update(target=timedelta(minutes=7))


def change_warning() -> None:
    LevelTarget.objects.filter(level=2, kind=ClockKind.RECOVERY).update(warn_at=[33])


def change_calendar() -> None:
    calendar = Calendar.objects.create(name="Shop", time_zone="Asia/Shanghai", hours={"sat": [["10:15", "16:45"]]})
    LevelTarget.objects.filter(level=3, kind=ClockKind.RESOLUTION).update(calendar=calendar)


def change_criterion() -> None:
    Criterion.objects.create(level_id=1, wording="The tills are on fire")


def change_matrix() -> None:
    MatrixCell.objects.filter(impact=3, urgency=3).update(priority=4, level=2)


def change_lapse() -> None:
    Level.objects.filter(pk=1).update(acknowledgement_lasts=timedelta(minutes=41))


def change_notification() -> None:
    NotificationRule.objects.filter(kind=NoticeKind.RECTIFIED).update(levels=[1, 2, 3])


def change_escalation() -> None:
    EscalationStep.objects.filter(target="secondary").update(after=timedelta(minutes=9))


def change_silence() -> None:
    HandlingPolicy.objects.create(pk=1, silent_days_until_close=8)


def change_undo() -> None:
    HandlingPolicy.objects.create(pk=1, merge_undo=timedelta(minutes=3))


def change_report() -> None:
    HandlingPolicy.objects.create(pk=1, report_due_days=4)


def change_reminders() -> None:
    ActionPolicy.objects.create(pk=1, reminder_days=[11])


def change_leader() -> None:
    ActionPolicy.objects.create(pk=1, leader_after_days=6)


def change_repeat() -> None:
    ActionPolicy.objects.create(pk=1, repeat_days=13)


def change_hour() -> None:
    ActionPolicy.objects.create(pk=1, mail_hour=time(10, 40))


CHANGES: list[tuple[Callable[[], None], set[str], str]] = [
    (change_target, {"clocks"}, "7 min"),
    (change_warning, {"clocks"}, "33 %"),
    (change_calendar, {"clocks"}, "Saturday 10:15–16:45"),
    (change_criterion, {"levels"}, "The tills are on fire"),
    (change_matrix, {"levels"}, "Priority 4"),
    (change_lapse, {"clocks"}, "for 41 min lapses"),
    (change_notification, {"notification"}, "Level 1, Level 2, Level 3"),
    (change_escalation, {"escalation"}, "After 9 min without acknowledgement"),
    (change_silence, {"closing"}, "after 8 days of silence"),
    (change_undo, {"families", "closing"}, "can be undone for 3 min"),
    (change_report, {"major", "closing"}, "due in 4 days"),
    (change_reminders, {"actions"}, "reminded 11 days before the due date"),
    (change_leader, {"actions"}, "From 6 days overdue on the leaders"),
    (change_repeat, {"actions"}, "said again every 13 days"),
    (change_hour, {"actions"}, "at 10:40 on its owner's clock"),
]


@pytest.mark.parametrize(("change", "chapters", "words"), CHANGES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_change_of_the_configuration_changes_its_chapters_and_the_digest(
    client: Client, change: Callable[[], None], chapters: set[str], words: str
) -> None:
    signed_in(client)
    before = compiled()
    if change is not change_matrix:
        assert words not in page_text(client)
    change()
    after = compiled()
    assert words in page_text(client)
    assert {key for key, mark in marks(after).items() if mark != marks(before)[key]} == chapters
    assert after.digest != before.digest


def test_paper_follows_the_configuration_too() -> None:
    before = compiled()
    change_target()
    change_escalation()
    after = compiled()
    printed = paper_text(paper(after))
    assert "7 min 2 h 7 d" in printed
    assert "After 9 min without acknowledgement" in printed
    assert before.digest not in printed
    assert after.digest in printed.replace(" ", "")


def test_people_and_duty_change_the_annex_and_no_digest(client: Client) -> None:
    signed_in(client, name="Reader")
    before = compiled()
    wanda = make_person(Role.INCIDENT_MANAGER, name="Wanda Watch")
    team = make_team(wanda, name="Night owls")
    rotate(team, wanda)
    text = page_text(client)
    assert re.search(r"Incident manager 1 Wanda Watch", text)
    assert re.search(r"Night owls Wanda Watch nobody \d{4}-\d\d-\d\d 09:00 UTC", text)
    assert compiled().digest == before.digest
    assert marks(compiled())["people"] == ""


def test_the_digest_is_the_same_in_every_language() -> None:
    made = {}
    for language in LANGUAGES:
        with override(language):
            made[language] = compiled()
    assert made["en"].digest == made["zh-hans"].digest
    assert marks(made["en"]) == marks(made["zh-hans"])
    assert made["en"].entries[1].chapter.title != made["zh-hans"].entries[1].chapter.title


def test_spans_are_exact() -> None:
    assert span(timedelta(days=8, hours=5)) == "8 d 5 h"
    assert span(timedelta(seconds=90)) == "1 min 30 s"
    assert span(timedelta(0)) == "at once"
    assert span(None) == ""


def test_what_somebody_typed_stays_text(client: Client) -> None:
    signed_in(client)
    typed = '<img src="file:///etc/hostname"><script>alert(1)</script>'
    Criterion.objects.create(level_id=1, wording=typed)
    assert typed not in client.get(PAGE).content.decode()
    assert typed in page_text_of_paper(compiled())


def page_text_of_paper(handbook: Handbook) -> str:
    html = render_to_string("reports/handbook_pdf.html", {"handbook": handbook, "as_of": "now"})
    assert "<script" not in html
    return unescape(html)


# --- Paper -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "words"), [("en", "Incident manager"), ("zh-hans", "事件经理")])
def test_the_pdf_is_in_the_language_that_was_asked_for(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, language: str, words: str
) -> None:
    documents: list[Any] = []
    lay_out = pdf.lay_out

    def keep(html: str) -> Any:
        documents.append(lay_out(html))
        return documents[-1]

    monkeypatch.setattr(pdf, "lay_out", keep)
    signed_in(client, language="zh-hans" if language == "en" else "en")
    answer = client.get(PDF, {"language": language})
    if answer.status_code == 503:
        pytest.skip("there is no Pango here")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Language"] == language
    assert re.search(rf"handbook-\d{{4}}-\d\d-\d\d-[0-9a-f]{{8}}-{language}\.pdf", answer["Content-Disposition"])
    assert answer.content.startswith(b"%PDF-")
    assert len(documents[0].pages) > 5
    assert words in paper_text(documents[0])
    assert [record for record in caplog.records if record.name.startswith(("weasyprint", "fontTools"))] == []


def test_an_unknown_language_is_the_readers_own(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.handbook_views.render_pdf", lambda *_: b"%PDF-")
    signed_in(client, language="zh-hans")
    for asked in ("", "?language=xx", "?language=../../etc"):
        assert client.get(PDF + asked)["Content-Language"] == "zh-hans"


def test_every_page_is_numbered_and_says_of_when_it_is() -> None:
    document = paper(compiled())
    margins = [
        [_spaced(" ".join(getattr(part, "text", "") for part in box.descendants())) for box in page._page_box.children]
        for page in document.pages
    ]
    for number, words in enumerate(margins[1:], start=2):
        assert f"{number} / {len(document.pages)}" in words
        assert "Incident handbook · now" in words


# --- Cost --------------------------------------------------------------------------------------------


def test_the_number_of_queries_does_not_grow_with_the_company(client: Client) -> None:
    signed_in(client)
    grow()
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for _number in range(8):
        grow()
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert len(many) == len(few)


def grow() -> None:
    """A team with a schedule and a policy, and a criterion more."""
    team = make_team(*[make_person() for _member in range(3)])
    rotate(team, *team.members.all())
    policy = EscalationPolicy.objects.create(name=f"Policy of {team}", levels=[1], fallback=make_person())
    policy.steps.create(after=timedelta(0), target="primary", channels=["sms"])
    Criterion.objects.create(level_id=1, wording=f"Worse than {team}")


def rotate(team: Team, *members: Person) -> None:
    set_schedule(
        actor=None, team=team, starts_on=date(2020, 1, 6), handover_at=time(9), time_zone="UTC", members=members
    )
