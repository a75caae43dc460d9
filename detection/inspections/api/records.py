"""The API of prevention activities and of the tables of dates and capacities."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from detection.inspections.api import serializers as shapes
from detection.inspections.api.views import Listed, read
from detection.inspections.services import (
    add_entry,
    add_finding,
    edit_activity,
    edit_entry,
    import_entries,
    record_activity,
    remove_entry,
)
from detection.models import Activity, Capacity, ExpiryDate
from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS
from lifecycle.models import Via


class ActivityList(Listed):
    """Prevention activities; POST records one."""

    serializer_class = shapes.ActivitySerializer
    queryset = Activity.objects.select_related("recorded_by").prefetch_related("services")

    @extend_schema(request=shapes.EditActivitySerializer, responses={201: shapes.ActivitySerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        values = read(shapes.EditActivitySerializer, request)
        values.pop("expected_version", None)
        made = record_activity(actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return Response(shapes.ActivitySerializer(made).data, status=status.HTTP_201_CREATED)


class ActivityDetail(APIView):
    """One activity; PATCH changes it."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.ActivitySerializer)
    def get(self, _request: Request, pk: int) -> Response:
        return Response(shapes.ActivitySerializer(get_object_or_404(Activity, pk=pk)).data)

    @extend_schema(request=shapes.EditActivitySerializer, responses={200: shapes.ActivitySerializer, **REFUSALS})
    def patch(self, request: Request, pk: int) -> Response:
        activity = get_object_or_404(Activity, pk=pk)
        values = read(shapes.EditActivitySerializer, request, partial=True)
        edit_activity(activity, actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return Response(shapes.ActivitySerializer(activity).data)


class ActivityFindings(APIView):
    """POST adds what the activity found."""

    permission_classes = COLLEAGUES

    @extend_schema(request=shapes.NewFindingSerializer, responses={201: shapes.FindingDetailSerializer, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        activity = get_object_or_404(Activity, pk=pk)
        values = read(shapes.NewFindingSerializer, request)
        made = add_finding(activity, actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        shown = shapes.FindingDetailSerializer(made, context={"request": request})
        return Response(shown.data, status=status.HTTP_201_CREATED)


class ExpiryDateList(Listed):
    """What expires; POST adds a date."""

    serializer_class = shapes.ExpiryDateSerializer
    queryset = ExpiryDate.objects.select_related("service")

    @extend_schema(request=shapes.ExpiryDateSerializer, responses={201: shapes.ExpiryDateSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        return _add(ExpiryDate, shapes.ExpiryDateSerializer, request)


class ExpiryDateDetail(APIView):
    """One date; PATCH changes it, DELETE removes it."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.ExpiryDateSerializer)
    def get(self, _request: Request, pk: int) -> Response:
        return Response(shapes.ExpiryDateSerializer(get_object_or_404(ExpiryDate, pk=pk)).data)

    @extend_schema(request=shapes.ExpiryDateSerializer, responses={200: shapes.ExpiryDateSerializer, **REFUSALS})
    def patch(self, request: Request, pk: int) -> Response:
        return _edit(ExpiryDate, shapes.ExpiryDateSerializer, request, pk)

    @extend_schema(responses={204: None, **REFUSALS})
    def delete(self, request: Request, pk: int) -> Response:
        return _remove(ExpiryDate, request, pk)


class ExpiryDateImport(APIView):
    """POST adds and changes many, all or none."""

    permission_classes = COLLEAGUES

    @extend_schema(request=shapes.CsvSerializer, responses={200: shapes.ImportedSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        return _import(ExpiryDate, request)


class CapacityList(Listed):
    """What fills up; POST adds a capacity."""

    serializer_class = shapes.CapacitySerializer
    queryset = Capacity.objects.select_related("service")

    @extend_schema(request=shapes.CapacitySerializer, responses={201: shapes.CapacitySerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        return _add(Capacity, shapes.CapacitySerializer, request)


class CapacityDetail(APIView):
    """One capacity; PATCH changes it, DELETE removes it."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.CapacitySerializer)
    def get(self, _request: Request, pk: int) -> Response:
        return Response(shapes.CapacitySerializer(get_object_or_404(Capacity, pk=pk)).data)

    @extend_schema(request=shapes.CapacitySerializer, responses={200: shapes.CapacitySerializer, **REFUSALS})
    def patch(self, request: Request, pk: int) -> Response:
        return _edit(Capacity, shapes.CapacitySerializer, request, pk)

    @extend_schema(responses={204: None, **REFUSALS})
    def delete(self, request: Request, pk: int) -> Response:
        return _remove(Capacity, request, pk)


class CapacityImport(APIView):
    """POST adds and changes many, all or none."""

    permission_classes = COLLEAGUES

    @extend_schema(request=shapes.CsvSerializer, responses={200: shapes.ImportedSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        return _import(Capacity, request)


def _add(table: Any, serializer: type[Any], request: Request) -> Response:
    made = add_entry(table, actor=request.user, via=Via.API, **read(serializer, request))  # type: ignore[arg-type]
    return Response(serializer(made).data, status=status.HTTP_201_CREATED)


def _edit(table: Any, serializer: type[Any], request: Request, pk: int) -> Response:
    entry = get_object_or_404(table, pk=pk)
    values = read(serializer, request, partial=True)
    edit_entry(entry, actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
    return Response(serializer(entry).data)


def _remove(table: Any, request: Request, pk: int) -> Response:
    remove_entry(get_object_or_404(table, pk=pk), actor=request.user, via=Via.API)  # type: ignore[arg-type]
    return Response(status=status.HTTP_204_NO_CONTENT)


def _import(table: Any, request: Request) -> Response:
    text = read(shapes.CsvSerializer, request)["csv"]
    made = import_entries(table, text, actor=request.user, via=Via.API)  # type: ignore[arg-type]
    return Response(shapes.ImportedSerializer(made).data)
