from django.urls import path

from problems.api import views

urlpatterns = [
    path("problems/", views.ProblemList.as_view(), name="problems-api"),
    path("problems/<int:pk>/", views.ProblemDetail.as_view(), name="problem-api"),
    path("problems/<int:pk>/events/", views.ProblemEvents.as_view(), name="problem-events-api"),
    *(path(f"problems/<int:pk>/{verb}/", view, name=f"problem-{verb}-api") for verb, view in views.command_views()),
]
