from django.urls import path

from postmortems.api import views

urlpatterns = [
    path("postmortems/", views.PostmortemList.as_view(), name="postmortems-api"),
    path("postmortems/<int:pk>/", views.PostmortemDetail.as_view(), name="postmortem-api"),
]
