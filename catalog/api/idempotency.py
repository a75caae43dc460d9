"""A POST that a program may send again: with the header ``Idempotency-Key`` it is done once and answered twice.

The key belongs to its caller and holds for a day. The same key with another request is refused (422); while the first
is still being worked on the second is told so (409). A fault of ours is not kept: the program may try again.
"""

import hashlib
import json
from datetime import timedelta
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.http.request import RawPostDataException
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import IdempotencyKey, Person
from lifecycle import clock

HOLDS = timedelta(days=1)
WORKS_AT_MOST = timedelta(minutes=1)
LONGEST_KEY = 255
HEADER = "Idempotency-Key"


class KeyIsTaken(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key was used for another request."


class StillWorking(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "The first request with this Idempotency-Key is still being worked on."


class Replay(APIException):
    """Not an error: the answer that was given before. Raised, since it ends the request before the view acts."""

    def __init__(self, row: IdempotencyKey) -> None:
        super().__init__()
        self.row = row


class AnsweredOnce(APIView):
    """Base of views whose POST changes something."""

    _claimed: IdempotencyKey | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER, "")
        if request.method == "POST" and key:
            self._claimed = claim(request, key)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Replay):
            answer = Response(exc.row.body, status=exc.row.status)
            answer.headers["Idempotent-Replayed"] = "true"
            return answer
        try:
            return super().handle_exception(exc)
        except Exception:
            self._give_up()
            raise

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self._claimed is not None and response.status_code < 500:
            row, self._claimed = self._claimed, None
            row.status, row.body = response.status_code, json.loads(JSONRenderer().render(response.data) or "null")
            row.save(update_fields=["status", "body"])
        self._give_up()
        return super().finalize_response(request, response, *args, **kwargs)

    def _give_up(self) -> None:
        if self._claimed is not None:
            self._claimed.delete()
            self._claimed = None


def claim(request: Request, key: str) -> IdempotencyKey:
    """Take the key for this request. Raises Replay, KeyIsTaken or StillWorking where it was taken before."""
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise ValidationError({HEADER: [_("At most 255 printable characters.")]})
    digest = hashlib.sha256(f"{request.path}\n".encode() + _body(request)).hexdigest()
    now = clock.now()
    for _attempt in range(2):
        try:
            with transaction.atomic():
                return IdempotencyKey.objects.create(
                    person=cast(Person, request.user), key=key, path=request.path[:255], digest=digest, created_at=now
                )
        except IntegrityError:
            _refuse_or_replay(request, key, digest, now - HOLDS, now - WORKS_AT_MOST)
    raise StillWorking


def _body(request: Request) -> bytes:
    """What was sent. Files are read as a stream, which cannot be read a second time to compare."""
    try:
        return request._request.body
    except RawPostDataException as read:
        raise ValidationError({HEADER: [_("Not possible together with files.")]}) from read


def _refuse_or_replay(request: Request, key: str, digest: str, dead: Any, stuck: Any) -> None:
    """Answers nothing where the old row has died meanwhile, so that the key may be taken anew."""
    rows = IdempotencyKey.objects.filter(person=request.user.pk, key=key)
    row = rows.first()
    is_abandoned = row is not None and row.status is None and row.created_at < stuck
    if row is None or row.created_at < dead or is_abandoned:
        if row is not None:
            rows.filter(created_at=row.created_at).delete()
        return
    if row.digest != digest:
        raise KeyIsTaken
    raise StillWorking if row.status is None else Replay(row)


def drop_dead_keys() -> int:
    """Forget the keys of more than a day ago."""
    return IdempotencyKey.objects.filter(created_at__lt=clock.now() - HOLDS).delete()[0]
