"""Kinds of records that the API lists, makes, shows and changes in the same way: parse, call the service, present."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS, NewestFirst
from lifecycle import clock
from lifecycle.models import Via

Shape = type[BaseSerializer[Any]]
Service = Callable[..., Any]


@dataclass(frozen=True)
class Kind:
    """``add`` takes the values of ``edits`` and returns the record; ``edit`` and ``remove`` take a record first.

    ``news`` shows a record just made, where that says more than ``shows``; ``changes`` is what PATCH takes, where that
    is not any part of ``edits``.
    """

    queryset: "QuerySet[Any]"
    shows: Shape
    edits: Shape
    add: Service
    edit: Service
    remove: Service | None = None
    news: Shape | None = None
    changes: Shape | None = None

    def find(self, pk: int) -> Any:
        return get_object_or_404(self.queryset.all(), pk=pk)


def list_view(kind: Kind, says: str) -> type[APIView]:
    shows = kind.news or kind.shows

    class KindList(generics.ListAPIView[Any]):
        __doc__ = says
        permission_classes = COLLEAGUES
        pagination_class = NewestFirst
        filter_backends: list[Any] = []  # noqa: RUF012
        serializer_class = kind.shows
        queryset = kind.queryset

        def get_serializer_context(self) -> dict[str, Any]:
            return {**super().get_serializer_context(), "now": clock.now()}

        @extend_schema(request=kind.edits, responses={201: shows, **REFUSALS})
        def post(self, request: Request) -> Response:
            made = kind.add(**_acting(request), **_read(kind.edits, request))
            return _present(shows, made, status.HTTP_201_CREATED)

    return KindList


def detail_view(kind: Kind, says: str) -> type[APIView]:
    changes = kind.changes or kind.edits

    class KindDetail(APIView):
        __doc__ = says
        permission_classes = COLLEAGUES

        @extend_schema(responses=kind.shows)
        def get(self, _request: Request, pk: int) -> Response:
            return _present(kind.shows, kind.find(pk))

        @extend_schema(request=changes, responses={200: kind.shows, **REFUSALS})
        def patch(self, request: Request, pk: int) -> Response:
            record = kind.find(pk)
            kind.edit(record, **_acting(request), **_read(changes, request, partial=kind.changes is None))
            return _present(kind.shows, record)

    return _removable(KindDetail, kind, kind.remove) if kind.remove else KindDetail


def _removable(detail: type[APIView], kind: Kind, remove: Service) -> type[APIView]:
    class RemovableDetail(detail):  # type: ignore[misc, valid-type]
        __doc__ = detail.__doc__

        @extend_schema(responses={204: None, **REFUSALS})
        def delete(self, request: Request, pk: int) -> Response:
            remove(kind.find(pk), **_acting(request))
            return Response(status=status.HTTP_204_NO_CONTENT)

    return RemovableDetail


def verb_view(kind: Kind, act: Service, says: str, *, shows: Shape | None = None) -> type[APIView]:
    """POST calls ``act`` with the record and whatever the address says besides its number."""
    answer = shows or kind.shows

    class KindVerb(APIView):
        __doc__ = says
        permission_classes = COLLEAGUES

        @extend_schema(request=None, responses={200: answer, **REFUSALS})
        def post(self, request: Request, pk: int, **said: str) -> Response:
            record = kind.find(pk)
            act(record, **said, **_acting(request))
            return _present(answer, record)

    return KindVerb


def _acting(request: Request) -> dict[str, Any]:
    return {"actor": request.user, "via": Via.API}


def _read(shape: Shape, request: Request, *, partial: bool = False) -> dict[str, Any]:
    parsed = shape(data=request.data, partial=partial)
    parsed.is_valid(raise_exception=True)
    return dict(parsed.validated_data)


def _present(shape: Shape, record: Any, code: int = status.HTTP_200_OK) -> Response:
    return Response(shape(record, context={"now": clock.now()}).data, status=code)
