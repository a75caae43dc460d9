"""Sources that are asked by HTTP: through the guarded client, their answers as JSON, their refusals as sentences."""

import base64
import json
import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from detection.sources.asking import Access
from detection.sources.errors import REFUSED, SourceError, timed_out, too_large
from outbound import OutboundError, request


class HttpReader:
    """What readers by HTTP share. There is no connection to keep: every question is a call of its own."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.ends_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing was opened."""

    def begin(self) -> None:
        """From here on the time of one question runs."""
        self.ends_at = time.monotonic() + self.access.seconds

    def ask(self, method: str, path: str, *, form: dict[str, Any] | None = None, body: Any = None) -> Any:
        """The JSON that ``path`` below the source's address answers. Raises SourceError."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise timed_out()
        content, kind = b"", ""
        if form is not None:
            content, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        elif body is not None:
            content, kind = json.dumps(body, ensure_ascii=True).encode(), "application/json"
        headers = {"Accept": "application/json", **({"Content-Type": kind} if kind else {}), **self._credentials()}
        url = self.access.text("url").rstrip("/") + path
        try:
            answer = request(method, url, headers=headers, body=content, limit=self.access.byte_cap, seconds=left)
        except OutboundError as error:
            raise _understood(error) from error
        if not answer.is_success:
            raise _refusal(answer.status)
        found = answer.json()
        if found is None:
            raise SourceError(_("The source answers something that is no JSON."))
        return found

    def _credentials(self) -> dict[str, str]:
        """A user and a password, or a token alone."""
        if user := self.access.text("user"):
            pair = f"{user}:{self.access.secret}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        return {"Authorization": f"Bearer {self.access.secret}"} if self.access.secret else {}


def _understood(error: OutboundError) -> SourceError:
    if error.code == "timeout":
        return timed_out()
    if error.code == "too_large":
        return too_large()
    return SourceError(str(error), permanent=error.permanent)


def _refusal(status: int) -> SourceError:
    """Never with the body: nobody is to read foreign pages through us."""
    if status in (401, 403):
        return SourceError(REFUSED)
    if status in (408, 504):
        return timed_out()
    if status == 429 or status >= 500:
        return SourceError(_("The source answers with an error (status %(status)d).") % {"status": status})
    sentence = _("The source refuses the question (status %(status)d). Check the table, the columns and the query.")
    return SourceError(sentence % {"status": status}, permanent=True)


def garbled() -> SourceError:
    return SourceError(_("The source's answer cannot be understood."))
