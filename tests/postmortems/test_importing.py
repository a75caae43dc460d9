"""Reports in Markdown become postmortems: every dated entry kept, nothing lost, the same again changes nothing."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from catalog.models import Role
from incidents.models import ActionItem, Incident
from incidents.services import complete_action
from lifecycle import clock
from postmortems import services
from postmortems.export import compile_sheet, write_markdown
from postmortems.imports import parse
from postmortems.imports.running import NamedText, Told, import_texts
from postmortems.matching import lessons_for
from postmortems.models import ImportedPostmortem, Postmortem, TimelineEntry
from tests.factories import make_incident, make_person, make_service
from tests.postmortems.makers import add_action, add_entry, add_issue, make_postmortem, postmortem_in

pytestmark = pytest.mark.django_db
DATA = Path(__file__).resolve().parents[3] / "shared/data"
REPORTS = DATA / "postmortems"
needs_data = pytest.mark.skipif(not REPORTS.is_dir(), reason=f"the recorded reports are not in {REPORTS.parent.name}")
REPORT = """---
title: Cards refused
start_time: 2021-03-15 19:00
timezone: UTC
authors: [alice]
tags: [cards]
---

## Summary

Cards were refused.

## Timeline

- 19:00 First refusal
- 19:35 Release rolled back

## Root cause

The key was removed by mistake.

## Action items

- [ ] Watch the keys (owner: alice, due 2031-01-01)
- [x] Keep the old key (owner: nobody-here)

## Where we got lucky

