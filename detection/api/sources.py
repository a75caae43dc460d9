"""Sources and collections: parse, call the service, present."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from detection.api import source_fields as fields
from detection.api.views import UNFILTERED, read
from detection.models import Collection, Metric, Source
from detection.services import (
    add_source,
    collect_metric,
    edit_source,
    look_at,
    pause_collection,
    remove_source,
    resume_collection,
)
from detection.services.sources import Seen
from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS, NewestFirst
from lifecycle.models import Via

SWITCHES = {"pause": pause_collection, "resume": resume_collection}


class SourceList(generics.ListAPIView[Source]):
    """Sources; POST adds one."""

    permission_classes = COLLEAGUES
    serializer_class = fields.SourceSerializer
    pagination_class = NewestFirst
    filter_backends = UNFILTERED
    queryset = Source.objects.all()

    @extend_schema(request=fields.AddSourceSerializer, responses={201: fields.SourceSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        source = add_source(actor=request.user, via=Via.API, **read(fields.AddSourceSerializer, request))  # type: ignore[arg-type]
        return _present(source, request, status.HTTP_201_CREATED)


class SourceDetail(APIView):
    """One source; PATCH changes it, DELETE removes it while no metric is read out of it."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=fields.SourceSerializer)
    def get(self, request: Request, slug: str) -> Response:
        return _present(get_object_or_404(Source, slug=slug), request)

    @extend_schema(request=fields.EditSourceSerializer, responses={200: fields.SourceSerializer, **REFUSALS})
    def patch(self, request: Request, slug: str) -> Response:
        source = get_object_or_404(Source, slug=slug)
        values = read(fields.EditSourceSerializer, request, partial=True)
        version = values.pop("version", None)
        edit_source(source, actor=request.user, via=Via.API, expected_version=version, **values)  # type: ignore[arg-type]
        return _present(source, request)

    @extend_schema(responses={204: None, **REFUSALS})
    def delete(self, request: Request, slug: str) -> Response:
        remove_source(get_object_or_404(Source, slug=slug), actor=request.user, via=Via.API)  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)


class SourceLook(APIView):
    """POST asks the source for its tables and the first rows of one of them."""

    permission_classes = COLLEAGUES

    @extend_schema(request=fields.LookSerializer, responses={200: fields.SeenSerializer, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        source = get_object_or_404(Source, slug=slug)
        table = read(fields.LookSerializer, request).get("table", "")
        seen = look_at(source, actor=request.user, table=table)  # type: ignore[arg-type]
        return Response(fields.SeenSerializer(_shown(seen)).data)


class CollectionDetail(APIView):
    """How a metric is read out of a source, and how far that has come; PUT defines it."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=fields.CollectionSerializer)
    def get(self, request: Request, slug: str) -> Response:
        return Response(fields.CollectionSerializer(_collection(slug)).data)

    @extend_schema(request=fields.CollectSerializer, responses={200: fields.CollectionSerializer, **REFUSALS})
    def put(self, request: Request, slug: str) -> Response:
        metric = get_object_or_404(Metric, slug=slug)
        collect_metric(metric, actor=request.user, via=Via.API, **read(fields.CollectSerializer, request))  # type: ignore[arg-type]
        return Response(fields.CollectionSerializer(_collection(slug)).data)


class CollectionSwitch(APIView):
    """``pause`` or ``resume``."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={200: fields.CollectionSerializer, **REFUSALS})
    def post(self, request: Request, slug: str, verb: str) -> Response:
        collection = _collection(slug)
        SWITCHES[verb](collection.metric, actor=request.user, via=Via.API)  # type: ignore[arg-type]
        return Response(fields.CollectionSerializer(_collection(slug)).data)


def _collection(slug: str) -> Collection:
    found = Collection.objects.select_related("source", "metric").prefetch_related("rejected")
    return get_object_or_404(found, metric__slug=slug)


def _present(source: Source, request: Request, code: int = status.HTTP_200_OK) -> Response:
    return Response(fields.SourceSerializer(source, context={"request": request}).data, status=code)


def _shown(seen: Seen) -> dict[str, Any]:
    rows = seen.sample.rows if seen.sample else []
    return {
        "error": seen.error,
        "tables": [
            {"name": table.name, "columns": [{"name": name, "type": kind} for name, kind in table.columns]}
            for table in seen.tables
        ],
        "table": seen.table,
        "columns": list(seen.sample.columns) if seen.sample else [],
        "rows": [[None if value is None else str(value)[:200] for value in row] for row in rows],
    }
