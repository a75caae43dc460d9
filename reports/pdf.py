"""A template as a PDF.

WeasyPrint takes a quarter of a second and some 40 MB to import, and needs Pango on the machine: so it is imported when
the first PDF is asked for. It fetches nothing but this product's own static files, by ``static:`` and their name.
"""

import logging
import mimetypes
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.template.loader import render_to_string

SCHEME = "static:"
logger = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()
"""Layout is not promised to be safe among threads, and two at once would take twice the memory."""


class PdfUnavailable(Exception):  # noqa: N818 (the machine lacks something; the text says what)
    """This machine cannot make PDFs."""


class FetchRefused(Exception):  # noqa: N818
    """A document asked for something that is no static file of ours."""


def render_pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """The template as PDF bytes, in the active language. Raises PdfUnavailable where Pango is missing."""
    html = render_to_string(template, dict(context))
    with _one_at_a_time:
        data: bytes = lay_out(html).write_pdf()
    return data


def lay_out(html: str) -> Any:
    """A ``weasyprint.Document``: the pages before they are written; links lead to the product's public address.

    Raises PdfUnavailable, FetchRefused.
    """
    weasyprint = _load()
    from weasyprint.urls import FatalURLFetchingError

    try:
        return weasyprint.HTML(string=html, url_fetcher=_fetch, base_url=settings.PUBLIC_URL).render()
    except FatalURLFetchingError as fault:  # a BaseException, which would take a worker's thread with it
        raise FetchRefused(str(fault)) from None


def read_static(url: str) -> tuple[bytes, str]:
    """Content and kind of ``static:handbook.css`` and the like. Raises FetchRefused for any other address."""
    found = _find(url.removeprefix(SCHEME)) if url.startswith(SCHEME) else None
    if found is None:
        raise FetchRefused(f"a PDF may not fetch {url!r}")
    return found.read_bytes(), mimetypes.guess_type(found.name)[0] or "application/octet-stream"


def _fetch(url: str) -> Any:
    """WeasyPrint's fetcher. What it refuses ends the rendering: other faults are swallowed and leave a hole."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse

    try:
        content, kind = read_static(url)
    except FetchRefused as refusal:
        raise FatalURLFetchingError(str(refusal)) from None
    return URLFetcherResponse(url, content, {"Content-Type": kind})


def _find(name: str) -> Path | None:
    """A static file of ours by its name below ``static/``; None where there is none, or the name leads elsewhere."""
    try:
        found = finders.find(name)
    except SuspiciousFileOperation:
        return None
    return Path(str(found)) if found and Path(str(found)).is_file() else None


def _load() -> Any:
    _quieten()
    try:
        import weasyprint
    except OSError as fault:
        logger.error("No PDF: %s. Install Pango (docs/running.md).", fault)
        raise PdfUnavailable(str(fault)) from fault
    return weasyprint


def _quieten() -> None:
    """Fonts and progress are told by the page; only faults go to the log."""
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("weasyprint.progress").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
