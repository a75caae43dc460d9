from django.urls import URLPattern, path

from incidents.api.views import command_views
from reports.meeting.api import views

urlpatterns: list[URLPattern] = [
    path("meetings/", views.MeetingList.as_view(), name="meetings-api"),
    path("meetings/<int:pk>/", views.MeetingDetail.as_view(), name="meeting-api"),
    path("hand-overs/", views.HandOverList.as_view(), name="hand-overs-api"),
    path("hand-overs/<int:pk>/", views.HandOverDetail.as_view(), name="hand-over-api"),
    *(
        path(f"{kind}s/<int:pk>/{verb}/", view, name=f"{kind}-{verb}-api")
        for kind, verb, view in command_views(*views.KINDS)
    ),
]
