"""What the phases hold, read and written: the same services as the pages, the same refusals."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.idempotency import AnsweredOnce
from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS, CommandView, Kind, caller_of
from lifecycle.models import StatefulRecord, Via
from postmortems import permissions, services
from postmortems.api import requests, serializers
from postmortems.api.seen import present, seen_by, whole
from postmortems.commands import POSTMORTEM_COMMANDS
from postmortems.models import Issue, ParkedThought, Postmortem, TimelineEntry

ADDING: dict[str, Callable[..., Any]] = {
    "add_entry": services.add_entry,
    "answer_gap": services.answer_gap,
    "add_issue": services.add_issue,
    "add_action": services.add_action,
}
# Verb -> the rows it is about, and its service.
CHANGING: dict[str, tuple[str, Callable[..., Any]]] = {
    "edit_entry": ("entries", services.edit_entry),
    "remove_entry": ("entries", services.remove_entry),
    "edit_issue": ("issues", services.edit_issue),
    "remove_issue": ("issues", services.remove_issue),
    "decline_action": ("issues", services.decline_action),
    "drop_parked": ("parked", services.drop_parked),
}


class InOrder(CursorPagination):
    ordering: tuple[str, ...] = ("happened_at", "id")
    page_size = 200
    page_size_query_param = "page_size"
    max_page_size = 1000


class ById(InOrder):
    ordering = ("id",)


class OfPostmortem(generics.ListAPIView[Any]):
    """A list that belongs to a postmortem of which the caller may see everything."""

    permission_classes = COLLEAGUES
    filter_backends = ()

    def postmortem(self) -> Postmortem:
        return whole(self)


class EntryList(OfPostmortem):
    """The timeline, in its order."""

    serializer_class = serializers.EntrySerializer
    pagination_class = InOrder

    def get_queryset(self) -> QuerySet[TimelineEntry]:
        if getattr(self, "swagger_fake_view", False):
            return TimelineEntry.objects.none()
        return self.postmortem().entries.all()


class IssueList(OfPostmortem):
    serializer_class = serializers.IssueSerializer
    pagination_class = ById

    def get_queryset(self) -> QuerySet[Issue]:
        if getattr(self, "swagger_fake_view", False):
            return Issue.objects.none()
        return self.postmortem().issues.prefetch_related("action_links")


class ParkedList(OfPostmortem):
    """What was parked during the timeline, and waits for the issue phase."""

    serializer_class = serializers.ParkedSerializer
    pagination_class = ById

    def get_queryset(self) -> QuerySet[ParkedThought]:
        if getattr(self, "swagger_fake_view", False):
            return ParkedThought.objects.none()
        return self.postmortem().parked.select_related("author")


class PostmortemCommandView(CommandView):
    permission_classes = COLLEAGUES

    def record(self) -> StatefulRecord:
        return get_object_or_404(seen_by(self), pk=self.kwargs["pk"])

    def run(self, request: Request) -> Response:
        if not permissions.sees_all(self.record(), caller_of(request)):
            whole(self)
        return super().run(request)

    def present(self, record: Any, request: Request) -> dict[str, Any]:
        return present(self, record)


POSTMORTEMS = Kind(
    "postmortem",
    PostmortemCommandView,
    POSTMORTEM_COMMANDS,
    requests.COMMANDS,
    serializers.PostmortemDetailSerializer,
)


class ContentView(AnsweredOnce):
    """POST adds to a phase, or changes one row of it, and answers with the postmortem."""

    permission_classes = COLLEAGUES
    verb = ""
    asked: Any

    def run(self, request: Request, row: int | None = None) -> Response:
        postmortem = whole(self)
        asked = self.asked(data=request.data)
        asked.is_valid(raise_exception=True)
        values = _resolved(postmortem, dict(asked.validated_data))
        who: dict[str, Any] = {"actor": caller_of(request), "via": Via.API}
        if row is None:
            ADDING[self.verb](postmortem, **who, **values)
        else:
            rows, service = CHANGING[self.verb]
            if "version" in self.asked().fields:
                values["expected_version"] = values.pop("version", None)
            service(get_object_or_404(getattr(postmortem, rows), pk=row), **who, **values)
        return Response(present(self, postmortem))


def content_views() -> list[tuple[str, Callable[..., Any]]]:
    """(address below the postmortem's, view) of every verb."""
    adding = [(f"{verb}/", _view(verb, asked)) for verb, asked in requests.ADDING.items()]
    changing = [(f"{verb}/<int:row>/", _view(verb, asked, has_row=True)) for verb, asked in requests.CHANGING.items()]
    return adding + changing


def _resolved(postmortem: Postmortem, values: dict[str, Any]) -> dict[str, Any]:
    """Keys of rows as the rows of this postmortem."""
    for name, rows in (("from_entry", "entries"), ("parked", "parked")):
        if values.get(name) is not None:
            values[name] = _row(getattr(postmortem, rows), name, values[name])
    if "issues" in values:
        values["issues"] = [_row(postmortem.issues, "issues", pk) for pk in dict.fromkeys(values["issues"])]
    return values


def _row(rows: Any, name: str, pk: int) -> Any:
    found = rows.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is None:
        raise ValidationError({name: ["There is no such row in this postmortem."]})
    return found


def _view(verb: str, asked: type[Any], *, has_row: bool = False) -> Callable[..., Any]:
    def add(self: ContentView, request: Request, pk: int) -> Response:
        return self.run(request)

    def change(self: ContentView, request: Request, pk: int, row: int) -> Response:
        return self.run(request, row)

    described = extend_schema(
        operation_id=f"postmortem_{verb}",
        summary=f"{verb.replace('_', ' ').capitalize()}: postmortem",
        request=asked,
        responses={200: serializers.PostmortemDetailSerializer, **REFUSALS},
    )(change if has_row else add)
    members = {"verb": verb, "asked": asked, "post": described}
    view: Any = type(f"postmortem_{verb}_view", (ContentView,), members)
    return view.as_view()  # type: ignore[no-any-return]
