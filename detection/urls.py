from django.urls import URLPattern, path

from detection import alert_urls, views

app_name = "detection"
urlpatterns: list[URLPattern] = [
    path("", views.rule_list, name="list"),
    path("rules/new/<slug:kind>/", views.new_rule, name="new_rule"),
    path("rules/<int:pk>/", views.rule_page, name="rule"),
    path("rules/<int:pk>/edit/", views.edit_rule_page, name="edit_rule"),
    path("rules/<int:pk>/enable/", views.switch_rule, {"verb": "enable"}, name="enable_rule"),
    path("rules/<int:pk>/disable/", views.switch_rule, {"verb": "disable"}, name="disable_rule"),
    path("rules/<int:pk>/go-live/", views.switch_rule, {"verb": "go_live"}, name="go_live"),
    path("rules/<int:pk>/return-to-shadow/", views.switch_rule, {"verb": "return_to_shadow"}, name="return_to_shadow"),
    path("rules/<int:pk>/versions/", views.version_list, name="versions"),
    path("rules/<int:pk>/versions/compare/", views.compare_versions, name="compare_versions"),
    path("rules/<int:pk>/versions/<int:number>/restore/", views.restore_rule_version, name="restore_version"),
    path("rules/<int:pk>/explain/", views.explain_minute, name="explain"),
    path("incidents/<int:pk>/", views.sightings, name="sightings"),
    path("sources/", views.source_list, name="sources"),
    path("sources/new/<slug:kind>/", views.new_source, name="new_source"),
    path("sources/<slug:slug>/", views.source_page, name="source"),
    path("sources/<slug:slug>/look/", views.look_at_source, name="look_at_source"),
    path("sources/<slug:slug>/edit/", views.edit_source_page, name="edit_source"),
    path("sources/<slug:slug>/remove/", views.remove_source_page, name="remove_source"),
    path("sources/<slug:slug>/new-metric/", views.new_metric, name="new_metric"),
    path("metrics/", views.metric_list, name="metrics"),
    path("metrics/<slug:slug>/collection/", views.edit_collection, name="edit_collection"),
    path("metrics/<slug:slug>/pause/", views.switch_collection, {"verb": "pause"}, name="pause_collection"),
    path("metrics/<slug:slug>/resume/", views.switch_collection, {"verb": "resume"}, name="resume_collection"),
    path("metrics/<slug:slug>/", views.metric_page, name="metric"),
    path("metrics/<slug:slug>/export.csv", views.export_metric, name="export"),
    *alert_urls.urlpatterns,
]
