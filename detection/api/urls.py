from django.urls import URLPattern, path

from detection.api import views

urlpatterns: list[URLPattern] = [
    path("metrics/", views.MetricList.as_view(), name="metrics-api"),
    path("metrics/<slug:slug>/", views.MetricDetail.as_view(), name="metric-api"),
    path("metrics/<slug:slug>/frames/", views.Frames.as_view(), name="frames-api"),
    path("rules/", views.RuleList.as_view(), name="rules-api"),
    path("rules/<int:pk>/", views.RuleDetail.as_view(), name="rule-api"),
    path("rules/<int:pk>/enable/", views.RuleSwitch.as_view(), {"verb": "enable"}, name="enable-rule-api"),
    path("rules/<int:pk>/disable/", views.RuleSwitch.as_view(), {"verb": "disable"}, name="disable-rule-api"),
    path("alerts/", views.AlertList.as_view(), name="alerts-api"),
]
