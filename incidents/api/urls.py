from django.urls import path

from incidents import converters  # noqa: F401  the converter "number"
from incidents.api import timeline, views

urlpatterns = [
    path("incidents/", views.IncidentList.as_view(), name="incidents-api"),
    path("incidents/<number:pk>/", views.IncidentDetail.as_view(), name="incident-api"),
    path("incidents/<number:pk>/events/", timeline.IncidentEvents.as_view(), name="incident-events-api"),
    path("incidents/<number:pk>/attachments/", timeline.IncidentAttachments.as_view(), name="incident-attachments-api"),
    path("attachments/<int:pk>/", timeline.AttachmentDownload.as_view(), name="attachment-api"),
    path("incidents/<number:pk>/solutions/", views.IncidentSolutions.as_view(), name="incident-solutions-api"),
    path("solutions/<int:pk>/", views.SolutionDetail.as_view(), name="solution-api"),
    *(
        path(f"{kind}s/<{'number' if kind == 'incident' else 'int'}:pk>/{verb}/", view, name=f"{kind}-{verb}-api")
        for kind, verb, view in views.command_views()
    ),
]
