from django.urls import path

from incidents.api.views import command_views
from postmortems.api import content, views

urlpatterns = [
    path("postmortems/", views.PostmortemList.as_view(), name="postmortems-api"),
    path("postmortem-triggers/", views.TriggerList.as_view(), name="postmortem-triggers-api"),
    path("postmortems/<int:pk>/", views.PostmortemDetail.as_view(), name="postmortem-api"),
    path("postmortems/<int:pk>/entries/", content.EntryList.as_view(), name="postmortem-entries-api"),
    path("postmortems/<int:pk>/issues/", content.IssueList.as_view(), name="postmortem-issues-api"),
    path("postmortems/<int:pk>/parked/", content.ParkedList.as_view(), name="postmortem-parked-api"),
    *(
        path(f"postmortems/<int:pk>/{verb}/", view, name=f"postmortem-{verb}-api")
        for _kind, verb, view in command_views(content.POSTMORTEMS)
    ),
    *(
        path(f"postmortems/<int:pk>/{address}", view, name=f"postmortem-{address.split('/')[0]}-api")
        for address, view in content.content_views()
    ),
    path("lessons/", views.LessonList.as_view(), name="lessons-api"),
    path("lessons/<int:pk>/", views.LessonDetail.as_view(), name="lesson-api"),
]
