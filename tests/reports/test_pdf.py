"""PDFs: what they may fetch, what happens where the library is missing, when it is loaded."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from catalog.models import Role
from reports import pdf
from tests.factories import make_person


@pytest.mark.django_db
def test_where_pango_is_missing_a_page_says_what_to_install(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise pdf.PdfUnavailable("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(pdf, "_load", fail)
    client.force_login(make_person(Role.MANAGER))
    answer = client.get("/reports/handbook.pdf")
    assert answer.status_code == 503
    assert "Pango" in answer.content.decode()
    assert "libpango-1.0-0" in answer.content.decode()


def test_a_library_that_does_not_load_is_no_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, *_: Any) -> Any:
        raise OSError(f"cannot load library for {name}")

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr("builtins.__import__", refuse)
    with pytest.raises(pdf.PdfUnavailable, match="weasyprint"):
        pdf._load()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/x.png",
        "https://example.com/x.css",
        "file:///etc/hostname",
        "static:../config/settings/site.py",
        "static:/etc/hostname",
        "static:no-such-file.css",
        "static:",
        "static:icons",
        "data:text/plain,x",
        "//example.com/x",
    ],
)
def test_a_pdf_fetches_nothing_but_our_static_files(address: str) -> None:
    with pytest.raises(pdf.FetchRefused):
        pdf.read_static(address)


def test_a_document_that_asks_for_more_is_refused() -> None:
    try:
        pdf._load()
    except pdf.PdfUnavailable as fault:
        pytest.skip(f"no PDF here: {fault}")
    for address in ("file:///etc/hostname", "http://127.0.0.1:1/x.png"):
        with pytest.raises(pdf.FetchRefused, match="may not fetch"):
            pdf.lay_out(f'<img src="{address}">')


def test_our_static_files_are_found() -> None:
    content, kind = pdf.read_static("static:handbook_pdf.css")
    assert b"@page" in content
    assert kind == "text/css"


def test_the_library_is_loaded_with_the_first_pdf_only() -> None:
    code = (
        "import sys, django; django.setup(); import config.urls, reports.handbook_views; "
        "print(sorted({'weasyprint', 'fontTools'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=os.environ, capture_output=True, text=True, check=False
    )
    assert run.stdout.strip() == "[]", run.stderr
