from django.urls import path

from problems import views

app_name = "problems"
urlpatterns = [
    path("", views.board, name="list"),
    path("new/", views.new_problem, name="new"),
    path("link/<int:incident_pk>/", views.link_problem, name="link"),
    path("<int:pk>/", views.problem_page, name="problem"),
    path("<int:pk>/<slug:verb>/", views.problem_command, name="command"),
]