It was **night**.
"""


def take_in(text: str, *, name: str = "cards.md", **options: Any) -> Told:
    options.setdefault("actor", None)
    options.setdefault("owner", options["actor"] or make_person(Role.ADMINISTRATOR))
    (told,) = import_texts([NamedText(name, text.encode())], name=name, via="web", **options)
    return told


def test_a_report_becomes_a_postmortem_with_everything_in_it() -> None:
    alice = make_person(username="alice")
    told = take_in(REPORT)
    postmortem = told.postmortem
    assert postmortem is not None
    assert (told.outcome, told.counts) == ("created", {"entries": 3, "issues": 1, "actions": 2, "texts": 2})
    assert (postmortem.title, postmortem.status, postmortem.facilitator) == ("Cards refused", "published", alice)
    assert [entry.what for entry in postmortem.entries.all()] == [
        "First refusal",
        "Impact began",
        "Release rolled back",
    ]
    assert [action.status for action in postmortem.actions.order_by("pk")] == ["open", "verified"]
    watch = postmortem.actions.get(owner=alice)
    assert (str(watch.due_on), watch.type) == ("2031-01-01", "detect")
    assert watch.remind_at is not None
    texts = {section.title or section.key: section.text for section in postmortem.sections.all()}
    assert texts == {"summary": "Cards were refused.", "Where we got lucky": "It was **night**."}
    row = postmortem.imported
    assert (row.reference, row.source, row.facts["tags"]) == ("cards.md", REPORT, ["cards"])
    assert row.facts["import"]["actions"][0]["owner"] == "nobody-here"


def test_the_same_again_changes_nothing_and_another_text_what_nobody_has_touched() -> None:
    owner = make_person(Role.ADMINISTRATOR)
    first = take_in(REPORT, owner=owner).postmortem
    assert first is not None
    before = (Postmortem.objects.count(), TimelineEntry.objects.count(), ActionItem.objects.count())
    assert take_in(REPORT, owner=owner).outcome == "unchanged"
    dry = take_in(REPORT + "\nmore", owner=owner, is_dry=True)
    assert (dry.outcome, dry.remarks) == ("updated", [])
    assert (Postmortem.objects.count(), TimelineEntry.objects.count(), ActionItem.objects.count()) == before
    assert not first.sections.filter(text__contains="more").exists()
    changed = REPORT.replace("First refusal", "The first card was refused")
    assert take_in(changed, owner=owner).outcome == "updated"
    assert (Postmortem.objects.count(), TimelineEntry.objects.count(), ActionItem.objects.count()) == before
    assert first.entries.filter(what="The first card was refused").exists()
    complete_action(first.actions.get(status="open"), actor=owner, via="web", proof="Seen")
    assert take_in(REPORT, owner=owner).outcome == "kept"
    assert first.entries.filter(what="The first card was refused").exists()


@needs_data
def test_the_recorded_reports_keep_every_dated_entry(capsys: pytest.CaptureFixture[str]) -> None:
    make_person(Role.ADMINISTRATOR)
    truth = json.loads((DATA / "truth" / "postmortems.json").read_text())["icco_field_counts"]
    call_command("import_postmortems", str(REPORTS / "icco"))
    assert f"created {truth['files']}" in capsys.readouterr().out
    assert TimelineEntry.objects.filter(what="Impact began").count() == truth["start_time"]
    assert TimelineEntry.objects.filter(what="Impact ended").count() == truth["end_time"]
    rows = list(ImportedPostmortem.objects.select_related("postmortem"))
    assert sum("summary" in {one.key for one in row.postmortem.sections.all()} for row in rows) == truth["summary"]
    for name in ("keywords", "categories", "company", "product", "source_published_at"):
        assert sum(bool(row.facts.get(name)) for row in rows) == truth[name], name
    for row in rows:
        body = row.source.split("\n---\n", 1)[1].strip()
        assert not body or any(body in section.text for section in row.postmortem.sections.all()), row.reference
    call_command("import_postmortems", str(REPORTS / "icco"))
    assert f"unchanged {truth['files']}" in capsys.readouterr().out
    assert Postmortem.objects.count() == truth["files"]


@needs_data
def test_every_update_of_the_structured_reports_is_an_entry() -> None:
    """As people would write them down: a heading for each field. Each update that begins with a moment is one."""
    wanted = {"ngbb5f2m098t": 3, "km95q9l2f1hs": 6, "mpfxyflhkdw9": 1, "LN01-P8Z": 7}
    for path in sorted((REPORTS / "cloudir").glob("*.json")):
        for name, fields in json.loads(path.read_text()).items():
            parts = [
                f"## {field.title()}\n\n{fields[field]}"
                for field in ("summary", "root cause", "updates", "long-term mitigation")
                if fields.get(field, "N/A") != "N/A"
            ]
            document = parse(f"---\ntitle: x\ndate: {fields['start_time'][:10]}\n---\n" + "\n\n".join(parts))
            if name in wanted:
                assert len(document.entries) == wanted[name], name
                assert all(entry.what for entry in document.entries)


def content_of(postmortem: Postmortem) -> str:
    """The export without what names this one postmortem."""
    text = write_markdown(compile_sheet(Postmortem.objects.get(pk=postmortem.pk)))
    own = (
        "reference:",
        "facilitator:",
        "signed_by:",
        "incidents:",
        "- INC",
        "services:",
        "severity:",
        "- ",
        "published:",
    )
    return "\n".join(line for line in text.splitlines() if not line.startswith(own))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_export_read_back_is_the_same(language: str) -> None:
    postmortem = postmortem_in("actions")
    who: dict[str, Any] = {"actor": postmortem.started_by, "via": "web"}
    hard = "# no heading\n\\# nor this\n```\n| a | b |\n---\n<br> 支付\\n"
    for key in ("summary", "impact", "lessons"):
        services.save_text(postmortem, key, text=f"{key}: {hard}", base=0, **who)
    TimelineEntry.objects.create(
        postmortem=postmortem,
        happened_at=postmortem.started_at,
        what="Cell | with \\| and <br>\nsecond line, 支付",
        role="on-call",
        source="log | 7",
    )
    with translation.override(language):
        before = content_of(postmortem)
        told = take_in(write_markdown(compile_sheet(postmortem)), actor=postmortem.started_by)
        assert (told.outcome, told.remarks) == ("created", [])
        assert told.postmortem is not None
        assert content_of(told.postmortem) == before
    assert list(told.postmortem.incidents.all()) == list(postmortem.incidents.all())


def a_full_one() -> Postmortem:
    """Published after a way back, with a session, an answered question and silence, a parked thought, an article."""
    lead, other = make_person(), make_person()
    postmortem = make_postmortem(actor=lead)
    who: dict[str, Any] = {"actor": lead, "via": "web"}
    first = add_entry(
        postmortem, happened_at=postmortem.entries.all()[0].happened_at - timedelta(hours=3), milestone="decided"
    )
    services.answer_gap(postmortem, milestone="notified", note="Nobody | was told", **who)
    second = postmortem.entries.all()[1]
    services.answer_gap(postmortem, started_at=first.happened_at, ended_at=second.happened_at, note="All\nslept", **who)
    with pytest.raises(services.WordingRefused):
        add_entry(postmortem, what="Slow because of the query")
    services.record_session(postmortem, held_at=clock.now(), attendees=[lead, other], **who)
    services.open_issues(postmortem, **who)
    services.go_back(postmortem, reason="A call was missing", **who)
    services.open_issues(postmortem, **who)
    add_issue(postmortem)
    services.open_actions(postmortem, **who)
    add_action(postmortem)
    signs = make_person(Role.INCIDENT_MANAGER)
    article = {"summary": "Cards\nwere refused", "learned": "Test | first", "tags": ["cards", "load"]}
    services.publish_postmortem(postmortem, actor=signs, via="web", **article)  # type: ignore[arg-type]
    postmortem.refresh_from_db()
    return postmortem


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_surrounds_the_phases_is_exported_and_read_back(language: str, client: Client) -> None:
    postmortem = a_full_one()
    with translation.override(language):
        text = write_markdown(compile_sheet(postmortem))
        for part in ("Nobody \\| was told", "All<br>slept", "Slow because", "A call was missing", "cards, load"):
            assert part in text
        told = take_in(text, actor=postmortem.started_by)
        assert told.postmortem is not None
        assert content_of(told.postmortem) == content_of(postmortem)
    again = told.postmortem
    assert set(again.sessions.get().attendees.all()) == set(postmortem.sessions.get().attendees.all())
    assert [answer.note for answer in again.gap_answers.all()] == ["Nobody | was told", "All\nslept"]
    assert again.entries.filter(milestone="decided").count() == 1
    assert again.parked.get().text == "Slow because of the query"
    assert (again.lesson.learned, again.lesson.tags, again.times_gone_back) == ("Test | first", ["cards", "load"], 1)
    client.force_login(make_person())
    page = client.get(f"/postmortems/{postmortem.pk}/print/?language=en").content.decode()
    for part in ("Nobody | was told", "A call was missing", "Slow because", "cards, load", "Times gone back"):
        assert part in page


def test_an_imported_report_teaches_like_any_other(client: Client) -> None:
    told = take_in(REPORT)
    assert told.postmortem is not None
    lesson = told.postmortem.lesson
    assert (lesson.summary, lesson.tags) == ("Cards were refused.", ["cards"])
    client.force_login(make_person())
    assert "Cards refused" in client.get("/lessons/?q=refused").content.decode()
    engineer = make_person()
    offered = lessons_for(make_incident(title="Cards refused at the till"), person=engineer)
    assert [match.lesson for match in offered] == [lesson]
    assert take_in(REPORT.replace("Cards were refused.", "All cards were declined.")).outcome == "updated"
    lesson.refresh_from_db()
    assert lesson.summary == "All cards were declined."


def test_tags_that_are_too_long_or_too_many_do_not_stop_an_import() -> None:
    names = ", ".join([f"t{number}" for number in range(60)] + ["x" * 200])
    told = take_in(REPORT.replace("tags: [cards]", f"tags: [{names}]"))
    assert told.postmortem is not None
    assert told.postmortem.lesson.tags[0] == "t0"


def test_a_restricted_incident_is_not_reached_by_its_number() -> None:
    hidden = make_incident()
    Incident.objects.filter(pk=hidden.pk).update(is_restricted=True)
    told = take_in(f"---\ntitle: x\nincidents: [INC-{hidden.pk}, INC-999999]\n---\nWords", actor=make_person())
    assert told.postmortem is not None
    assert not told.postmortem.incidents.exists()


def test_the_page_takes_files_and_archives_and_says_what_it_cannot_read(client: Client) -> None:
    make_person(username="alice")
    client.force_login(make_person(Role.OPERATIONS))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/cards.md", REPORT)
        archive.writestr("picture.png", b"\x89PNG")
    files = [
        SimpleUploadedFile("many.zip", packed.getvalue()),
        SimpleUploadedFile("nul.md", b"# T\x00\n\n\xff\xfe\x00"),
        SimpleUploadedFile("bomb.zip", b"PK no archive"),
    ]
    answer = client.post("/postmortems/import/", {"uploads": files, "is_dry": "on"})
    assert answer.status_code == 200
    assert not Postmortem.objects.exists()
    for file in files:
        file.seek(0)
    answer = client.post("/postmortems/import/", {"uploads": files})
    assert [row["told"].outcome for row in answer.context["rows"]] == ["created", "created", "faulty"]
    assert Postmortem.objects.count() == 2
    for wrong in ({}, {"uploads": SimpleUploadedFile("a.exe", b"x")}):
        assert client.post("/postmortems/import/", wrong).status_code == 400
    client.force_login(make_person(Role.REPORTER))
    assert client.get("/postmortems/import/").status_code == 404


def test_print_and_markdown_are_whole_and_for_whoever_may_see_all(client: Client) -> None:
    writer = make_person()
    postmortem = make_postmortem(actor=writer)
    add_entry(postmortem, what="The tenth call <b>")
    client.force_login(writer)
    for language in ("en", "zh-hans"):
        page = client.get(f"/postmortems/{postmortem.pk}/print/?language={language}")
        assert page.headers["Content-Language"] == language
        assert "The tenth call &lt;b&gt;" in page.content.decode()
        text = client.get(f"/postmortems/{postmortem.pk}/export.md?language={language}")
        assert "The tenth call \\<b>" in text.content.decode()
    pdf = client.get(f"/reports/postmortems/{postmortem.pk}.pdf")
    assert pdf.content.startswith(b"%PDF-")


@pytest.mark.parametrize("kind", ["restricted incident", "restricted service"])
def test_an_imported_action_is_read_by_nobody_who_may_not_see_all_that_it_is_about(kind: str) -> None:
    boss, colleague = make_person(Role.INCIDENT_MANAGER), make_person()
    hidden = make_incident(service=make_service(is_restricted=kind == "restricted service"))
    Incident.objects.filter(pk=hidden.pk).update(is_restricted=kind == "restricted incident")
    open_one = make_incident()
    text = REPORT.replace("tags: [cards]", f"incidents: [INC-{hidden.pk}, INC-{open_one.pk}]")
    told = take_in(text, actor=boss)
    assert told.postmortem is not None
    assert set(told.postmortem.incidents.all()) == {hidden, open_one}
    assert {action.incident for action in told.postmortem.actions} == {hidden}
    assert not ActionItem.objects.of_seen(colleague).exists()
    assert ActionItem.objects.of_seen(boss).count() == 2
