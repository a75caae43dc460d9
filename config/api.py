"""How the API reads JSON and presents refusals."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import status
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.views import exception_handler

from lifecycle.text import sanitise_all
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from reports.monthly.awaited import FiguresAwaited


class BoundedJSONParser(JSONParser):
    """JSON of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes; anything that is not JSON in UTF-8 answers 400.

    Where a view says ``takes_any_text``, letters that cannot be kept are replaced instead: a program's report must not
    be lost for them. ``request.was_sanitised`` then says so.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise ParseError(_("The request is too large."))
        context = parser_context or {}
        if getattr(context.get("view"), "takes_any_text", False):
            return _repaired(body, context["request"])
        try:
            value = json.loads(body.decode("utf-8"))
            # Python reads what JSON has not and UTF-8 cannot carry: NaN, infinities, halves of surrogate pairs.
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
            return value
        except (ValueError, RecursionError) as error:
            raise ParseError(_("This is not JSON in UTF-8.")) from error


def _repaired(body: bytes, request: Any) -> Any:
    try:
        value = json.loads(text := body.decode("utf-8", "replace"))
        json.dumps(kept := sanitise_all(value), allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise ParseError(_("This is not JSON in UTF-8.")) from error
    request.was_sanitised = kept != value or text.encode("utf-8", "replace") != body
    return kept


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the schema about ``Authorization: Bearer mst_...``."""

    target_class = "catalog.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def present_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Refusals of the domain as HTTP: 409 with what is allowed, 403, or 400 with a sentence per field;
    202 where figures are still computed."""
    if isinstance(error, TransitionRefused):
        body = {"detail": error.reason, "status": error.status, "allowed": error.allowed}
        return Response(body, status=status.HTTP_409_CONFLICT)
    if isinstance(error, NotPermitted):
        return Response({"detail": _("Your role does not allow this.")}, status=status.HTTP_403_FORBIDDEN)
    if isinstance(error, InputRefused):
        sentences = {name: [sentence] for name, sentence in error.errors.items()}
        return Response(sentences, status=status.HTTP_400_BAD_REQUEST)
    if isinstance(error, FiguresAwaited):
        body = {"detail": _("The figures are being computed. Ask again in a few seconds.")}
        return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Retry-After": "5"})
    return exception_handler(error, context)
