from django.urls import URLPattern, path

from detection import views

app_name = "detection"
urlpatterns: list[URLPattern] = [
    path("", views.rule_list, name="list"),
    path("rules/new/<slug:kind>/", views.new_rule, name="new_rule"),
    path("rules/<int:pk>/", views.rule_page, name="rule"),
    path("rules/<int:pk>/edit/", views.edit_rule_page, name="edit_rule"),
    path("rules/<int:pk>/enable/", views.switch_rule, {"verb": "enable"}, name="enable_rule"),
    path("rules/<int:pk>/disable/", views.switch_rule, {"verb": "disable"}, name="disable_rule"),
    path("metrics/", views.metric_list, name="metrics"),
    path("metrics/<slug:slug>/", views.metric_page, name="metric"),
    path("metrics/<slug:slug>/export.csv", views.export_metric, name="export"),
]
