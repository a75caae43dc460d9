"""Reading the catalogue."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import generics
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.permissions import IsAuthenticated

from catalog.api.permissions import ForColleagues
from catalog.api.serializers import BusinessLineSerializer, PersonSerializer, ServiceSerializer, TeamSerializer
from catalog.descriptions import described
from catalog.models import BusinessLine, Person, Service, Team


class Paging(LimitOffsetPagination):
    default_limit = 100
    max_limit = 500


class ListOf(generics.ListAPIView[Any]):
    permission_classes = (IsAuthenticated, ForColleagues)
    pagination_class = Paging


class ServiceList(ListOf):
    serializer_class = ServiceSerializer
    queryset = Service.objects.all()
    filterset_fields = ("is_active", "business_line__slug", "operations_team__slug")

    def get_queryset(self) -> QuerySet[Service]:
        return described(Service.objects.all())


class ServiceDetail(generics.RetrieveAPIView[Service]):
    permission_classes = (IsAuthenticated, ForColleagues)
    serializer_class = ServiceSerializer
    queryset = Service.objects.all()
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Service]:
        return described(Service.objects.all())


class PersonList(ListOf):
    serializer_class = PersonSerializer
    queryset = Person.objects.prefetch_related("teams")
    filterset_fields = ("username", "is_active")


class TeamList(ListOf):
    serializer_class = TeamSerializer
    queryset = Team.objects.select_related("leader").prefetch_related("members")


class BusinessLineList(ListOf):
    serializer_class = BusinessLineSerializer
    queryset = BusinessLine.objects.select_related("parent")
