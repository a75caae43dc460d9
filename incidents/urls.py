from django.urls import path

from incidents import views

app_name = "incidents"
urlpatterns = [
    path("incidents/", views.incident_list, name="list"),
    path("incidents/new/", views.report_incident, name="new"),
    path("incidents/new/suggestion/", views.suggested_level, name="suggestion"),
    path("incidents/solutions/<int:pk>/", views.solution_page, name="solution"),
    path("incidents/solutions/<int:pk>/<slug:verb>/", views.solution_command, name="solution-command"),
    path("incidents/<int:pk>/", views.incident_page, name="incident"),
    path("incidents/<int:pk>/hand-over/", views.hand_over, name="hand-over"),
    path("incidents/<int:pk>/card/", views.incident_card, name="card"),
    path("incidents/<int:pk>/<slug:verb>/", views.incident_command, name="command"),
    path("approvals/", views.approvals, name="approvals"),
]
