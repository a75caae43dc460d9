"""Files: what is taken, under which name it is kept, and how it leaves again."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog.models import Person, Role
from config import uploads
from incidents import services
from incidents.content import LARGEST, UnknownContent, clean_name, kind_of
from incidents.models import Attachment, Incident
from incidents.services.attaching import MOST_FILES, NamedFile, takeable
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted
from tests.factories import make_incident, make_person

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
ZIP = b"PK\x03\x04" + b"\x00" * 40 + b"PK\x05\x06" + b"\x00" * 18
TAKEN = {
    "png": (PNG, "image/png"),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
    "gif": (b"GIF89a\x01\x00\x01\x00", "image/gif"),
    "webp": (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
    "log": (b"<34>Oct 11 22:14:15 su: failed\n\x1b[31mred\x1b[0m", "text/plain; charset=utf-8"),
    "json": (b'{"a": "<script>"}', "text/plain; charset=utf-8"),
    "utf-8 with a mark": ("\ufeff时间,值\n".encode(), "text/plain; charset=utf-8"),
    "utf-16": ("\ufeff时间".encode("utf-16-le"), "text/plain; charset=utf-16"),
    "gb18030": ("支付接口超时".encode("gb18030"), "text/plain; charset=gb18030"),
    "latin": ("caf\xe9 ".encode("cp1252"), "text/plain; charset=cp1252"),
}
REFUSED = {
    "nothing": b"",
    "blank": b"  \n ",
    "html": b"<!DOCTYPE html><p>x",
    "html after blanks": b"\xef\xbb\xbf \n\t<HTML>",
    "html in utf-16": "\ufeff<html>".encode("utf-16-be"),
    "svg": b'<svg onload="alert(1)">',
    "xml": b"<?xml version='1.0'?><x/>",
    "a comment": b"<!-- x --><script>",
    "php": b"<?php system('id');",
    "a shell script": b"#!/bin/sh\nrm -rf /",
    "postscript": b"%!PS-Adobe",
    "rtf": b"{\\rtf1 x}",
    "mail html": b"MIME-Version: 1.0\nContent-Type: text/html",
    "a program": b"MZ\x90\x00\x03\x00",
    "elf": b"\x7fELF\x02\x01",
    "zip, office, jar": ZIP,
    "an old office document with macros": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "gzip": b"\x1f\x8b\x08\x00",
    "nul": b"text\x00text",
    "an image that is an archive too": PNG + b"\x00" * 99 + ZIP,
    "an image that is a page too": b"GIF89a/*<script>alert(1)</script>",
    "a document after other bytes": b"junk\x00%PDF-1.7",
}


def by(actor: Person) -> dict[str, Any]:
    return {"actor": actor, "via": "web"}


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def status_of(client: Client, address: str) -> int:
    """Reads a download to its end, which closes its file."""
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return answer.status_code


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def alice() -> Person:
    return make_person(username="alice")


# --- What it is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "content_type"), TAKEN.values(), ids=TAKEN)
def test_it_takes(content: bytes, content_type: str) -> None:
    assert kind_of(content).content_type == content_type


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_it_refuses(content: bytes) -> None:
    with pytest.raises(UnknownContent):
        kind_of(content)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\temp\\shot.PNG", "shot.PNG"),
        ("page.html", "page.html.png"),
        ("x\r\nSet-Cookie: a=b.png", "x Set-Cookie_ a=b.png"),
        ("invoice\u202egnp.exe", "invoice gnp.exe.png"),
        ("\x00\x1b[31m.png", "[31m.png"),
        ('a"b;c%.png', "a_b_c_.png"),
        ("", "file.png"),
        ("..", "file.png"),
        (".htaccess", "htaccess.png"),
        ("截图 1.png", "截图 1.png"),
    ],
)
def test_a_name_is_cleaned_and_ends_as_its_kind_does(name: str, cleaned: str) -> None:
    assert clean_name(name, kind_of(PNG)) == cleaned


def test_a_long_name_keeps_its_suffix() -> None:
    assert len(clean_name("a" * 5000 + ".png", kind_of(PNG))) == 150
    assert clean_name("a" * 5000 + ".png", kind_of(PNG)).endswith(".png")
    assert len(clean_name("a." + "b" * 5000)) <= 150


# --- What is kept -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_lies_under_its_digest_once_and_is_never_changed(alice: Person, media: Path) -> None:
    incident = make_incident()
    for name in ("one.png", "two.png"):
        services.attach_files(incident, files=[NamedFile(name, PNG)], **by(alice))
    digest = hashlib.sha256(PNG).hexdigest()
    files = [path for path in media.rglob("*") if path.is_file()]
    assert files == [media / "attachments" / digest[:2] / digest]
    assert files[0].read_bytes() == PNG
    assert files[0].stat().st_mode & 0o077 == 0
    rows = Attachment.objects.order_by("pk").values_list("name", "size", "sha256", "content_type")
    assert list(rows) == [(name, len(PNG), digest, "image/png") for name in ("one.png", "two.png")]


@pytest.mark.django_db
def test_a_file_that_a_crash_cut_short_is_not_taken_for_the_whole(alice: Person, media: Path) -> None:
    digest = hashlib.sha256(PNG).hexdigest()
    place = media / "attachments" / digest[:2] / digest
    place.parent.mkdir(parents=True)
    place.write_bytes(PNG[:5])
    services.attach_files(make_incident(), files=[NamedFile("a.png", PNG)], **by(alice))
    with Attachment.objects.get().file.open() as file:
        assert file.read() == PNG


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ([], "Choose a file"),
        ([NamedFile("x.png", b"")], "“x.png” is empty"),
        ([NamedFile("x.txt", b"a" * (LARGEST + 1))], "larger than 10 MB"),
        ([NamedFile("ok.png", PNG), NamedFile("evil.png", b"<svg>")], "“evil.png” is not taken"),
        ([NamedFile(f"{number}.txt", b"a") for number in range(MOST_FILES + 1)], "At most 20 files"),
    ],
)
def test_one_bad_file_refuses_all_of_them(alice: Person, media: Path, files: list[NamedFile], reason: str) -> None:
    incident = make_incident()
    with pytest.raises(InputRefused, match=reason):
        services.attach_files(incident, files=files, **by(alice))
    assert not Attachment.objects.exists()
    assert not Event.objects.about(incident).filter(verb="attach").exists()
    assert not list(media.rglob("*"))


def test_a_mail_keeps_what_can_be_kept() -> None:
    kept, refused = takeable([NamedFile("a.png", PNG), NamedFile("b\r\n.html", b"<html>")])
    assert ([file.name for file in kept], refused) == (["a.png"], ["b .html"])


@pytest.mark.django_db
def test_a_reporters_files_are_public_and_a_colleagues_are_not(alice: Person) -> None:
    rita = make_person(Role.REPORTER)
    incident = make_incident(reporter=rita)
    services.add_note(incident, text="see", files=[NamedFile("hers.png", PNG)], **by(rita))
    services.add_note(incident, text="see", files=[NamedFile("ours.png", PNG)], **by(alice))
    services.post_update(incident, text="see", files=[NamedFile("for all.png", PNG)], **by(alice))
    rows = Attachment.objects.order_by("pk").values_list("name", "is_public")
    assert list(rows) == [("hers.png", True), ("ours.png", False), ("for all.png", True)]


@pytest.mark.django_db
def test_strangers_attach_nothing() -> None:
    with pytest.raises(NotPermitted):
        services.attach_files(make_incident(), files=[NamedFile("a.png", PNG)], **by(make_person(Role.REPORTER)))


# --- The page ---------------------------------------------------------------------------------------------------------


def post(client: Client, incident: Incident, verb: str = "note", **fields: Any) -> Any:
    return client.post(f"/incidents/{incident.pk}/{verb}/", fields)


@pytest.mark.django_db
def test_the_composer_takes_several_files(alice: Person) -> None:
    incident, client = make_incident(), signed_in(alice)
    files = [SimpleUploadedFile("a.png", PNG, "text/html"), SimpleUploadedFile("<b>.log", b"line")]
    assert post(client, incident, text="evidence", kind="evidence", files=files).status_code == 302
    page = client.get(incident.get_absolute_url()).content.decode()
    assert "a.png" in page
    assert "_b_.log" in page
    assert {row.event.verb for row in Attachment.objects.select_related("event") if row.event} == {"note"}


@pytest.mark.django_db
def test_a_refused_file_loses_no_word(alice: Person) -> None:
    incident, client = make_incident(), signed_in(alice)
    answer = post(client, incident, text="my long words", files=[SimpleUploadedFile("x.svg", b"<svg/onload=1>")])
    assert answer.status_code == 400
    body = answer.content.decode()
    assert "my long words" in body
    assert "is not taken" in body
    assert body.count('enctype="multipart/form-data"') >= 2
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_an_upload_that_is_too_large_is_refused_by_its_length(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST_REQUEST", 10_000)
    incident, client = make_incident(), signed_in(alice)
    assert post(client, incident, text="x", files=[SimpleUploadedFile("x.log", b"a" * 20_000)]).status_code == 413
    assert not Event.objects.about(incident).filter(verb="note").exists()


# --- The way out --------------------------------------------------------------------------------------------------


@pytest.fixture
def attachment(alice: Person) -> Attachment:
    files = [NamedFile("支付 trace.log", b"08:00 <script>alert(1)</script>")]
    services.attach_files(make_incident(), files=files, **by(alice))
    return Attachment.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize("address", [Attachment.get_absolute_url, lambda row: f"/api/v1/attachments/{row.pk}/"])
def test_it_leaves_as_a_download_that_no_browser_runs(
    alice: Person, attachment: Attachment, address: Callable[[Attachment], str]
) -> None:
    answer = signed_in(alice).get(address(attachment))
    assert b"".join(answer.streaming_content) == b"08:00 <script>alert(1)</script>"  # type: ignore[attr-defined]
    headers = answer.headers
    assert headers["Content-Disposition"] == "attachment; filename*=utf-8''%E6%94%AF%E4%BB%98%20trace.log"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in headers["Cache-Control"]
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.django_db
def test_only_those_who_may_see_it_get_it(alice: Person, attachment: Attachment) -> None:
    rita, stranger = make_person(Role.REPORTER), make_person(Role.REPORTER)
    Incident.objects.filter(pk=attachment.incident_id).update(reporter=rita)
    for address in (attachment.get_absolute_url(), f"/api/v1/attachments/{attachment.pk}/"):
        assert status_of(signed_in(stranger), address) == 404
        assert status_of(signed_in(rita), address) == 404
        assert status_of(Client(), address) in (302, 401)
    Attachment.objects.update(is_public=True)
    for address in (attachment.get_absolute_url(), f"/api/v1/attachments/{attachment.pk}/"):
        assert status_of(signed_in(stranger), address) == 404
        assert status_of(signed_in(rita), address) == 200
    Incident.objects.update(reporter=None, is_restricted=True)
    assert status_of(signed_in(make_person()), attachment.get_absolute_url()) == 404


@pytest.mark.django_db
def test_no_address_leads_to_the_folder(alice: Person, attachment: Attachment) -> None:
    client = signed_in(alice)
    assert not product.MEDIA_URL.strip("/")
    for path in (attachment.file.name, f"media/{attachment.file.name}", f"static/{attachment.file.name}"):
        assert client.get(f"/{path}").status_code == 404


@pytest.mark.django_db
def test_a_file_that_is_gone_is_not_found(alice: Person, attachment: Attachment) -> None:
    Path(attachment.file.path).unlink()
    assert status_of(signed_in(alice), attachment.get_absolute_url()) == 404


# --- The API ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_api_uploads_and_lists(alice: Person) -> None:
    incident, client = make_incident(), signed_in(alice)
    files = [SimpleUploadedFile("a.png", PNG), SimpleUploadedFile("b.log", b"line")]
    answer = client.post(f"/api/v1/incidents/{incident.pk}/attach/", {"files": files, "visibility": "public"})
    assert answer.status_code == 200, answer.content
    answer = client.post(
        f"/api/v1/incidents/{incident.pk}/note/", {"text": "x", "files": [SimpleUploadedFile("c.log", b"c")]}
    )
    assert answer.status_code == 200, answer.content
    listed = client.get(f"/api/v1/incidents/{incident.pk}/attachments/").json()["results"]
    assert [(row["name"], row["is_public"]) for row in listed] == [("c.log", False), ("b.log", True), ("a.png", True)]
    assert status_of(client, listed[0]["url"]) == 200


@pytest.mark.django_db
def test_the_api_refuses_as_the_page_does(alice: Person) -> None:
    incident, client = make_incident(), signed_in(alice)
    for files in ([SimpleUploadedFile("a.html", b"<html>")], [SimpleUploadedFile("a.txt", b"")], []):
        answer = client.post(f"/api/v1/incidents/{incident.pk}/attach/", {"files": files})
        assert answer.status_code == 400, answer.content
        assert "files" in answer.json()


@pytest.mark.django_db
def test_a_reporter_lists_what_is_public(alice: Person) -> None:
    rita = make_person(Role.REPORTER)
    incident = make_incident(reporter=rita)
    services.attach_files(incident, files=[NamedFile("ours.png", PNG)], **by(alice))
    services.attach_files(incident, files=[NamedFile("for all.png", PNG)], visibility="public", **by(alice))
    listed = signed_in(rita).get(f"/api/v1/incidents/{incident.pk}/attachments/").json()["results"]
    assert [(row["name"], row["uploaded_by"]) for row in listed] == [("for all.png", None)]
    assert "ours.png" not in signed_in(rita).get(incident.get_absolute_url()).content.decode()
