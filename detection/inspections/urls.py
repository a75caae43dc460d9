"""Addresses of the pages about inspections, below inspections/."""

from django.urls import URLPattern, path

from detection.inspections.views import activities, findings, inspections, registers, scores

app_name = "inspections"
urlpatterns: list[URLPattern] = [
    path("", inspections.list_page, name="list"),
    path("new/", inspections.kinds_page, name="kinds"),
    path("new/<slug:kind>/", inspections.new_page, name="new"),
    path("findings/", findings.list_page, name="findings"),
    path("findings/<int:pk>/", findings.finding_page, name="finding"),
    path("findings/<int:pk>/<slug:verb>/", findings.finding_command, name="finding-command"),
    path("activities/", activities.list_page, name="activities"),
    path("activities/new/", activities.new_page, name="new-activity"),
    path("activities/<int:pk>/", activities.activity_page, name="activity"),
    path("activities/<int:pk>/edit/", activities.edit_page, name="edit-activity"),
    path("activities/<int:pk>/add-finding/", activities.add_finding_page, name="add-finding"),
    path("tables/<slug:table>/", registers.list_page, name="entries"),
    path("tables/<slug:table>/new/", registers.new_page, name="new-entry"),
    path("tables/<slug:table>/import/", registers.import_page, name="import-entries"),
    path("tables/<slug:table>/<int:pk>/", registers.edit_page, name="edit-entry"),
    path("tables/<slug:table>/<int:pk>/remove/", registers.remove_page, name="remove-entry"),
    path("score/", scores.score_page, name="score"),
    path("score/<slug:part>/", scores.rows_page, name="score-rows"),
    path("<int:pk>/", inspections.inspection_page, name="inspection"),
    path("<int:pk>/edit/", inspections.edit_page, name="edit"),
    path("<int:pk>/<slug:verb>/", inspections.act_page, name="act"),
]
