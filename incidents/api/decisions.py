"""What incident managers decide about: solutions, proposals of major incidents, and the reports of these."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.views import APIView

from incidents.api import serializers
from incidents.api.records import COLLEAGUES
from incidents.api.views import CommandView, Kind, OfIncident, caller_of
from incidents.commands import PROPOSAL_COMMANDS, REPORT_COMMANDS, SOLUTION_COMMANDS
from incidents.models import MajorProposal, MajorReport, Solution
from lifecycle.models import StatefulRecord


def _solutions(view: APIView) -> QuerySet[Solution]:
    if getattr(view, "swagger_fake_view", False):
        return Solution.objects.none()
    seen = Solution.objects.of_seen(caller_of(view.request))
    return seen.select_related("incident__service", "proposed_by", "decided_by", "asked_of")


def _proposals(view: APIView) -> QuerySet[MajorProposal]:
    if getattr(view, "swagger_fake_view", False):
        return MajorProposal.objects.none()
    seen = MajorProposal.objects.of_seen(caller_of(view.request))
    return seen.select_related("incident__service", "proposed_by", "decided_by")


def _reports(view: APIView) -> QuerySet[MajorReport]:
    if getattr(view, "swagger_fake_view", False):
        return MajorReport.objects.none()
    seen = MajorReport.objects.of_seen(caller_of(view.request))
    return seen.select_related("incident__service", "owner", "submitted_by", "signed_by")


class IncidentSolutions(OfIncident):
    serializer_class = serializers.SolutionSerializer
    permission_classes = COLLEAGUES

    def get_queryset(self) -> QuerySet[Solution]:
        found = _solutions(self)
        return found if getattr(self, "swagger_fake_view", False) else found.filter(incident=self.incident())


class SolutionDetail(generics.RetrieveAPIView[Solution]):
    serializer_class = serializers.SolutionSerializer
    permission_classes = COLLEAGUES

    def get_queryset(self) -> QuerySet[Solution]:
        return _solutions(self)


class IncidentProposals(OfIncident):
    """Proposals to handle it as a major incident, newest first."""

    serializer_class = serializers.ProposalSerializer
    permission_classes = COLLEAGUES

    def get_queryset(self) -> QuerySet[MajorProposal]:
        found = _proposals(self)
        return found if getattr(self, "swagger_fake_view", False) else found.filter(incident=self.incident())


class ProposalDetail(generics.RetrieveAPIView[MajorProposal]):
    serializer_class = serializers.ProposalSerializer
    permission_classes = COLLEAGUES

    def get_queryset(self) -> QuerySet[MajorProposal]:
        return _proposals(self)


class IncidentReport(generics.RetrieveAPIView[MajorReport]):
    """The major-incident report of that incident; 404 where it owes none."""

    serializer_class = serializers.MajorReportSerializer
    permission_classes = COLLEAGUES

    def get_queryset(self) -> QuerySet[MajorReport]:
        return _reports(self)

    def get_object(self) -> MajorReport:
        return get_object_or_404(self.get_queryset(), incident=self.kwargs["pk"])


class ReportDetail(generics.RetrieveAPIView[MajorReport]):
    serializer_class = serializers.MajorReportSerializer
    permission_classes = COLLEAGUES

    def get_queryset(self) -> QuerySet[MajorReport]:
        return _reports(self)


class SolutionCommandView(CommandView):
    permission_classes = COLLEAGUES

    def record(self) -> StatefulRecord:
        return get_object_or_404(_solutions(self), pk=self.kwargs["pk"])

    def present(self, record: Any, request: Request) -> dict[str, Any]:
        return dict(serializers.SolutionSerializer(record, context={"request": request}).data)


class ProposalCommandView(CommandView):
    permission_classes = COLLEAGUES

    def record(self) -> StatefulRecord:
        return get_object_or_404(_proposals(self), pk=self.kwargs["pk"])

    def present(self, record: Any, request: Request) -> dict[str, Any]:
        return dict(serializers.ProposalSerializer(record, context={"request": request}).data)


class ReportCommandView(CommandView):
    permission_classes = COLLEAGUES

    def record(self) -> StatefulRecord:
        return get_object_or_404(_reports(self), pk=self.kwargs["pk"])

    def present(self, record: Any, request: Request) -> dict[str, Any]:
        return dict(serializers.MajorReportSerializer(record, context={"request": request}).data)


KINDS = (
    Kind(
        "solution",
        SolutionCommandView,
        SOLUTION_COMMANDS,
        serializers.SOLUTION_REQUESTS,
        serializers.SolutionSerializer,
    ),
    Kind(
        "proposal",
        ProposalCommandView,
        PROPOSAL_COMMANDS,
        serializers.PROPOSAL_REQUESTS,
        serializers.ProposalSerializer,
    ),
    Kind(
        "major-report",
        ReportCommandView,
        REPORT_COMMANDS,
        serializers.REPORT_REQUESTS,
        serializers.MajorReportSerializer,
    ),
)
