from django.urls import path

from incidents import converters  # noqa: F401  the converter "number"
from incidents.api import actions, decisions, impacts, timeline, views

urlpatterns = [
    path("incidents/", views.IncidentList.as_view(), name="incidents-api"),
    path("incidents/<number:pk>/", views.IncidentDetail.as_view(), name="incident-api"),
    path("incidents/<number:pk>/events/", timeline.IncidentEvents.as_view(), name="incident-events-api"),
    path("incidents/<number:pk>/attachments/", timeline.IncidentAttachments.as_view(), name="incident-attachments-api"),
    path("attachments/<int:pk>/", timeline.AttachmentDownload.as_view(), name="attachment-api"),
    path("incidents/<number:pk>/solutions/", decisions.IncidentSolutions.as_view(), name="incident-solutions-api"),
    path("incidents/<number:pk>/proposals/", decisions.IncidentProposals.as_view(), name="incident-proposals-api"),
    path("incidents/<number:pk>/report/", decisions.IncidentReport.as_view(), name="incident-report-api"),
    path("incidents/<number:pk>/impacts/", impacts.IncidentImpacts.as_view(), name="incident-impacts-api"),
    path("impacts/<int:pk>/", impacts.ImpactDetail.as_view(), name="impact-api"),
    path("impacts/<int:pk>/change/", impacts.ChangeImpact.as_view(), name="impact-change-api"),
    path("impacts/<int:pk>/remove/", impacts.RemoveImpact.as_view(), name="impact-remove-api"),
    path("solutions/<int:pk>/", decisions.SolutionDetail.as_view(), name="solution-api"),
    path("proposals/<int:pk>/", decisions.ProposalDetail.as_view(), name="proposal-api"),
    path("major-reports/<int:pk>/", decisions.ReportDetail.as_view(), name="major-report-api"),
    path("actions/", actions.ActionList.as_view(), name="actions-api"),
    path("actions/<int:pk>/", actions.ActionDetail.as_view(), name="action-api"),
    path("actions/<int:pk>/events/", actions.ActionEvents.as_view(), name="action-events-api"),
    *(
        path(f"{kind}s/<{'number' if kind == 'incident' else 'int'}:pk>/{verb}/", view, name=f"{kind}-{verb}-api")
        for kind, verb, view in views.command_views(views.INCIDENTS, actions.ACTIONS, *decisions.KINDS)
    ),
]
